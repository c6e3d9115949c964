"""German sentences of databases, object stores and backends as sources, under the English ones."""

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
    "The backend leads from a page to one that was there before: check `paging`.": "Der Dienst führt von einer Seite zu einer "
    "früheren zurück: bitte `paging` prüfen.",
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
}
