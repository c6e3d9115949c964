"""German sentences of databases, object stores, backends, portals and servers as sources, under the English ones."""

SENTENCES: dict[str, str] = {
    "The secret {} is not known: add it to the settings as `[[secrets]]`.": "Das Geheimnis {0} ist nicht bekannt: bitte "
    "in den Einstellungen unter `[[secrets]]` ergänzen.",
    "The secret {} may not be sent to {}: add it to `hosts` of the secret in the settings.": "Das Geheimnis {0} darf nicht "
    "an {1} gesendet werden: bitte in den Einstellungen unter `hosts` des Geheimnisses ergänzen.",
    "The secret {} cannot be read: `datenkontor doctor` says why.": "Das Geheimnis {0} lässt sich nicht lesen: "
    "`datenkontor doctor` nennt den Grund.",
    "secrets in the settings has the name {} twice: give each another name.": "secrets in den Einstellungen enthält den Namen "
    "{0} zweimal: bitte jedem einen eigenen geben.",
    "{} has neither `secret_file` nor `secret_variable`, and systemd gives no credentials: add one.": "{0} hat weder "
    "`secret_file` noch `secret_variable`, und systemd gibt keine Zugangsdaten: bitte eines davon ergänzen.",
    "it cannot be opened": "sie lässt sich nicht öffnen",
    "it is larger than {} bytes": "sie ist größer als {0} Bytes",
    "The address of the kind {} cannot be used{}: {}.": "Die Adresse der Art {0} ist nicht brauchbar{1}: {2}.",
    "The address of the kind {} is nested too deeply.": "Die Adresse der Art {0} ist zu tief verschachtelt.",
    "it is not one of the allowed values": "es ist keiner der erlaubten Werte",
    "A parameter is not allowed: use only {}.": "Ein Parameter ist nicht erlaubt: möglich sind nur {0}.",
    "A value, bound or default of the parameter {} is not {}.": "Ein Wert, eine Grenze oder die Vorgabe des Parameters {0} "
    "ist nicht {1}.",
    "The default of a parameter cannot be used. {}": "Die Vorgabe eines Parameters ist nicht brauchbar. {0}",
    "The parameter {} cannot be used: it is not {}, or it is too long.": "Der Parameter {0} ist nicht brauchbar: Er ist "
    "nicht {1}, oder er ist zu lang.",
    "The parameter {} cannot be used: the agreement gives sums or groups of all records. Request the data without "
    "parameters.": "Der Parameter {0} ist nicht brauchbar: Der Vertrag gibt Summen oder Gruppen aller Datensätze. Bitte die "
    "Daten ohne Parameter anfragen.",
    "The parameter {} cannot be used: the agreement leaves out or changes what it selects by. Request the data without "
    "it.": "Der Parameter {0} ist nicht brauchbar: Der Vertrag lässt weg oder ändert, wonach er auswählt. Bitte die Daten "
    "ohne ihn anfragen.",
    "Treated data has no members: request it without a path.": "Aufbereitete Daten haben keine Teile: bitte ohne Pfad "
    "anfragen.",
    "The parameter {} has a value that is not allowed: use {}.": "Der Parameter {0} hat einen Wert, der nicht erlaubt ist: "
    "möglich sind {1}.",
    "The parameter {} is given twice: give it once.": "Der Parameter {0} ist zweimal angegeben: einmal genügt.",
    "The parameter {} is outside of its bounds: use a value {}.": "Der Parameter {0} liegt außerhalb seiner Grenzen: "
    "möglich ist ein Wert {1}.",
    "The parameters are longer than {} characters: send fewer.": "Die Parameter sind länger als {0} Zeichen: bitte weniger "
    "senden.",
    "The parameters cannot be read: write them as name=value, joined by &, in UTF-8.": "Die Parameter lassen sich nicht "
    "lesen: bitte als name=wert schreiben, verbunden durch &, in UTF-8.",
    "This data has no parameters: request it without a query.": "Diese Daten haben keine Parameter: bitte ohne Abfrage "
    "anfordern.",
    "a text": "ein Text",
    "a date such as 2026-05-01": "ein Datum wie 2026-05-01",
    "a number such as 7.5": "eine Zahl wie 7.5",
    "a time with a zone such as 2026-05-01T10:00:00Z": "ein Zeitpunkt mit Zone wie 2026-05-01T10:00:00Z",
    "a whole number such as 7": "eine ganze Zahl wie 7",
    "true or false": "true oder false",
    "from {} to {}": "von {0} bis {1}",
    "A URL of the address has no usable host and port.": "Eine URL der Adresse hat keinen brauchbaren Rechner und Port.",
    "The API key of the address has no place: give either `header` or `query`.": "Der API-Schlüssel der Adresse hat keinen "
    "Platz: bitte entweder `header` oder `query` angeben.",
    "The `header` of the API key cannot be sent: give the name of a header field.": "Der `header` des API-Schlüssels lässt "
    "sich nicht senden: bitte den Namen eines Kopffeldes angeben.",
    "The authorization server answered with something else than a bearer token.": "Der Autorisierungsserver hat mit etwas "
    "anderem als einem Bearer-Token geantwortet.",
    "The authorization server cannot be reached: {}": "Der Autorisierungsserver ist nicht erreichbar: {0}",
    "The authorization server gave no token (status {}).": "Der Autorisierungsserver hat kein Token ausgestellt (Status {0}).",
    "A page of the backend has no `{}`: correct `items` of `paging`.": "Eine Seite des Dienstes hat kein `{0}`: bitte `items` "
    "von `paging` berichtigen.",
    "A page of the backend is not the JSON that `paging` describes.": "Eine Seite des Dienstes ist nicht das JSON, das "
    "`paging` beschreibt.",
    "The backend has more than {} pages: raise `most_pages`, or narrow the request.": "Der Dienst hat mehr als {0} Seiten: "
    "bitte `most_pages` erhöhen oder die Anfrage eingrenzen.",
    "The backend leads from a page to one that was there before: check its paging.": "Der Dienst führt von einer Seite zu einer "
    "früheren zurück: bitte prüfen, wie er seine Seiten verbindet.",
    "The backend leads to a page at another server, which is not followed.": "Der Dienst führt zu einer Seite auf einem "
    "anderen Server: Dorthin wird nicht gefolgt.",
    "The backend leads to a page whose address cannot be requested.": "Der Dienst führt zu einer Seite, deren Adresse sich "
    "nicht abrufen lässt.",
    "A row is larger than {} bytes: offer fewer columns.": "Eine Zeile ist größer als {0} Bytes: bitte weniger Spalten "
    "anbieten.",
    "PostgreSQL cannot be used: install the extra with `pip install datenkontor[postgres]`.": "PostgreSQL lässt sich nicht "
    "nutzen: bitte die Erweiterung mit `pip install datenkontor[postgres]` installieren.",
    "The database cannot be reached ({}): check `host`, `port` and `tls`.": "Die Datenbank ist nicht erreichbar ({0}): bitte "
    "`host`, `port` und `tls` prüfen.",
    "The database did not answer within {} s: check the view, or raise `seconds`.": "Die Datenbank hat nicht innerhalb von "
    "{0} s geantwortet: bitte die Sicht prüfen oder `seconds` erhöhen.",
    "The database failed ({}): its log says why.": "Die Datenbank hat einen Fehler gemeldet ({0}): Ihr Protokoll nennt den "
    "Grund.",
    "The database has no such table or column ({}): check the address.": "Die Datenbank hat diese Tabelle oder Spalte nicht "
    "({0}): bitte die Adresse prüfen.",
    "The database refuses this user ({}): check `user` and `secret`.": "Die Datenbank lehnt diesen Benutzer ab ({0}): bitte "
    "`user` und `secret` prüfen.",
    "The rows were not taken within {} s: the query ended.": "Die Zeilen wurden nicht innerhalb von {0} s abgeholt: Die "
    "Abfrage ist beendet.",
    'A column of the address cannot be used: write its name without `"`.': "Eine Spalte der Adresse ist nicht brauchbar: "
    'bitte den Namen ohne `"` schreiben.',
    'The `table` of the address cannot be used: write it as `schema.table`, without `"`.': "Die `table` der Adresse ist "
    'nicht brauchbar: bitte als `schema.tabelle` schreiben, ohne `"`.',
    "The address names no database: give either `path` (SQLite) or `host` (PostgreSQL).": "Die Adresse nennt keine "
    "Datenbank: bitte entweder `path` (SQLite) oder `host` (PostgreSQL) angeben.",
    "The address of a PostgreSQL is incomplete: give `database`, `user` and `secret`.": "Die Adresse einer PostgreSQL ist "
    "unvollständig: bitte `database`, `user` und `secret` angeben.",
    "The table has no column for the parameter {}: correct its `field`.": "Die Tabelle hat keine Spalte für den Parameter "
    "{0}: bitte sein `field` berichtigen.",
    "The table has no column {}, by which it is sorted.": "Die Tabelle hat keine Spalte {0}, nach der sie sortiert wird.",
    "The table has no column {}: correct `columns`.": "Die Tabelle hat keine Spalte {0}: bitte `columns` berichtigen.",
    "The table of the address is not there, or may not be read.": "Die Tabelle der Adresse fehlt oder darf nicht gelesen "
    "werden.",
    "The table has more than {} rows for this request: raise `most_rows` of the asset, or narrow its parameters.": "Die "
    "Tabelle hat für diese Anfrage mehr als {0} Zeilen: bitte `most_rows` des Angebots erhöhen oder die Parameter eingrenzen.",
    "The database cannot be read ({}): check the file.": "Die Datenbank lässt sich nicht lesen ({0}): bitte die Datei prüfen.",
    "A `version` is of one object: give it with `key`.": "Eine `version` gehört zu einem Objekt: bitte mit `key` angeben.",
    "An object has no members: request it without a path.": "Ein Objekt hat keine Einträge: bitte ohne Pfad anfordern.",
    "Object stores cannot be used: install the extra with `pip install datenkontor[s3]`.": "Objektspeicher lassen sich nicht "
    "nutzen: bitte die Erweiterung mit `pip install datenkontor[s3]` installieren.",
    "The `{}` of the address is not a plain path in the bucket: write it as `folder/name`.": "`{0}` der Adresse ist kein "
    "einfacher Pfad im Bucket: bitte als `ordner/name` schreiben.",
    "The address names no object: give either `key` or `prefix`.": "Die Adresse nennt kein Objekt: bitte entweder `key` oder "
    "`prefix` angeben.",
    "The object changed while it was read: start the transfer again.": "Das Objekt hat sich während des Lesens geändert: "
    "bitte die Lieferung neu beginnen.",
    "The object store ended the object early: start the transfer again.": "Der Objektspeicher hat das Objekt vorzeitig "
    "beendet: bitte die Lieferung neu beginnen.",
    "The object store failed ({}): check `endpoint`, or try again later.": "Der Objektspeicher hat einen Fehler gemeldet "
    "({0}): bitte `endpoint` prüfen oder es später erneut versuchen.",
    "The object store has no such object or bucket: check the address.": "Der Objektspeicher hat dieses Objekt oder diesen "
    "Bucket nicht: bitte die Adresse prüfen.",
    "The object store refuses this key: check `key_id` and `secret`.": "Der Objektspeicher lehnt diesen Schlüssel ab: bitte "
    "`key_id` und `secret` prüfen.",
    "The object store was silent for {} s: check it.": "Der Objektspeicher hat {0} s lang nichts gesendet: bitte prüfen.",
    "The prefix has more than {} objects: offer a smaller part of it.": "Unter dem Präfix liegen mehr als {0} Objekte: bitte "
    "einen kleineren Teil anbieten.",
    "A table has no members: request it without a path.": "Eine Tabelle hat keine Einträge: bitte ohne Pfad anfordern.",
    "Too many queries of databases run: try again later.": "Zu viele Abfragen von Datenbanken laufen: bitte später erneut "
    "versuchen.",
    # Portals: their pages, rows and places.
    "A DataStore has no places: use the `format` csv, json or ndjson.": "Ein DataStore hat keine Orte: bitte als "
    "`format` csv, json oder ndjson angeben.",
    "A DataStore only compares with `=`: correct `compare` of the parameters.": "Ein DataStore vergleicht nur mit "
    "`=`: bitte `compare` der Parameter berichtigen.",
    "A file has no parameters: read its rows with `datastore`, or leave out `parameters`.": "Eine Datei hat keine "
    "Parameter: bitte ihre Zeilen mit `datastore` lesen oder `parameters` weglassen.",
    "A resource has no members: request it without a path.": "Eine Ressource hat keine Einträge: bitte ohne Pfad "
    "anfordern.",
    "The address names no resource: give `dataset` and `resource_format`, or `resource`.": "Die Adresse nennt keine "
    "Ressource: bitte entweder `dataset` und `resource_format` oder `resource` angeben.",
    "The dataset has no resource of this format: correct `resource_format`.": "Das Datenangebot hat keine Ressource "
    "in diesem Format: bitte `resource_format` berichtigen.",
    "The file of the resource is at another server, which the address does not allow: list it in `hosts`.": "Die "
    "Datei der Ressource liegt auf einem anderen Server, den die Adresse nicht erlaubt: bitte in `hosts` ergänzen.",
    "The portal does not answer as CKAN does: check `url`, and whether the resource has rows.": "Das Portal antwortet "
    "nicht wie CKAN: bitte `url` prüfen, und ob die Ressource Zeilen hat.",
    "The portal names no usable URL for the resource: look at the resource in the portal.": "Das Portal nennt keine "
    "brauchbare URL der Ressource: bitte die Ressource im Portal ansehen.",
    "A feature of the portal is none of GeoJSON, or has a property `{}`.": "Ein Objekt des Portals ist kein Feature "
    "von GeoJSON, oder es hat eine Eigenschaft `{0}`.",
    "A page of the portal is no FeatureCollection of GeoJSON (RFC 7946): check the address.": "Eine Seite des Portals "
    "ist keine FeatureCollection von GeoJSON (RFC 7946): bitte die Adresse prüfen.",
    "A geometry of the portal is none of GeoJSON (RFC 7946): its type or its coordinates are wrong.": "Eine Geometrie "
    "des Portals ist keine von GeoJSON (RFC 7946): Ihre Art oder ihre Koordinaten sind falsch.",
    "The order of the axes of {} is not known: install `datenkontor[forms]`, or state `axes`.": "Die Reihenfolge der "
    "Achsen von {0} ist nicht bekannt: bitte `datenkontor[forms]` installieren oder `axes` angeben.",
    "The portal names a reference system that is not known: state `crs` in the address.": "Das Portal nennt ein "
    "unbekanntes Bezugssystem: bitte `crs` in der Adresse angeben.",
    "The portal names degrees and sends coordinates that are none: state `crs` in the address, or correct the portal.": "Das "
    "Portal gibt Grad an, sendet aber andere Koordinaten: bitte `crs` in der Adresse angeben oder das Portal "
    "berichtigen.",
    "The portal names {} and sends degrees: correct its reference systems, or ask it without `crs`.": "Das Portal "
    "gibt {0} an, sendet aber Grad: bitte die Bezugssysteme des Portals berichtigen oder ohne `crs` abrufen.",
    'The portal sends its axes the other way round: state `"axes": "north-east"` or `"axes": "east-north"` in the address.': "Das "
    'Portal sendet die Achsen vertauscht: bitte in der Adresse `"axes": "north-east"` oder `"axes": "east-north"` '
    "angeben.",
    "A geometry of the portal cannot be read: expected a point, lines or areas of GML 3.2.": "Eine Geometrie des "
    "Portals lässt sich nicht lesen: Nötig ist ein Punkt, eine Linie oder eine Fläche in GML 3.2.",
    "A geometry of the portal has a coordinate that is no number.": "Eine Geometrie des Portals hat eine Koordinate, "
    "die keine Zahl ist.",
    "A geometry of the portal has arcs, which GeoJSON cannot say: ask for GeoJSON.": "Eine Geometrie des Portals hat "
    "Bögen, die GeoJSON nicht kennt: bitte die Daten als GeoJSON abrufen.",
    "A surface of the portal has several patches, which GeoJSON cannot say: ask for GeoJSON.": "Eine Fläche des "
    "Portals hat mehrere Teilflächen, die GeoJSON nicht kennt: bitte die Daten als GeoJSON abrufen.",
    "A parameter has a `field` that is no attribute: correct it.": "Ein Parameter hat ein `field`, das kein Attribut "
    "ist: bitte berichtigen.",
    "A parameter has a quotation mark or a backslash, which a broker cannot be asked for.": "Ein Parameter enthält "
    "ein Anführungszeichen oder einen umgekehrten Schrägstrich: Danach kann ein Broker nicht suchen.",
    "An entity has an attribute `{}`: name it in `geometry` of the address.": "Ein Objekt des Brokers hat ein "
    "Attribut `{0}`: bitte in `geometry` der Adresse nennen.",
    "The `context` of the address cannot be sent: give the URL of a context.": "Der `context` der Adresse lässt sich "
    "nicht senden: bitte die URL eines Kontexts angeben.",
    "The broker answers with something else than entities of NGSI-LD: check `url`.": "Der Broker antwortet mit etwas "
    "anderem als Objekten von NGSI-LD: bitte `url` prüfen.",
    "The `bbox` of the address is none: give west, south, east, north in degrees.": "Die `bbox` der Adresse ist nicht "
    "brauchbar: bitte West, Süd, Ost und Nord in Grad angeben.",
    "The `collection` of the address is none: give its identifier.": "Die `collection` der Adresse ist nicht "
    "brauchbar: bitte ihre Kennung angeben.",
    "The portal was asked for {} and answers in {}: correct `crs` of the address.": "Das Portal soll in {0} "
    "antworten, antwortet aber in {1}: bitte `crs` der Adresse berichtigen.",
    "a system that it does not name": "einem System, das es nicht nennt",
    "The portal changes its reference system half-way: state `crs` in the address.": "Das Portal wechselt mittendrin "
    "das Bezugssystem: bitte `crs` in der Adresse angeben.",
    "The portal delivers another column half-way ({}): state all `columns` in the address.": "Das Portal liefert "
    "mittendrin eine weitere Spalte ({0}): bitte alle `columns` in der Adresse angeben.",
    "The portal gives the same page twice: it does not count its pages as it is asked to.": "Das Portal liefert "
    "dieselbe Seite zweimal: Es zählt seine Seiten nicht so, wie es soll.",
    "The portal has more than {} columns, or names of more than {} characters: state `columns` in the address.": "Das "
    "Portal hat mehr als {0} Spalten oder Namen mit mehr als {1} Zeichen: bitte `columns` in der Adresse angeben.",
    "The portal has more than {} rows for this request: raise `most_rows` of the asset, or narrow its parameters.": "Das "
    "Portal hat für diese Anfrage mehr als {0} Zeilen: bitte `most_rows` des Angebots erhöhen oder die Parameter "
    "eingrenzen.",
    "The portal speaks of {} rows and gave {}: start the transfer again, or correct the portal.": "Das Portal nennt "
    "{0} Zeilen und hat {1} geliefert: bitte die Lieferung neu beginnen oder das Portal berichtigen.",
    "The rows of a portal have no members: request them without a path.": "Die Zeilen eines Portals haben keine "
    "Einträge: bitte ohne Pfad anfordern.",
    "A parameter has a `field` that is no property: write it as `Datastream/name`.": "Ein Parameter hat ein `field`, "
    "das keine Eigenschaft ist: bitte als `Datastream/name` schreiben.",
    "An entity has a property `{}`, beside the one of its place.": "Ein Objekt des Dienstes hat neben seinem Ort noch "
    "eine Eigenschaft `{0}`.",
    "An entity of the service has more than {} properties: state `select`.": "Ein Objekt des Dienstes hat mehr als "
    "{0} Eigenschaften: bitte `select` angeben.",
    "An expanded list of the service goes on at another page: expand it with a larger $top.": "Eine mitgelieferte "
    "Liste reicht auf eine weitere Seite: bitte in `expand` ein größeres $top angeben.",
    "The service answers with something else than entities of SensorThings: check `url` and `path`.": "Der Dienst "
    "antwortet mit etwas anderem als Objekten von SensorThings: bitte `url` und `path` prüfen.",
    "A page of the portal has several reference systems: state `crs` in the address.": "Eine Seite des Portals hat "
    "mehrere Bezugssysteme: bitte `crs` in der Adresse angeben.",
    "The WFS refuses the request ({}): check the address.": "Der WFS lehnt die Anfrage ab ({0}): bitte die Adresse "
    "prüfen.",
    "without a code": "ohne Code",
    "The portal answers with something else than features: check the address.": "Das Portal antwortet mit etwas "
    "anderem als Geodaten: bitte die Adresse prüfen.",
    "A page of the portal has a document type, which can define entities: it is not read.": "Eine Seite des Portals "
    "hat einen Dokumenttyp, der Entitäten festlegen kann: Sie wird nicht gelesen.",
    "A page of the portal has more than {} levels or {} elements of XML: make `size` smaller.": "Eine Seite des "
    "Portals hat mehr als {0} Ebenen oder {1} Elemente in XML: bitte `size` verkleinern.",
    "A page of the portal is no XML that can be read: check the address.": "Eine Seite des Portals ist kein lesbares "
    "XML: bitte die Adresse prüfen.",
    # Servers with SFTP.
    "A key cannot be used: give `host_key` as the server shows it, and a private key without a password.": "Ein "
    "Schlüssel ist nicht brauchbar: bitte `host_key` so angeben, wie ihn der Server zeigt, und einen privaten "
    "Schlüssel ohne Passwort.",
    "SFTP cannot be used: install the extra with `pip install datenkontor[sftp]`.": "SFTP lässt sich nicht nutzen: "
    "bitte die Erweiterung mit `pip install datenkontor[sftp]` installieren.",
    "Servers with SFTP cannot be used here.": "Server mit SFTP lassen sich hier nicht nutzen.",
    "The `path` of the address is no plain path: write it as `folder/name`.": "`path` der Adresse ist kein einfacher "
    "Pfad: bitte als `ordner/name` schreiben.",
    "The file changed while it was read: start the transfer again.": "Die Datei hat sich während des Lesens geändert: "
    "bitte die Lieferung neu beginnen.",
    "The folder has more than {} files: offer a smaller one.": "Der Ordner hat mehr als {0} Dateien: bitte einen "
    "kleineren anbieten.",
    "The member of the folder is no file of its own.": "Der Eintrag des Ordners ist keine eigene Datei.",
    "The path of the address is neither a file nor a folder.": "Der Pfad der Adresse ist weder eine Datei noch ein "
    "Ordner.",
    "The server does not let this user do that: check its rights to the path.": "Der Server lässt diesen Benutzer das nicht "
    "tun: bitte seine Rechte an diesem Pfad prüfen.",
    "The server does not prove the key in `host_key`: check which one it has.": "Der Server weist sich nicht mit dem "
    "Schlüssel in `host_key` aus: bitte prüfen, welchen er hat.",
    "The server failed ({}): check `host` and `port`, or try again later.": "Der Zugriff auf den Server ist "
    "gescheitert ({0}): bitte `host` und `port` prüfen oder es später erneut versuchen.",
    "The server has no such file or folder: check `path`.": "Der Server hat diese Datei oder diesen Ordner nicht: "
    "bitte `path` prüfen.",
    "The server refuses this user: check `user` and `secret`.": "Der Server lehnt diesen Benutzer ab: bitte `user` "
    "und `secret` prüfen.",
    "The server was silent for {} s: check it.": "Der Server hat {0} s lang nichts gesendet: bitte prüfen.",
    "Too many files move by SFTP: try again later.": "Über SFTP werden gerade zu viele Dateien übertragen: bitte "
    "später erneut versuchen.",
    "The server cannot be found: {}": "Der Server wurde nicht gefunden: {0}",
    "The server may not be used: {}": "Der Server darf nicht genutzt werden: {0}",
}
