"""German sentences that the data plane, the network and the harvest of portals write in English, under these."""

SENTENCES: dict[str, str] = {
    "The push must continue at byte {} of the same version, or begin again: request HEAD first.": "Die Zustellung muss bei "
    "Byte {0} derselben Fassung weitergehen oder neu beginnen: bitte zuerst HEAD anfragen.",
    "The delivery cannot continue at byte {}: no bytes of this version are stored.": "Die Lieferung kann nicht bei Byte {0} "
    "weitergehen: Von dieser Fassung ist nichts gespeichert.",
    "A folder below the configured root cannot be created: check the permissions.": "Ein Ordner unter dem "
    "eingestellten lässt sich nicht anlegen: bitte die Rechte prüfen.",
    "The address has no `{}`: give a file or folder below the configured root.": "Die Adresse hat kein `{0}`: "
    "bitte eine Datei oder einen Ordner unter dem eingestellten Ordner angeben.",
    "The file does not exist or cannot be read below the configured root: correct the path.": "Die Datei fehlt "
    "unter dem eingestellten Ordner oder lässt sich nicht lesen: bitte den Pfad berichtigen.",
    "The path is neither a regular file nor a folder: links and devices are not served.": "Der Pfad ist weder eine "
    "gewöhnliche Datei noch ein Ordner: Verweise und Geräte werden nicht geliefert.",
    "The path is not a regular file: links, folders and devices are not served.": "Der Pfad ist keine gewöhnliche "
    "Datei: Verweise, Ordner und Geräte werden nicht geliefert.",
    "The folder has more than {} members: transfer it in smaller parts.": "Der Ordner hat mehr als {0} Einträge: "
    "bitte in kleineren Teilen liefern.",
    "The delivery cannot be written to {}: {}.": "Die Lieferung lässt sich nicht nach {0} schreiben: {1}.",
    "Received data cannot be written to {}: change the owner or the rights of the folder.": "Empfangene Daten lassen sich "
    "nicht nach {0} schreiben: bitte Eigentümer oder Rechte des Ordners ändern.",
    "There is no space for the data ({}): it continues when there is room.": "Für die Daten ist kein Platz ({0}): "
    "Es geht weiter, sobald Platz da ist.",
    "There is no space for the data: {} bytes are needed, {} are usable. It continues by itself when there is "
    "room.": "Für die Daten ist kein Platz: nötig sind {0} Bytes, verfügbar sind {1}. Es geht von selbst weiter, "
    "sobald Platz da ist.",
    "A value cannot be written in the encoding {}: convert the data to UTF-8.": "Ein Wert lässt sich in der "
    "Zeichencodierung {0} nicht schreiben: bitte die Daten in UTF-8 umwandeln.",
    "The CSV has more than {} fields: offer fewer.": "Die CSV-Daten haben mehr als {0} Felder: bitte weniger anbieten.",
    "The CSV is not in the encoding {}: state the right one, such as windows-1252.": "Die CSV-Daten haben nicht "
    "die Zeichencodierung {0}: bitte die richtige angeben, etwa windows-1252.",
    "{}: check for a quote that is not closed.": "{0}: fehlt ein schließendes Anführungszeichen?",
    "The JSON ends before its array, or contains data after it: correct it.": "Die JSON-Daten enden vor dem Ende "
    "ihrer Liste oder enthalten danach noch etwas: bitte berichtigen.",
    "The data cannot be read as records.": "Die Daten lassen sich nicht als Datensätze lesen.",
    "The data is not text: correct the file or its media type.": "Die Daten sind kein Text: bitte die Datei oder "
    "ihren Medientyp berichtigen.",
    "The data has no field {}, which is required to {}: no data is sent.": "Die Daten haben kein Feld {0}, das für "
    "{1} nötig ist: Es wird nichts gesendet.",
    "Access ended: {}.": "Der Zugang ist beendet: {0}.",
    "The store is unavailable: try again later.": "Die Datenbank ist nicht verfügbar: bitte später erneut versuchen.",
    "The transfer has ended.": "Die Lieferung ist beendet.",
    "The transfer is suspended.": "Die Lieferung ist unterbrochen.",
    "This flow does not support the method: use {}.": "Diese Lieferung kennt die Methode nicht: möglich ist {0}.",
    "Too many requests without a valid token: try again later.": "Zu viele Anfragen ohne gültigen Nachweis: bitte "
    "später erneut versuchen.",
    "Too many accesses to this flow are active: try again later.": "Zu viele gleichzeitige Zugriffe auf diese "
    "Lieferung: bitte später erneut versuchen.",
    "Unknown file in the folder: request the listing for its paths.": "Unbekannte Datei im Ordner: Das Verzeichnis "
    "nennt die Pfade.",
    "The requested range is outside the data: request a range below its size.": "Der verlangte Bereich liegt "
    "außerhalb der Daten: bitte einen Bereich unter ihrer Größe verlangen.",
    "The source did not start at the requested byte.": "Die Quelle hat nicht am verlangten Byte begonnen.",
    "An earlier request for the same data is still active: try again.": "Eine frühere Anfrage nach denselben Daten "
    "läuft noch: bitte erneut versuchen.",
    "The Content-Range is malformed: write it as `bytes first-last/size`.": "Content-Range hat nicht die richtige "
    "Form: bitte als `bytes erstes-letztes/Größe` schreiben.",
    "The data is compressed: send it without Content-Encoding.": "Die Daten sind komprimiert: bitte ohne "
    "Content-Encoding senden.",
    "The data was not stored: size or digest differ, or the file already exists.": "Die Daten wurden nicht "
    "gespeichert: Größe oder Prüfsumme weichen ab, oder die Datei existiert bereits.",
    "The push must continue at byte {}: request HEAD, then send the rest.": "Die Zustellung muss bei Byte {0} "
    "weitergehen: bitte HEAD anfragen, dann den Rest senden.",
    "The sender closed the connection before the end.": "Der Absender hat die Verbindung vor dem Ende geschlossen.",
    "There is no space for the data: try again later.": "Für die Daten ist kein Platz: bitte später erneut versuchen.",
    "Unknown path: this flow does not receive a file under it.": "Unbekannter Pfad: Diese Lieferung nimmt dort "
    "keine Datei an.",
    "The file became shorter while it was sent: start the transfer again.": "Die Datei ist während der Lieferung "
    "kürzer geworden: bitte die Lieferung neu beginnen.",
    "The file cannot be sent: {}.": "Die Datei lässt sich nicht senden: {0}.",
    "The data is {}, but its media type is {}: rename the file, or state its media type.": "Die Daten sind {0}, "
    "ihr Medientyp ist aber {1}: bitte die Datei umbenennen oder den Medientyp angeben.",
    "The folder has no file that can be delivered.": "Der Ordner enthält keine Datei, die sich liefern lässt.",
    "The source did not answer within {} s: check it.": "Die Quelle hat nicht innerhalb von {0} s geantwortet: "
    "bitte prüfen.",
    "The flow is {}: it cannot be resumed.": "Der Stand des Datenflusses ist {0}: er lässt sich nicht fortsetzen.",
    "The flow is {}: it cannot {}.": "Der Stand des Datenflusses ist {0}: {1} ist nicht möglich.",
    "The flow is {}: only a started live flow can fetch again.": "Der Stand des Datenflusses ist {0}: nur ein "
    "laufender mit offener Quelle kann erneut abrufen.",
    "No root folder is configured for received files: set `received` in the settings.": "Ein Ordner für empfangene "
    "Dateien ist nicht eingestellt: bitte `received` in den Einstellungen setzen.",
    "The delivery cannot continue at byte {}: only {} bytes are stored.": "Die Lieferung kann nicht bei Byte {0} "
    "weitergehen: Nur {1} Bytes sind gespeichert.",
    "The delivery has more than the {} bytes that were announced or are allowed.": "Die Lieferung hat mehr als die "
    "{0} Bytes, die angekündigt oder erlaubt sind.",
    "The received data differs from the announced SHA-256: it was deleted, start the transfer again.": "Die "
    "empfangenen Daten haben nicht die angekündigte SHA-256-Prüfsumme: Sie sind gelöscht, bitte die Lieferung  "
    "neu beginnen.",
    "The root folder for received files does not exist: create it.": "Der Ordner für empfangene Dateien existiert "
    "nicht: bitte anlegen.",
    "A delivery to a URL cannot be continued: start the transfer again.": "Eine Lieferung an eine URL lässt sich "
    "nicht fortsetzen: bitte die Lieferung neu beginnen.",
    "The address has no usable `url`: give one that begins with http:// or https://.": "Die Adresse hat keine "
    "brauchbare `url`: bitte eine mit http:// oder https:// am Anfang angeben.",
    "The backend cannot be reached: {}": "Die Quelle ist nicht erreichbar: {0}",
    "The backend refused the delivery with status {}: check the backend.": "Das Ziel hat die Lieferung mit Status "
    "{0} abgelehnt: bitte das Ziel prüfen.",
    "The delivery has more than the {} bytes that were announced.": "Die Lieferung hat mehr als die {0} Bytes, die "
    "angekündigt sind.",
    "The received data differs from the announced SHA-256: start the transfer again.": "Die empfangenen Daten "
    "haben nicht die angekündigte SHA-256-Prüfsumme: bitte die Lieferung neu beginnen.",
    "No root folder is configured for files: set `data_root` in the settings.": "Ein Ordner für angebotene Dateien "
    "ist nicht eingestellt: bitte `data_root` in den Einstellungen setzen.",
    "The file changed while it was sent: start the transfer again.": "Die Datei hat sich während der Lieferung "
    "geändert: bitte die Lieferung neu beginnen.",
    "The folder has no member with this path: request the listing for its paths.": "Der Ordner enthält diesen Pfad "
    "nicht: Das Verzeichnis nennt die Pfade.",
    "A URL has no members: request it without a path.": "Eine URL hat keine einzelnen Dateien: bitte ohne Pfad "
    "abrufen.",
    "The backend cannot be read: {}": "Die Quelle lässt sich nicht lesen: {0}",
    "The backend closed the connection early: {}": "Die Quelle hat die Verbindung zu früh geschlossen: {0}",
    "The backend did not finish within {} s: check the backend.": "Die Quelle war nach {0} s nicht fertig: bitte "
    "die Quelle prüfen.",
    "The backend answered with a part of the data, though all of it was requested: check the backend.": "Die Quelle "
    "hat nur einen Teil der Daten geliefert, obwohl alle verlangt waren: bitte die Quelle prüfen.",
    "The backend returned another range than requested.": "Die Quelle hat einen anderen Bereich geliefert als "
    "verlangt.",
    "The data changed at the peer.": "Die Daten haben sich beim Vertragspartner geändert.",
    "The listing is larger than {} bytes: ask the provider for a smaller folder.": "Das Verzeichnis ist größer als "
    "{0} Bytes: bitte den Anbieter um einen kleineren Ordner bitten.",
    "The peer returned another range than requested.": "Die Gegenstelle hat einen anderen Bereich geliefert als "
    "verlangt.",
    "The peer's data endpoint failed: {}": "Der Datenendpunkt der Gegenstelle ist gescheitert: {0}",
    "The peer is unavailable.": "Die Gegenstelle ist nicht verfügbar.",
    "{} It was tried for a day: start the transfer again.": "{0} Es wurde einen Tag lang versucht: bitte die "
    "Lieferung neu beginnen.",
    "{} {} attempts failed: start the transfer again.": "{0} {1} Versuche sind gescheitert: bitte die Lieferung "
    "neu beginnen.",
    "The data has more than {} groups: aggregate by fields with fewer values.": "Die Daten haben mehr als {0} "
    "Gruppen: bitte nach Feldern mit weniger Werten zusammenfassen.",
    "Unknown conversion {}: use number, date, or one unit to another.": "Unbekannte Umrechnung {0}: möglich sind number, "
    "date oder eine Einheit in eine andere.",
    "Unknown precision {}: use {}.": "Unbekannte Genauigkeit {0}: möglich ist {1}.",
    "The data has more than {} records, the limit for small groups: request a smaller part.": "Die Daten haben "
    "mehr als {0} Datensätze, die Grenze für kleine Gruppen: bitte einen kleineren Teil anfragen.",
    "A record has a field that the asset does not declare: add it to the asset's fields.": "Ein Datensatz hat ein "
    "Feld, das im Angebot nicht beschrieben ist: bitte in den Feldern des Angebots ergänzen.",
    "The data has a field with a reserved name: rename the field.": "Die Daten haben ein Feld mit einem "
    "vorbehaltenen Namen: bitte das Feld umbenennen.",
    "Unknown transform {}: the data cannot be treated as agreed.": "Unbekannte Aufbereitung {0}: Die Daten lassen "
    "sich nicht wie vereinbart aufbereiten.",
    "The operand {} cannot be read from a record: correct the asset's records.": "Das Merkmal {0} lässt sich aus "
    "einem Datensatz nicht lesen: bitte die Angaben zu den Datensätzen berichtigen.",
    "A folder cannot be treated record by record: offer its files one by one.": "Ein Ordner lässt sich nicht "
    "Datensatz für Datensatz aufbereiten: bitte die Dateien einzeln anbieten.",
    "This data plane cannot treat records: it has neither a secret nor operands.": "Diese Datenebene kann keine "
    "Datensätze aufbereiten: Ihr fehlen das Geheimnis und die Merkmale.",
    "The source did not return the {} bytes that it announced.": "Die Quelle hat nicht die {0} Bytes geliefert, "
    "die sie angekündigt hat.",
    "the body was not read: {}": "der Inhalt wurde nicht gelesen: {0}",
    "A folder of the path does not exist below the configured root or is a link: correct the path.": "Ein Ordner "
    "des Pfads fehlt unter dem eingestellten Ordner oder ist ein Verweis: bitte den Pfad berichtigen.",
    "The `{}` of the address is not a plain path below the configured root: write it as `folder/name`.": "`{0}` "
    "der Adresse ist kein einfacher Pfad unter dem eingestellten Ordner: bitte als `Ordner/Name` schreiben.",
    "The folder has more than {} files: offer a smaller part of it.": "Der Ordner hat mehr als {0} Dateien: bitte "
    "einen kleineren Teil anbieten.",
    "The folder has more than {} levels: offer a smaller part of it.": "Der Ordner hat mehr als {0} Ebenen: bitte "
    "einen kleineren Teil anbieten.",
    "The listing of the folder cannot be read: expected JSON with members, paths and sizes.": "Das Verzeichnis des "
    "Ordners lässt sich nicht lesen: nötig ist JSON mit Dateien, Pfaden und Größen.",
    "The listing of the folder contains a member twice or with a negative size: ask the provider to correct it.": "Das Verzeichnis des Ordners nennt eine Datei zweimal oder mit negativer Größe: Der Anbieter muss es "
    "berichtigen.",
    "The path of a folder member is not a plain relative path: write it as `folder/name`.": "Der Pfad einer Datei "
    "im Ordner ist kein einfacher Pfad: bitte als `Ordner/Name` schreiben.",
    "The audit log has no entry {}: list the log to find its entries.": "Das Prüfprotokoll hat keinen Eintrag {0}: bitte "
    "das Protokoll auflisten, um seine Einträge zu finden.",
    "Line {} of the CSV cannot be read: a quote stands inside a value; put the value between quotes and write each quote "
    "inside of it twice.": "Zeile {0} der CSV-Daten lässt sich nicht lesen: Ein Anführungszeichen steht mitten in einem "
    "Wert. Bitte den Wert zwischen Anführungszeichen setzen und jedes darin doppelt schreiben.",
    "The object has too many levels.": "Das Objekt ist zu tief verschachtelt.",
    "Line {} of the CSV cannot be read: {}.": "Zeile {0} der CSV-Daten lässt sich nicht lesen: {1}.",
    "Line {} of the CSV has {} values, its header has {} names.": "Zeile {0} der CSV-Daten hat {1} Werte, die "
    "Kopfzeile {2} Namen.",
    "The CSV is empty: expected a header line with the names of the fields.": "Die CSV-Daten sind leer: nötig ist "
    "eine Kopfzeile mit den Namen der Felder.",
    "The header line of the CSV has a name twice: rename one of the fields.": "Die Kopfzeile der CSV-Daten nennt "
    "einen Namen zweimal: bitte eines der Felder umbenennen.",
    "The header line of the CSV has columns without a name: the first line has to name all columns.": "Die "
    "Kopfzeile der CSV-Daten hat Spalten ohne Namen: Die erste Zeile muss alle Spalten benennen.",
    "A record of the JSON has more than {} bytes: make it smaller.": "Ein Datensatz der JSON-Daten hat mehr als "
    "{0} Bytes: bitte verkleinern.",
    "Record {} of the JSON cannot be read: expected an object.": "Datensatz {0} der JSON-Daten lässt sich nicht "
    "lesen: nötig ist ein Objekt.",
    "Record {} of the JSON contains a member twice in one object: remove one.": "Datensatz {0} der JSON-Daten "
    "enthält eine Angabe zweimal in einem Objekt: bitte eine entfernen.",
    "Record {} of the JSON has more than {} levels: flatten it.": "Datensatz {0} der JSON-Daten hat mehr als {1} "
    "Ebenen: bitte flacher schreiben.",
    "The JSON is not an array of objects: write it as `[{…}, {…}]`, or declare the format `ndjson`.": "Die "
    "JSON-Daten sind keine Liste von Objekten: bitte als `[{{…}}, {{…}}]` schreiben oder das Format `ndjson` "
    "angeben.",
    "The first record of the data has more than {} bytes: check for a missing line end.": "Der erste Datensatz hat "
    "mehr als {0} Bytes: fehlt ein Zeilenende?",
    "The lease of this transfer is not granted yet: try again later.": "Diese Lieferung ist noch nicht "
    "freigegeben: bitte später erneut versuchen.",
    "The limit of uses is reached: the terms of the agreement say how many begin, and when.": "Die Grenze der "
    "Nutzungen ist erreicht: Der Vertrag sagt, wie viele wann beginnen dürfen.",
    "The treatment of the data has just changed: try again.": "Die Aufbereitung der Daten hat sich gerade "
    "geändert: bitte erneut versuchen.",
    "Unknown flow or token: use the data address of the last start.": "Unbekannte Lieferung oder unbekannter "
    "Nachweis: bitte die Datenadresse des letzten Starts verwenden.",
    "The limit of accesses within a period is reached: try again later.": "Die Grenze der Zugriffe in einem "
    "Zeitraum ist erreicht: bitte später erneut versuchen.",
    "The connection was closed before the answer.": "Die Verbindung wurde vor der Antwort geschlossen.",
    "The connection closed before the end of the data: send the rest.": "Die Verbindung ist vor dem Ende der Daten "
    "geschlossen worden: bitte den Rest senden.",
    "The data was already received: ask for the state of the transfer.": "Die Daten sind schon angekommen: bitte "
    "den Stand der Lieferung abfragen.",
    "The push does not extend to the last byte of the data: correct Content-Range and Content-Length.": "Die "
    "Zustellung reicht nicht bis zum letzten Byte der Daten: bitte Content-Range und Content-Length berichtigen.",
    "Files of the folder cannot be delivered under their names: {}. Rename them: no control characters, none of "
    ': * ? " < > | \\, and at most 255 bytes in UTF-8.': "Dateien des Ordners lassen sich unter ihren Namen nicht "
    'liefern: {0}. Bitte umbenennen: keine Steuerzeichen, keines von : * ? " < > | \\, und höchstens 255 Bytes in '
    "UTF-8.",
    "This kind of source is not supported: use one of {}.": "Diese Art von Quelle wird nicht unterstützt: möglich "
    "ist {0}.",
    "The source of this flow is of a kind that is not supported any more: terminate the transfer.": "Die Quelle "
    "dieser Lieferung ist von einer Art, die nicht mehr unterstützt wird: bitte die Lieferung abbrechen.",
    "This kind of {} is not supported: use one of {}.": "Diese Art ({0}) wird nicht unterstützt: möglich ist {1}.",
    "A file of this name already exists with other content: choose another name or allow overwriting.": "Eine "
    "Datei dieses Namens existiert bereits mit anderem Inhalt: bitte einen anderen Namen wählen oder das "
    "Überschreiben erlauben.",
    "Another delivery of this flow is being written: wait for its end.": "Eine andere Zustellung dieser Lieferung "
    "wird gerade geschrieben: bitte ihr Ende abwarten.",
    "The delivery ended after {} of {} bytes: resume the transfer.": "Die Lieferung endete nach {0} von {1} Bytes: "
    "bitte fortsetzen.",
    "The delivery is larger than {} bytes, the limit of this sink: request a smaller one.": "Die Lieferung ist "
    "größer als {0} Bytes, die Grenze dieses Ziels: bitte eine kleinere anfragen.",
    "A header of the address has a name or value that cannot be sent: use printable ASCII.": "Ein Kopffeld der "
    "Adresse hat einen Namen oder Wert, der sich nicht senden lässt: bitte druckbare ASCII-Zeichen verwenden.",
    "The delivery ended after {} of {} bytes: start the transfer again.": "Die Lieferung endete nach {0} von {1} "
    "Bytes: bitte neu beginnen.",
    "A header of the address has a name or value that cannot be sent: use ASCII, and not `Range`.": "Ein Kopffeld "
    "der Adresse hat einen Namen oder Wert, der sich nicht senden lässt: bitte ASCII-Zeichen verwenden, und "
    "nicht `Range`.",
    "The `headers` of the address are malformed: give an object of names and values.": "Die `headers` der Adresse "
    "haben nicht die richtige Form: nötig ist ein Objekt mit Namen und Werten.",
    "The backend answered with status {} instead of data.": "Die Quelle hat mit Status {0} statt mit Daten "
    "geantwortet.",
    "A member of the folder changed after it was listed: start the transfer again.": "Eine Datei des Ordners hat "
    "sich nach dem Verzeichnis geändert: bitte die Lieferung neu beginnen.",
    "A member of the folder is a folder itself: ask the provider to list its files.": "Ein Eintrag des Ordners ist "
    "selbst ein Ordner: Der Anbieter muss seine Dateien nennen.",
    "The data address of the peer has no endpoint: ask the provider to correct it.": "Die Datenadresse der "
    "Gegenstelle hat keinen endpoint: Der Anbieter muss sie berichtigen.",
    "The data address of the peer is blocked: {}": "Die Datenadresse der Gegenstelle ist gesperrt: {0}",
    "Internal error: the log of this connector contains the details.": "Interner Fehler: Näheres steht im "
    "Protokoll dieses Konnektors.",
    "The data address of the peer cannot be read: it is not a DataAddress in JSON.": "Die Datenadresse der "
    "Gegenstelle lässt sich nicht lesen: Sie ist keine DataAddress in JSON.",
    "The sink of this flow is of a kind that is not supported any more: terminate the transfer.": "Das Ziel dieser "
    "Lieferung ist von einer Art, die nicht mehr unterstützt wird: bitte die Lieferung abbrechen.",
    "The bytes at the receiver are not the beginning of the current data.": "Die Bytes beim Empfänger sind nicht "
    "der Anfang der heutigen Daten.",
    "The data address of the peer has no endpoint: ask the consumer to correct it.": "Die Datenadresse der "
    "Gegenstelle hat keinen endpoint: Der Bezieher muss sie berichtigen.",
    "A field of the data has the name of a sum or mean: rename the field.": "Ein Feld der Daten heißt wie eine "
    "Summe oder ein Mittelwert: bitte das Feld umbenennen.",
    "The groups contain more than {} persons: aggregate a smaller part of the data.": "Die Gruppen enthalten mehr "
    "als {0} Personen: bitte einen kleineren Teil der Daten zusammenfassen.",
    "No value of the field {} can be read as the transform needs it: correct the data.": "Kein Wert des Felds {0} "
    "ist lesbar, wie die Aufbereitung es braucht: bitte die Daten berichtigen.",
    "The data has more than {} bytes, which a transform of the agreement cannot hold.": "Die Daten haben mehr als "
    "{0} Bytes, die eine Aufbereitung des Vertrags nicht halten kann.",
    "A token bucket needs a positive rate, a burst of at least 1 and at least one key.": "Ein Zähler braucht eine "
    "positive Rate, einen Vorrat von mindestens 1 und mindestens einen Schlüssel.",
    "The field {} of an answer is not printable ASCII.": "Das Feld {0} einer Antwort besteht nicht aus druckbaren "
    "ASCII-Zeichen.",
    "The limit of {} uses within {} is reached: try again later.": "Die Grenze von {0} Nutzungen in {1} ist "
    "erreicht: bitte später erneut versuchen.",
    "The treatment in the lease cannot be read: run the data plane and the control plane in the same release.": "Die "
    "Aufbereitung der Freigabe lässt sich nicht lesen: Datenebene und Steuerung müssen dieselbe Version haben.",
    "The data plane {} is gone, and {} has the data too.": "Die Datenebene {0} ist ausgefallen, und {1} hat die Daten auch.",
    # Parts of sentences.
    "its head is larger than {} bytes": "ihr Kopf ist größer als {0} Bytes",
    "it has more than {} fields": "sie hat mehr als {0} Felder",
    "its status {} was not asked for": "nach ihrem Status {0} war nicht gefragt",
    "it has more than {} interim answers": "sie hat mehr als {0} Zwischenantworten",
    "its certificate is not trusted ({})": "sein Zertifikat ist nicht vertrauenswürdig ({0})",
    "A record of the CSV has more than {} characters: check for a quote that is not closed.": "Ein Datensatz der CSV-Daten hat mehr als {0} Zeichen: fehlt ein schließendes Anführungszeichen?",
    "A record of the CSV has more than {} characters": "Ein Datensatz der CSV-Daten hat mehr als {0} Zeichen",
    "it spoke before it was asked": "sie kam vor der Anfrage",
    "its first bytes are not those of HTTP/1.1": "ihre ersten Bytes sind nicht die von HTTP/1.1",
    "it has more framing than content": "sie hat mehr Rahmen als Inhalt",
    "bytes follow the answer": "nach der Antwort folgen Bytes",
    "its version of HTTP is not 1.1": "ihre Version von HTTP ist nicht 1.1",
    "an interim answer has a body": "eine Zwischenantwort hat einen Inhalt",
    "its transfer coding is not `chunked`": "ihre Übertragung ist nicht `chunked`",
    "it has a length beside a transfer coding": "sie nennt eine Länge neben der Übertragung in Stücken",
    "its version of HTTP has no transfer coding": "ihre Version von HTTP kennt keine Übertragung in Stücken",
    "it has two lengths": "sie nennt zwei Längen",
    "too many interim answers": "zu viele Zwischenantworten",
    "the lease is not granted yet": "die Freigabe fehlt noch",
    "the lease has expired": "die Freigabe ist abgelaufen",
    "the limit of bytes in the lease is reached": "die freigegebene Datenmenge ist erreicht",
    "the treatment of the data has changed": "die Aufbereitung der Daten hat sich geändert",
    "the transfer has ended": "die Lieferung ist beendet",
    "the transfer is suspended": "die Lieferung ist unterbrochen",
    "the data plane is stopping": "die Datenebene wird beendet",
    "the peer closed the connection": "die Gegenstelle hat die Verbindung geschlossen",
    "the peer stopped confirming bytes": "die Gegenstelle bestätigt keine Bytes mehr",
    "the caller closed the connection": "der Anrufer hat die Verbindung geschlossen",
    "a document of an older office program": "ein Dokument eines älteren Büroprogramms",
    "a ZIP archive, or a document of an office program": "ein ZIP-Archiv oder ein Dokument eines Büroprogramms",
    "in UTF-32, which is not read": "in UTF-32 geschrieben, das nicht gelesen wird",
    "a number, hour, day, week, month, quarter, year, decimals-N, prefix-N, at-most-N or at-least-N": "eine Zahl, hour, day, "
    "week, month, quarter, year, decimals-N, prefix-N, at-most-N oder at-least-N",
    "The field {} has no table with the level that is agreed: add it to the asset.": "Zum Feld {0} gibt es keine Tabelle "
    "mit der vereinbarten Ebene: bitte im Angebot ergänzen.",
    # Portals and their documents.
    "A page of the catalogue cannot be read: {}": "Eine Seite des Katalogs lässt sich nicht lesen: {0}",
    "The next page of the catalogue has another origin than the portal: enter the portal's own one.": "Die nächste Seite "
    "des Katalogs liegt nicht beim Portal selbst: bitte die eigene Adresse des Portals eintragen.",
    "The pages of the catalogue form a cycle: a page leads to an earlier one.": "Die Seiten des Katalogs bilden einen "
    "Kreis: Eine Seite führt zu einer früheren.",
    "The pages of the catalogue form a cycle: the portal returned one page twice.": "Die Seiten des Katalogs bilden einen "
    "Kreis: Das Portal hat eine Seite zweimal geliefert.",
    "The portal answered with {}: give the address of its Turtle, RDF/XML or JSON-LD.": "Das Portal hat mit {0} "
    "geantwortet: bitte die Adresse seines Katalogs in Turtle, RDF/XML oder JSON-LD angeben.",
    "CKAN refuses {} (status {}).": "CKAN lehnt {0} ab (Status {1}).",
    "The package {} cannot be read: {}": "Das Paket {0} lässt sich nicht lesen: {1}",
    "The pages of the portal repeat: it returned the same packages twice.": "Die Seiten des Portals wiederholen sich: Es "
    "hat dieselben Pakete zweimal geliefert.",
    "The portal answered without a list of packages: expected `results` and `count` of CKAN.": "Das Portal hat ohne "
    "Liste von Paketen geantwortet: nötig sind `results` und `count` von CKAN.",
    "The portal changed while it was read: {} packages were not found again.": "Das Portal hat sich beim Lesen geändert: "
    "{0} Pakete waren nicht mehr zu finden.",
    "The portal counts {} packages and listed {}: nothing is removed until they agree.": "Das Portal zählt {0} Pakete und "
    "hat {1} aufgelistet: Bis beides übereinstimmt, wird nichts entfernt.",
    "The portal did not answer as CKAN does: check its address and its kind.": "Das Portal hat nicht wie CKAN geantwortet: "
    "bitte seine Adresse und seine Art prüfen.",
    "The portal answered with status {}, and not as CKAN does: check its address and its kind.": "Das Portal hat mit "
    "dem Status {0} geantwortet, und nicht wie CKAN: Bitte prüfen Sie Adresse und Art.",
    "The portal did not answer in JSON: {}": "Das Portal hat nicht in JSON geantwortet: {0}",
    "The portal lists no packages: {}": "Das Portal listet keine Pakete auf: {0}",
    "The portal refused a page of its list: {}": "Das Portal hat eine Seite seiner Liste verweigert: {0}",
    "The portal has more than {} pages.": "Das Portal hat mehr als {0} Seiten.",
    "The portal has more than {} values.": "Das Portal hat mehr als {0} Werte.",
    "The portal is larger than {} datasets or {} bytes.": "Das Portal ist größer als {0} Datenangebote oder {1} Bytes.",
    "The portal was not read completely within {} s.": "Das Portal wurde nicht innerhalb von {0} s vollständig gelesen.",
    "The portal answered with status {}.": "Das Portal hat mit Status {0} geantwortet.",
    "The portal did not answer: {}": "Das Portal hat nicht geantwortet: {0}",
    "The source was not asked.": "Die Quelle wurde nicht gefragt.",
    "The portal was not asked.": "Das Portal wurde nicht angefragt.",
    "The portal was not asked: {}": "Das Portal wurde nicht angefragt: {0}",
    "The portal was removed.": "Das Portal wurde entfernt.",
    "The broker does not name this address.": "Der Broker nennt diese Adresse nicht.",
    "The other broker does not list the participant any more.": "Der andere Broker führt den Teilnehmer nicht mehr.",
    "The dataset {} is larger than {} bytes.": "Das Datenangebot {0} ist größer als {1} Bytes.",
    "The document has more than {} statements.": "Das Dokument hat mehr als {0} Aussagen.",
    "The document has more than {} terms that consist of terms.": "Das Dokument hat mehr als {0} Namen, die selbst aus "
    "Aussagen bestehen.",
    "The document has a name or a text that is longer than 16 MB.": "Das Dokument hat einen Namen oder Text, der länger als "
    "16 MB ist.",
    "The document is nested deeper than {} elements.": "Das Dokument ist tiefer als {0} Elemente verschachtelt.",
    "The document is not JSON-LD: {}": "Das Dokument ist kein JSON-LD: {0}",
    "The document is not XML: {}.": "Das Dokument ist kein XML: {0}.",
    "The encoding {} is not read: use UTF-8.": "Die Kodierung {0} wird nicht gelesen: bitte UTF-8 verwenden.",
    "The document is not in the encoding that it states ({}).": "Das Dokument hat nicht die Kodierung, die es angibt "
    "({0}).",
    "It leads to {}: enter that address, if it is the portal's.": "Sie führt zu {0}: bitte diese Adresse eintragen, wenn "
    "sie die des Portals ist.",
    "The document is XML with the root element {} and not RDF/XML ({}): give the address of the catalogue in DCAT.": "Das "
    "Dokument ist XML mit dem Wurzelelement {0} und kein RDF/XML ({1}): bitte die Adresse des Katalogs in DCAT angeben.",
    "The document is not {}: {}.": "Das Dokument ist nicht {0}: {1}.",
    "The document needs a context that is not loaded ({}): use Turtle.": "Das Dokument braucht einen Kontext, der nicht "
    "geladen wird ({0}): bitte Turtle verwenden.",
    "In {}, broker.portals has two portals of the same name: give each its own name.": "In {0} hat broker.portals zwei "
    "Portale mit demselben Namen: bitte jedem einen eigenen geben.",
    "The file is empty: choose one with data in it.": "Die Datei ist leer: bitte eine wählen, in der Daten stehen.",
    "Only the operator of the broker may see and change its portals.": "Portale zeigt und ändert nur der Betreiber des "
    "Brokers.",
    "The broker has {} portals, the most that it may have: remove one first.": "Der Broker hat {0} Portale, mehr sind "
    "nicht möglich: bitte zuerst eines entfernen.",
    "The portal {} exists: remove it first, or choose another name.": "Das Portal {0} gibt es schon: bitte zuerst "
    "entfernen oder einen anderen Namen wählen.",
    "The portal {} stands in the settings: remove it from broker.portals.": "Das Portal {0} steht in den Einstellungen: "
    "bitte aus broker.portals entfernen.",
    "Unknown portal: the list of portals has their names.": "Unbekanntes Portal: Die Liste der Portale nennt ihre Namen.",
    "The broker answered with status {}: see its log.": "Der Broker hat mit Status {0} geantwortet: Näheres steht in "
    "seinem Protokoll.",
    "The subscription {} has this data at another time: remove it first, or name another place.": "Das Abo {0} liefert "
    "diese Daten zu einer anderen Zeit: bitte zuerst entfernen oder einen anderen Ort nennen.",
    "There are {} subscriptions: remove some that have ended first.": "Es gibt schon {0} Abos: bitte zuerst einige "
    "beendete entfernen.",
    "Unknown subscription {}: list the subscriptions to find its identifier.": "Unbekanntes Abo {0}: `datenkontor "
    "subscription list` zeigt alle Abos.",
    "The subscription is paused: resume it first.": "Das Abo ist angehalten: bitte zuerst fortsetzen.",
    "A delivery of the subscription is under way: wait for its end.": "Eine Lieferung des Abos läuft gerade: bitte ihr "
    "Ende abwarten.",
    "The agreement has ended or is used up: ask for a new one first.": "Der Vertrag ist beendet oder verbraucht: bitte "
    "zuerst einen neuen anfragen.",
    "The provider states neither a digest nor a date of this data, so that nobody sees a change: choose an hour, a day or "
    "a week.": "Der Anbieter nennt weder Prüfsumme noch Datum dieser Daten, sodass niemand eine Änderung sieht: bitte "
    "Stunde, Tag oder Woche wählen.",
    "The subscription has ended with its agreement: order a new one.": "Das Abo hat mit seinem Vertrag geendet: bitte ein "
    "neues bestellen.",
    "Other requests changed the subscription repeatedly: read it again, then retry.": "Andere haben das Abo mehrmals "
    "geändert: bitte noch einmal ansehen und dann wiederholen.",
}
