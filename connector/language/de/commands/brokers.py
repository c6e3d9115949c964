"""Sätze über Datenströme, die der Code englisch schreibt."""

SENTENCES: dict[str, str] = {
    "The stream has a line that is no message: it was left.": "Der Datenstrom hat eine Zeile, die keine Nachricht ist: Er wurde verlassen.",
    "The stream has a line that is too long: it was left.": "Der Datenstrom hat eine zu lange Zeile: Er wurde verlassen.",
    "A stream is followed by its consumer, who pulls it: request a new transfer.": "Einen Datenstrom liest der Bezieher, der ihn abruft: bitte eine neue Lieferung anfordern.",
    "The transfer is {}: request a new transfer.": "Die Lieferung ist {0}: bitte eine neue Lieferung anfordern.",
    "The client for {} is not installed: install Datenkontor with the extra `streams`.": "Das Programm für {0} ist nicht installiert: bitte Datenkontor mit dem Zusatz `streams` installieren.",
    "A stream has no files: request it without a path.": "Ein Datenstrom hat keine Dateien: bitte ohne Pfad abrufen.",
    "The position cannot be read: send the identifier of the last message.": "Die Stelle ist nicht lesbar: bitte die Kennung der letzten Nachricht senden.",
    "This is a stream: accept one of {}.": "Das ist ein Datenstrom: bitte eines dieser Formate annehmen: {0}.",
    "The flow is {}: only a started stream can be followed.": "Der Datenfluss ist {0}: Nur ein begonnener Datenstrom kann gelesen werden.",
    "The `topic` has a wildcard or begins with $: an offer is of one topic, so name that topic.": "Das `topic` hat einen Platzhalter oder beginnt mit $: Ein Angebot umfasst ein Topic, bitte dieses "
    "nennen.",
    "The `topic` has characters that no topic has: correct it.": "Das `topic` hat Zeichen, die kein Topic hat: bitte berichtigen.",
    "The address has no usable `topic`: give the name of one topic, such as city/air.": "Die Adresse hat kein brauchbares `topic`: bitte ein Topic nennen, etwa city/air.",
    "The broker closed the connection.": "Der Broker hat die Verbindung geschlossen.",
    "The broker refuses the account: correct the `secret` of the address.": "Der Broker lehnt den Zugang ab: bitte `secret` der Adresse berichtigen.",
    "The broker refuses the connection (code {}).": "Der Broker lehnt die Verbindung ab (Code {0}).",
    "The broker refuses the topic: allow this account to subscribe to it.": "Der Broker lehnt das Topic ab: bitte diesem Zugang das Lesen erlauben.",
    "The address has no usable `stream`: give the name of a stream of JetStream, such as AIR.": "Die Adresse hat keinen brauchbaren `stream`: bitte den Namen eines Streams von JetStream nennen, etwa "
    "AIR.",
    "The address has no usable `subject`: give the name of one, such as city.air, without a wildcard.": "Die Adresse hat kein brauchbares `subject`: bitte eines ohne Platzhalter nennen, etwa city.air.",
    "The server cannot be asked for the stream: {}.": "Der Server gibt über den Stream keine Auskunft: {0}.",
    "The server cannot be asked: {}.": "Der Server gibt keine Auskunft: {0}.",
    "The server cannot be used: {}.": "Der Server ist nicht nutzbar: {0}.",
    "The server closed the connection.": "Der Server hat die Verbindung geschlossen.",
    "The server does not remove the subscription.": "Der Server entfernt das Abonnement nicht.",
    "The server does not take the subscription: look whether another process holds it, and whether the subject "
    "is one of the stream.": "Der Server nimmt das Abonnement nicht an: bitte nachsehen, ob ein anderer Prozess es hält und ob das "
    "Subject zum Stream gehört.",
    "The server has no stream of this name: create it, or correct `stream`.": "Der Server hat keinen Stream dieses Namens: bitte anlegen oder `stream` berichtigen.",
    "The stream drops messages that were read once: give one with the retention `limits`.": "Der Stream verwirft Nachrichten, die einmal gelesen wurden: bitte einen mit der Aufbewahrung `limits` "
    "nennen.",
    "it closed the connection, so look at the `secret` of the address": "er hat die Verbindung geschlossen, bitte `secret` der Adresse prüfen",
    "it refuses the account, so correct the `secret` of the address": "er lehnt den Zugang ab, bitte `secret` der Adresse berichtigen",
    "The source failed unexpectedly: the log of this connector contains the details.": "Die Quelle ist unerwartet ausgefallen: Näheres steht im Protokoll dieses Connectors.",
    "The source has sent nothing for {} s: look whether it still measures.": "Die Quelle hat seit {0} s nichts gesendet: bitte nachsehen, ob sie noch misst.",
    "The data address of the peer has no endpoint.": "Die Datenadresse der Gegenstelle hat keinen Endpunkt.",
    "The peer sends a message that is larger than any may be: the stream was left.": "Die Gegenstelle sendet eine Nachricht, die größer als erlaubt ist: Der Datenstrom wurde verlassen.",
    "The peer's data endpoint answered with status {}": "Der Datenendpunkt der Gegenstelle hat mit Status {0} geantwortet",
    "The stream ended.": "Der Datenstrom ist beendet.",
    "A stream of CSV cannot be treated: its messages have no header. Offer messages in JSON.": "Ein Datenstrom aus CSV kann nicht aufbereitet werden: Seine Nachrichten haben keine Kopfzeile. Bitte "
    "Nachrichten in JSON anbieten.",
    "The agreement requires to sum up all records, and a stream has no last one: agree on a treatment of single "
    "records.": "Der Vertrag verlangt, alle Datensätze zusammenzufassen, und ein Datenstrom hat keinen letzten: bitte "
    "eine Aufbereitung einzelner Datensätze vereinbaren.",
    "A limit of the stream in the address cannot be used: {}.": "Eine Grenze des Datenstroms in der Adresse ist nicht brauchbar: {0}.",
    "The `url` is none of a broker: give one such as {}://broker.example or {}://…, and an account by its name "
    "in `secret`.": "Die `url` ist keine eines Brokers: bitte eine wie {0}://broker.example oder {1}://… angeben, und einen "
    "Zugang mit seinem Namen in `secret`.",
    "The `url` of a broker has no path: leave out what follows the port.": "Die `url` eines Brokers hat keinen Pfad: bitte weglassen, was auf den Port folgt.",
    "The `url` of the broker begins with none of {}: correct it.": "Die `url` des Brokers beginnt mit keinem von {0}: bitte berichtigen.",
    "The address has no usable `url`: give one such as {}://broker.example:8883.": "Die Adresse hat keine brauchbare `url`: bitte eine wie {0}://broker.example:8883 angeben.",
    "The broker cannot be found: {}": "Der Broker wurde nicht gefunden: {0}",
    "The broker may not be used: {}": "Der Broker darf nicht genutzt werden: {0}",
    "The broker cannot be reached: {}.": "Der Broker ist nicht erreichbar: {0}.",
    "The secret {} is no account at a broker: write a JSON object with `user` and `password`, or `token`, on one line.": "Das Geheimnis {0} ist kein Zugang zu einem Broker: bitte ein JSON-Objekt mit `user` und `password` oder `token` in eine Zeile schreiben.",
    "the connection failed": "die Verbindung ist gescheitert",
    # Kafka.
    "The address has no usable `topic`: give the name of one topic, such as city.air.": "Die Adresse hat kein brauchbares `topic`: bitte ein Topic nennen, etwa city.air.",
    "The broker cannot be asked ({}).": "Die Anfrage an den Broker ist gescheitert ({0}).",
    "The broker cannot be used: it refuses the account, so correct the `secret` of the address.": "Der Broker ist nicht nutzbar: Er lehnt den Zugang ab, bitte `secret` der Adresse berichtigen.",
    "The broker cannot be used: it was not reached, or it refuses the account: look at `url` and `secret`.": "Der Broker ist nicht nutzbar: Er ist nicht erreichbar oder lehnt den Zugang ab, bitte `url` und `secret` prüfen.",
    "The broker has no topic of this name: create it, or correct `topic`.": "Der Broker hat kein Topic dieses Namens: bitte anlegen oder `topic` berichtigen.",
    "The broker refuses the topic: allow this account to read it.": "Der Broker lehnt das Topic ab: bitte diesem Zugang das Lesen erlauben.",
    "The topic has more partitions now: the subscription begins anew.": "Das Topic hat jetzt mehr Partitionen: Das Lesen beginnt neu.",
    "The topic has more than {} partitions: offer a smaller one.": "Das Topic hat mehr als {0} Partitionen: bitte ein kleineres anbieten.",
    "The issuer of the participant's credential has ended it.": "Die ausstellende Stelle hat den Nachweis des "
    "Teilnehmers beendet.",
    "The catalogue has more than {} bytes when it is expanded.": "Der Katalog hat entpackt mehr als {0} Bytes.",
    "The document has a document type that does more than to name namespaces: it may lead nowhere else, and declare at "
    "most {} entities, each the address of a namespace.": "Das Dokument hat einen Dokumenttyp, der mehr als Namensräume "
    "benennt: Er darf nirgendwohin führen und höchstens {0} Entitäten festlegen, jede die Adresse eines Namensraums.",
    "The entities of the document make it many times as long: write the names out.": "Die Entitäten machen das Dokument "
    "um ein Vielfaches länger: bitte die Namen ausschreiben.",
    "The portal answered with broken gzip.": "Das Portal hat mit beschädigtem gzip geantwortet.",
    "The portal answered with gzip that ends too early.": "Das Portal hat mit gzip geantwortet, das zu früh endet.",
    "The subscription is closed.": "Das Abonnement ist beendet.",
    "The body has more than {} bytes: send less at once.": "Der Inhalt hat mehr als {0} Bytes: bitte weniger auf einmal senden.",
    "The connection closed before the end of the body: send it again.": "Die Verbindung endete vor dem Ende des Inhalts: bitte "
    "noch einmal senden.",
    "The notification cannot be stored at present: it is looked for later.": "Die Meldung lässt sich zurzeit nicht speichern: "
    "Sie wird später gesucht.",
    "The notification is compressed: send it without Content-Encoding.": "Die Meldung ist komprimiert: bitte ohne "
    "Content-Encoding senden.",
    "Unknown subscription or token: only the broker that keeps a subscription tells its changes.": "Abonnement oder "
    "Zugangstoken unbekannt: Nur der Kontextdienst, bei dem es besteht, meldet Änderungen.",
    "A subscription has no `{}`: leave it out, or offer the query of the entities.": "Ein Abonnement hat kein `{0}`: bitte "
    "weglassen oder die Abfrage der Objekte anbieten.",
    "An entity of another type than that of the subscription was told.": "Es wurde ein Objekt gemeldet, dessen Typ nicht der "
    "des Abonnements ist.",
    "The broker does not say when entities were modified (`sysAttrs`), so what is missed cannot be found: offer the query of "
    "the entities.": "Der Kontextdienst nennt nicht, wann Objekte geändert wurden (`sysAttrs`), sodass Verpasstes nicht zu "
    "finden ist: bitte die Abfrage der Objekte anbieten.",
    "The broker has more than {} entities: raise `most_rows`.": "Der Kontextdienst hat mehr als {0} Objekte: bitte `most_rows` "
    "erhöhen.",
    "This is no notification of NGSI-LD with at most {} entities in the simplified form.": "Das ist keine Meldung nach NGSI-LD "
    "mit höchstens {0} Objekten in vereinfachter Form.",
    "This is no notification of the subscription: remove the subscription that sends it.": "Das ist keine Meldung dieses "
    "Abonnements: bitte das Abonnement entfernen, das sie sendet.",
    "The broker does not keep the subscription (status {}): check `url`, `type` and `q`.": "Der Kontextdienst behält das "
    "Abonnement nicht (Status {0}): bitte `url`, `type` und `q` prüfen.",
    "The broker refuses to be subscribed to: correct the `auth`.": "Der Kontextdienst lehnt das Abonnement ab: bitte `auth` "
    "berichtigen.",
    "The looks at the broker failed unexpectedly.": "Die Abfragen beim Kontextdienst sind unerwartet gescheitert.",
    "This data plane has no listener at which a broker could tell changes.": "Diese Datenebene hat keine Adresse, an der ein "
    "Kontextdienst Änderungen melden könnte.",
}
