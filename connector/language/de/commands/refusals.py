"""German sentences that use cases and peers write in English, under the English sentence."""

SENTENCES: dict[str, str] = {
    "The theme {} is unknown: use one of {}, or an IRI.": "Unbekanntes Thema {0}: möglich sind {1} oder eine IRI.",
    "The licence {} is unknown: use one of {}, or an IRI.": "Unbekannte Lizenz {0}: möglich sind {1} oder eine IRI.",
    "The language {} is not known: use a tag such as de or en-GB, or its three letters in ISO 639-3.": "Die Sprache {0} "
    "ist nicht bekannt: nötig ist ein Kürzel wie de oder en-GB, oder das mit drei Buchstaben nach ISO 639-3.",
    "The media type {} is unusable: use one such as text/csv.": "Der Medientyp {0} ist nicht brauchbar: nötig ist einer wie "
    "text/csv.",
    "The language {} is not a language tag: use one such as de or en-GB.": "Die Sprache {0} ist kein Sprachkürzel: nötig ist "
    "eines wie de oder en-GB.",
    "The delivery has {} files: choose one with `file`.": "Die Lieferung hat {0} Dateien: bitte eine mit `file` "
    "auswählen.",
    "The delivery is not complete, or its files were removed: wait for the transfer.": "Die Lieferung ist nicht "
    "vollständig, oder ihre Dateien sind entfernt: bitte das Ende der Lieferung abwarten.",
    "The management key {} has not the scope `{}`: use another key.": "Der Verwaltungsschlüssel {0} hat das Recht "
    "`{1}` nicht: bitte einen anderen Schlüssel verwenden.",
    "The request has no management key: send it as `Authorization: Bearer <key>`.": "Die Anfrage hat keinen "
    "Verwaltungsschlüssel: bitte als `Authorization: Bearer <Schlüssel>` senden.",
    "Too many requests without a valid management key: try again later.": "Zu viele Anfragen ohne gültigen "
    "Verwaltungsschlüssel: bitte später erneut versuchen.",
    "The body is not JSON: send a JSON object with Content-Type application/json.": "Der Inhalt der Anfrage ist "
    "kein JSON: bitte ein JSON-Objekt mit Content-Type application/json senden.",
    "The request is malformed: /openapi.json describes the expected form.": "Die Anfrage hat nicht die richtige "
    "Form: /openapi.json beschreibt sie.",
    "The request is too large: send less data.": "Die Anfrage ist zu groß: bitte weniger Daten senden.",
    "Unknown method for this path: /openapi.json lists its methods.": "Diese Methode gibt es für den Pfad nicht: "
    "/openapi.json nennt alle.",
    "Unknown path: /openapi.json lists the paths.": "Diesen Pfad gibt es nicht: /openapi.json nennt alle.",
    "Line {} contains {}: expected {} bytes in hexadecimal form.": "Zeile {0} enthält {1}: nötig sind {2} Bytes in "
    "hexadezimaler Form.",
    "Line {} has another body or salt than the recorded leaf.": "Zeile {0} hat einen anderen Inhalt oder Zusatz "
    "als der verzeichnete Eintrag.",
    "Line {} has position {} after {}: lines are missing or moved.": "Zeile {0} hat Stelle {1} nach {2}: Zeilen "
    "fehlen oder sind verschoben.",
    "The export belongs to {}, but the stored head belongs to {}.": "Der Auszug gehört zu {0}, der gespeicherte "
    "Stand aber zu {1}.",
    "The first leaf is not from before the period: lines at the beginning are missing.": "Der erste Eintrag liegt "
    "nicht vor dem Zeitraum: Am Anfang fehlen Zeilen.",
    "The format {} in line 1 is not supported: expected {}.": "Das Format {0} in Zeile 1 wird nicht unterstützt: "
    "nötig ist {1}.",
    "The last leaf is not from after the period: lines at the end are missing.": "Der letzte Eintrag liegt nicht "
    "nach dem Zeitraum: Am Ende fehlen Zeilen.",
    "The period ends at {}, before its start at {}: exchange the two.": "Der Zeitraum endet um {0}, vor seinem "
    "Beginn um {1}: bitte beide tauschen.",
    "The tree has {} leaves, but the export contains none: lines are missing.": "Das Protokoll hat {0} Einträge, "
    "der Auszug aber keinen: Es fehlen Zeilen.",
    "The body did not arrive in time: send the message again.": "Die Nachricht ist nicht rechtzeitig angekommen: "
    "bitte erneut senden.",
    "The body has more than {} values: send a smaller message.": "Die Nachricht hat mehr als {0} Werte: bitte eine "
    "kleinere senden.",
    "The body is compressed: send it without Content-Encoding.": "Die Nachricht ist komprimiert: bitte ohne "
    "Content-Encoding senden.",
    "The body is larger than {} bytes: send a smaller message.": "Die Nachricht ist größer als {0} Bytes: bitte "
    "eine kleinere senden.",
    "The body is not framed as HTTP requires: send the message again.": "Die Nachricht ist nicht so begrenzt, wie "
    "HTTP es verlangt: bitte erneut senden.",
    "The fields behind the body are too large: send the message without them.": "Die Felder hinter dem Inhalt der "
    "Nachricht sind zu groß: bitte ohne sie senden.",
    "The media type is not {}: send the message as {}.": "Der Medientyp ist nicht {0}: bitte die Nachricht als {1} "
    "senden.",
    "Too many large bodies are arriving: send the message again later.": "Es kommen zu viele große Nachrichten an: "
    "bitte später erneut senden.",
    "The address has more than {} parameters: send `after` and `limit` alone.": "Die Adresse hat mehr als {0} "
    "Parameter: bitte nur `after` und `limit` senden.",
    "Unknown dataset: request the catalogue for the datasets offered to you.": "Das Datenangebot ist unbekannt: "
    "Der Katalog nennt die Angebote für diesen Teilnehmer.",
    "HTTP status {}": "Status {0}",
    "No connector answered at its address, but something else (status {})": "Unter der Adresse hat kein Konnektor "
    "geantwortet, sondern etwas anderes (Status {0})",
    "{} does not accept this participant: `datenkontor doctor` compares it with the participant list, and the clock.": "{0} "
    "erkennt diesen Teilnehmer nicht an: `datenkontor doctor` vergleicht ihn mit der Teilnehmerliste und prüft die Uhr.",
    "{} did not return the dataset: {}": "{0} hat das Datenangebot nicht geliefert: {1}",
    "The source did not return its catalogue: {}": "Die Quelle hat ihren Katalog nicht geliefert: {0}",
    "The catalogue cannot be read: {}": "Der Katalog lässt sich nicht lesen: {0}",
    "The dataset cannot be read: {}": "Das Datenangebot lässt sich nicht lesen: {0}",
    "The next page cannot be fetched: {}": "Die nächste Seite lässt sich nicht abrufen: {0}",
    "The next page has another origin than the catalogue: the peer has to correct its Link.": "Die nächste Seite "
    "liegt an einer anderen Adresse als der Katalog: Die Gegenstelle muss ihren Verweis berichtigen.",
    "Authentication is unavailable: send the request again later.": "Die Anmeldung ist zurzeit nicht möglich: "
    "bitte später erneut senden.",
    "Internal error: send the request again later.": "Interner Fehler: bitte später erneut senden.",
    "The request is not authenticated: send a valid token in the Authorization header.": "Die Anfrage ist nicht "
    "angemeldet: bitte einen gültigen Nachweis im Kopffeld Authorization senden.",
    "The store is unavailable: send the message again later.": "Die Datenbank ist nicht verfügbar: bitte später "
    "erneut senden.",
    "Too many requests: send the request again later.": "Zu viele Anfragen: bitte später erneut senden.",
    "The catalogue names the same page as its next: the peer has to correct its Link.": "Der Katalog nennt "
    "dieselbe Seite als nächste: Die Gegenstelle muss ihren Verweis berichtigen.",
    "Only the expectation 100-continue is met: send the request without another.": "Nur die Erwartung 100-continue "
    "wird erfüllt: bitte ohne eine andere senden.",
    "Too many requests on one connection: send the request again later.": "Zu viele Anfragen auf einer Verbindung: "
    "bitte später erneut senden.",
    "Identifiers that occur twice with different content: {}; the first counts.": "Kennungen, die zweimal mit "
    "verschiedenem Inhalt vorkommen: {0}; die erste zählt.",
    "Not indexed: {}. {}": "Nicht aufgenommen: {0}. {1}",
    "Offers left out: {}.{}": "Ausgelassene Angebote: {0}.{1}",
    "The catalogue belongs to {}, not to {}.": "Der Katalog gehört zu {0}, nicht zu {1}.",
    "The catalogue has more than {} pages.": "Der Katalog hat mehr als {0} Seiten.",
    "The catalogue is larger than {} datasets or {} bytes.": "Der Katalog ist größer als {0} Datenangebote oder "
    "{1} Bytes.",
    "The catalogue was not read completely within {} s.": "Der Katalog war nach {0} s nicht vollständig gelesen.",
    "The source is slow ({} s), and so are others: it is tried later.": "Die Quelle ist langsam ({0} s), andere "
    "sind es auch: Sie wird später gelesen.",
    "The source was not asked: {}": "Die Quelle wurde nicht gefragt: {0}",
    "{} was not asked: {}": "{0} wurde nicht gefragt: {1}",
    "The source refused the catalogue request: {}": "Die Quelle hat die Anfrage des Katalogs abgelehnt: {0}",
    "Unknown cursor: begin with the first page.": "Die Fortsetzungsmarke ist unbekannt: bitte mit der ersten Seite "
    "beginnen.",
    "A dataset cannot be read: {}": "Ein Datenangebot lässt sich nicht lesen: {0}",
    "A dataset has no usable @id: expected 1 to {} bytes without control characters.": "Ein Datenangebot hat keine "
    "brauchbare @id: nötig sind 1 bis {0} Bytes ohne Steuerzeichen.",
    "A dataset is larger than {} bytes: ask the provider to shorten it.": "Ein Datenangebot ist größer als {0} "
    "Bytes: Der Anbieter muss es kürzen.",
    "A dataset is not a JSON object: expected an object with @id.": "Ein Datenangebot ist kein JSON-Objekt: nötig "
    "ist ein Objekt mit @id.",
    "The dataset is nested too deeply: expected at most {} levels.": "Das Datenangebot ist zu tief verschachtelt: "
    "möglich sind höchstens {0} Ebenen.",
    "The dataset {} cannot be read: {}": "Das Datenangebot {0} lässt sich nicht lesen: {1}",
    "The participant is not on the participant list any more.": "Der Teilnehmer steht nicht mehr auf der "
    "Teilnehmerliste.",
    "{} already exists with other content: choose another path, or allow to overwrite it.": "{0} existiert bereits "
    "mit anderem Inhalt: bitte einen anderen Pfad wählen oder das Überschreiben erlauben.",
    "The agreement {} states the purpose {}: ask anew (--renew, in Python renew=True), or leave the purpose out.": "Der "
    "Vertrag {0} nennt den Zweck {1}: neu anfragen (--renew, in Python renew=True) oder den Zweck weglassen.",
    "{} already exists with other content. The data has arrived and is kept (`datenkontor received list`): the "
    "same command with --yes, or `datenkontor transfer wait {} -o PATH`, saves it without another use.": "{0} "
    "existiert bereits mit anderem Inhalt. Die Daten sind angekommen und bleiben erhalten (`datenkontor received "
    " list`): derselbe Befehl mit --yes oder `datenkontor transfer wait {1} -o PFAD` speichert sie ohne weitere  "
    "Nutzung.",
    "{} already exists: choose another path, or allow to overwrite it.": "{0} existiert bereits: bitte einen "
    "anderen Pfad wählen oder das Überschreiben erlauben.",
    "Another process is writing {}: try again when it has ended.": "Ein anderer Prozess schreibt gerade {0}: bitte "
    "erneut versuchen, wenn er beendet ist.",
    "{} is there and is no file: choose another path.": "{0} ist da und ist keine Datei: bitte einen anderen Pfad "
    "wählen.",
    "Unknown agreement {}: list the agreements{} to find its identifier.": "Unbekannter Vertrag {0}: `datenkontor "
    "agreement list` zeigt alle Verträge.",
    "{} agreements have the identifier {}: name the partner before it, as in {}.": "{0} Verträge haben die Kennung "
    "{1}: bitte den Vertragspartner davor nennen, wie in {2}.",
    "The address answered {}.": "Die Adresse hat mit {0} geantwortet.",
    "The notification that the agreement demands could not be delivered. {}": "Die Benachrichtigung, die der "
    "Vertrag verlangt, ließ sich nicht zustellen. {0}",
    "The notification was not sent: this process has no network client.": "Die Benachrichtigung wurde nicht "
    "gesendet: Dieser Prozess hat keinen Zugang zum Netz.",
    "The data plane returned no address: check its log.": "Die Datenebene hat keine Adresse geliefert: bitte ihr "
    "Protokoll ansehen.",
    "The dataset does not exist any more.": "Das Datenangebot gibt es nicht mehr.",
    "Unknown template {}: {}": "Unbekannte Vorlage {0}: {1}",
    "The agreement names other parties or another dataset: send an agreement on the accepted offer.": "Der Vertrag "
    "nennt andere Parteien oder ein anderes Datenangebot: nötig ist ein Vertrag über das angenommene Angebot.",
    "The offer was withdrawn.": "Das Angebot ist zurückgezogen.",
    "The pid in the message differs from the pid in the path: send the same pid in both.": "Die pid der Nachricht "
    "ist eine andere als die im Pfad: bitte beide gleich senden.",
    "The process is busy: send the message again.": "Der Vorgang ist in Arbeit: bitte die Nachricht erneut senden.",
    "The token was used before: send each request with a new token.": "Der Nachweis wurde schon verwendet: bitte "
    "jede Anfrage mit einem neuen senden.",
    "Unknown process: check the pid in the path.": "Unbekannter Vorgang: bitte die pid im Pfad prüfen.",
    "Another agreement arrived before: repeat its terms, or terminate the negotiation.": "Vorher ist ein anderer "
    "Vertrag angekommen: bitte dessen Bedingungen wiederholen oder die Verhandlung abbrechen.",
    "Unknown offer: read the catalogue and send a current offer.": "Unbekanntes Angebot: bitte den Katalog lesen "
    "und ein aktuelles Angebot senden.",
    "Another request created the process at the same time: send the request again.": "Eine andere Anfrage hat den "
    "Vorgang gleichzeitig angelegt: bitte die Anfrage erneut senden.",
    "The pid already identifies another process: use a new pid.": "Die pid gehört schon zu einem anderen Vorgang: "
    "bitte eine neue verwenden.",
    "The offer names another party: expected the provider as assigner and the consumer as assignee.": "Das Angebot "
    "nennt eine andere Partei: nötig sind der Anbieter als assigner und der Bezieher als assignee.",
    "A push requires a dataAddress, and a pull must not have one: correct the request.": "Eine Zustellung braucht "
    "eine dataAddress, ein Abruf darf keine haben: bitte die Anfrage berichtigen.",
    "The agreement is not finalized: finalize the negotiation, then request the data.": "Der Vertrag ist nicht "
    "abgeschlossen: bitte erst die Verhandlung abschließen, dann die Daten anfragen.",
    "The agreement is not stored yet: send the request again.": "Der Vertrag ist noch nicht gespeichert: bitte die "
    "Anfrage erneut senden.",
    "The dataAddress has no endpoint: add it.": "Die dataAddress hat keinen endpoint: bitte ergänzen.",
    "The format is not supported: use {} or {}.": "Das Format wird nicht unterstützt: möglich sind {0} und {1}.",
    "The transfer is suspended by this side: only this side can resume it.": "Die Lieferung ist von dieser Seite "
    "unterbrochen: Nur sie kann fortsetzen.",
    "The state here is {}, and the peer reports {}.": "Der Stand ist hier {0}, die Gegenstelle meldet {1}.",
    "It is impossible to send {}": "{0} lässt sich nicht senden",
    "The counterparty answered {} to {}": "Der Vertragspartner hat {1} mit Status {0} abgelehnt",
    "The counterparty did not answer for {} hours: {}": "Der Vertragspartner hat {0} Stunden lang nicht "
    "geantwortet: {1}",
    "The next step failed {} times: {}": "Der nächste Schritt ist {0}-mal gescheitert: {1}",
    "The counterparty sent nothing for {} hours in state {}.": "Der Vertragspartner hat {0} Stunden lang nichts "
    "gesendet; der Stand ist {1}.",
    "{} in this connector: its log contains the reason.": "{0} in diesem Konnektor: Die Ursache steht in seinem "
    "Protokoll.",
    "Unknown participant {}, or no address: check the identifier in the participant list.": "Unbekannter "
    "Teilnehmer {0}, oder er hat keine Adresse: `datenkontor participant list` zeigt alle.",
    "{} refuses this participant: {}": "{0} lehnt diesen Teilnehmer ab: {1}",
    "Entry {}: `until` is before 1970: give milliseconds since 1970 that are not negative.": "Eintrag {0}: `until` "
    "liegt vor 1970: nötig sind Millisekunden seit 1970, nicht negativ.",
    "One request can record 1 to {} entries: split it.": "Eine Anfrage kann 1 bis {0} Einträge erfassen: bitte "
    "aufteilen.",
    "This connector has no secret for the references to persons and stores no consent: set up a secret first.": "Dieser Konnektor hat kein Geheimnis für die Verweise auf Personen und speichert keine Einwilligung: bitte "
    "zuerst  eines einrichten.",
    "The change is empty: name the members to change.": "Die Änderung ist leer: bitte angeben, was sich ändert.",
    "The delimiter is not valid: use one character, only for CSV, and not a quote or a line end.": "Das "
    "Trennzeichen ist nicht zulässig: nötig ist ein einzelnes Zeichen, nur für CSV, kein Anführungszeichen und "
    "kein Zeilenende.",
    "The media type {} does not match the record format {}: correct one.": "Der Medientyp {0} passt nicht zum "
    "Format {1} der Datensätze: bitte eines berichtigen.",
    "Another request changed the asset: read it again, then repeat the change.": "Eine andere Anfrage hat das "
    "Angebot geändert: bitte neu lesen und die Änderung wiederholen.",
    "Personal data can be published only after a release by a person: confirm the release (--release).": "Personenbezogene "
    "Daten lassen sich erst nach der Freigabe durch einen Menschen veröffentlichen: bitte die Freigabe "
    "bestätigen (--release).",
    "The offer has {} bytes, more than {}: shorten its texts or its policy.": "Das Angebot hat {0} Bytes, mehr als "
    "{1}: bitte Texte oder Nutzungsbedingungen kürzen.",
    "A text is too long: use at most {} characters for each, and {} keywords and themes.": "Ein Text ist zu lang: "
    "möglich sind höchstens {0} Zeichen für jeden und {1} Schlagwörter und Themen.",
    "Data about persons has the class personal: change the class, or remove the marking.": "Daten über Personen "
    "haben die Schutzklasse personal: bitte die Klasse ändern oder die Kennzeichnung entfernen.",
    "Legitimate interest (A6-1-f) is not a legal basis for authorities: state another one.": "Berechtigtes "
    "Interesse (A6-1-f) ist für Behörden keine Rechtsgrundlage: bitte eine andere nennen.",
    "The policy is too long: use at most {} bytes.": "Die Nutzungsbedingungen sind zu lang: möglich sind höchstens "
    "{0} Bytes.",
    "The reservation policy cannot be used. {}": "Die Verhandlungsgrenze ist nicht brauchbar. {0}",
    "The reservation policy is too long: use at most {} bytes.": "Die Verhandlungsgrenze ist zu lang: möglich sind "
    "höchstens {0} Bytes.",
    "The title is missing: give a title in at least one language.": "Der Titel fehlt: bitte in mindestens einer "
    "Sprache angeben.",
    "The place is missing: get(participant, dataset, path), or get(WantedOffer(…), path).": "Der Ort fehlt: "
    "get(participant, dataset, path) oder get(WantedOffer(…), path).",
    "{}{}: widen it.": "{0}{1}: bitte erweitern.",
    "The data cannot be read as its description says. {}": "Die Daten lassen sich nicht so lesen, wie ihre "
    "Beschreibung sagt. {0}",
    "The field {} has no dates that can be read, but values such as {}: write dates as 2026-02-01 or 01.02.2026, "
    "with or without a time.": "Im Feld {0} steht kein lesbares Datum, sondern Werte wie {1}: bitte als 2026-02-01 "
    "oder 01.02.2026 schreiben, mit oder ohne Uhrzeit.",
    "{} Correct the source, or add the asset without a trial (`unchecked`).": "{0} Bitte die Quelle berichtigen "
    "oder das Angebot ohne Probe anlegen (--unchecked).",
    "The amount is not a number above zero: write it as 12.50.": "Der Betrag ist keine Zahl über null: bitte als "
    "12.50 schreiben.",
    "The currency is not supported: convert the amount to {}.": "Diese Währung wird nicht unterstützt: bitte den "
    "Betrag in {0} umrechnen.",
    "The state {} has no amount: give an amount only with settled or due.": "Zum Stand {0} gehört kein Betrag: nur "
    "settled und due haben einen.",
    "The state {} has no end: give `until` only with settled or due.": "Zum Stand {0} gehört kein Ende: nur "
    "settled und due haben eines (`until`).",
    "A push delivers only once: remove either push or keep.": "Eine Zustellung liefert nur einmal: bitte push oder "
    "keep weglassen.",
    "The data plane returned no address for the data: check its log.": "Die Datenebene hat keine Adresse für die "
    "Daten geliefert: bitte ihr Protokoll ansehen.",
    "The file contains no case: add [[case]] with `says` and `verdict`.": "Die Datei enthält keinen Fall: bitte "
    "[[case]] mit `says` und `verdict` ergänzen.",
    "The file is not a policy with cases: {}.": "Die Datei enthält keine Nutzungsbedingungen mit Fällen: {0}.",
    "{}: expected {}, found {}": "{0}: erwartet {1}, gefunden {2}",
    "Unknown fact {}: {}": "Unbekannte Angabe {0}: {1}",
    "The record cannot be written now ({}): nothing was changed; check the disk, then retry.": "Das Verzeichnis "
    "ist zurzeit nicht beschreibbar ({0}), es wurde nichts geändert: bitte den Datenträger prüfen und erneut "
    "versuchen.",
    "The record is closed: open it again.": "Das Verzeichnis ist geschlossen: bitte erneut öffnen.",
    "The negotiation is not finalized after {} seconds: {}.": "Die Verhandlung ist nach {0} Sekunden nicht "
    "abgeschlossen: {1}.",
    "The transfer is not completed after {} seconds: {}.": "Die Lieferung ist nach {0} Sekunden nicht fertig: {1}.",
    "a person may have to approve it": "möglicherweise muss ein Mensch zustimmen",
    "show it later": "bitte später anzeigen",
    "Unknown agreement {}: list the agreements in which this participant is the {} to find its identifier.": "Unbekannter Vertrag {0} in der Rolle {1}: `datenkontor agreement list` zeigt alle Verträge.",
    "The counterparty answered {} to {}: {}": "Der Vertragspartner hat {1} mit Status {0} abgelehnt: {2}",
    "It is impossible to send {}: {}": "{0} lässt sich nicht senden: {1}",
    "The counterparty has excluded this participant. {}": "Der Vertragspartner hat diesen Teilnehmer "
    "ausgeschlossen. {0}",
    "The counterparty has excluded this participant.": "Der Vertragspartner hat diesen Teilnehmer ausgeschlossen.",
    "The provider has withdrawn from the agreement.": "Der Anbieter ist vom Vertrag zurückgetreten.",
    "[{}] {}": "{1}",
    "{} in the {} cannot be used: {}.": "{0} ist nicht brauchbar: {2}.",
    "The body cannot be used: {}.": "Der Inhalt der Anfrage ist nicht brauchbar: {0}.",
    "Internal error in this connector: its log contains the reason.": "Interner Fehler in diesem Konnektor: Die "
    "Ursache steht in seinem Protokoll.",
    "The data of this transfer is not in a file here: read it at its sink.": "Die Daten dieser Lieferung liegen "
    "hier nicht in einer Datei: bitte an ihrem Ziel lesen.",
    "Leaf {} of {} is missing: all sealed leaves are needed, in their order.": "Eintrag {0} von {1} fehlt: nötig "
    "sind alle versiegelten Einträge in ihrer Reihenfolge.",
    "Line {} is a leaf of {}, but the log belongs to {}.": "Zeile {0} ist ein Eintrag von {1}, das Protokoll "
    "gehört aber zu {2}.",
    "Line {} is not a line of an export: {}.": "Zeile {0} ist keine Zeile eines Auszugs: {1}.",
    "Line {} is not leaf {} of the tree that line 1 names.": "Zeile {0} ist nicht Eintrag {1} des Protokolls, das "
    "Zeile 1 nennt.",
    "The export has no proof that it extends the stored head of {} leaves.": "Der Auszug belegt nicht, dass er den "
    "gespeicherten Stand von {0} Einträgen fortsetzt.",
    "The log was rewritten: the stored head of {} leaves is not its beginning.": "Das Protokoll wurde "
    "umgeschrieben: Der gespeicherte Stand von {0} Einträgen ist nicht sein Anfang.",
    "The tree has {} leaves: it has no root of {} leaves.": "Das Protokoll hat {0} Einträge: Zu {1} Einträgen gibt "
    "es keine Prüfsumme.",
    "The tree of {} leaves has no leaf {}.": "Das Protokoll mit {0} Einträgen hat keinen Eintrag {1}.",
    "The tree of {} leaves is not the beginning of one of {} within {}.": "Das Protokoll mit {0} Einträgen ist "
    "nicht der Anfang eines Protokolls mit {1} unter {2}.",
    "The limit is not a number of datasets: send a whole number of at least 1.": "limit ist keine Anzahl von "
    "Datenangeboten: nötig ist eine ganze Zahl ab 1.",
    "Unknown cursor: follow the Link of a page, or request the first page without `after`.": "Die "
    "Fortsetzungsmarke ist unbekannt: bitte dem Verweis einer Seite folgen oder die erste Seite ohne `after` "
    "anfragen.",
    "The answer of the peer contains no known state.": "Die Antwort der Gegenstelle nennt keinen bekannten Stand.",
    "The Link of the catalogue cannot be read at '{}'.": "Der Verweis des Katalogs lässt sich bei „{0}“ nicht lesen.",
    "The Link of the catalogue is not a URL: the peer has to correct it.": "Der Verweis des Katalogs ist keine "
    "URL: Die Gegenstelle muss ihn berichtigen.",
    "The Link of the catalogue names two next pages: the peer has to correct it.": "Der Verweis des Katalogs nennt "
    "zwei nächste Seiten: Die Gegenstelle muss ihn berichtigen.",
    "The address of the request is too long: send a shorter one.": "Die Adresse der Anfrage ist zu lang: bitte "
    "eine kürzere senden.",
    "The head of the request did not arrive in time: send the request again.": "Der Kopf der Anfrage ist nicht "
    "rechtzeitig angekommen: bitte die Anfrage erneut senden.",
    "The head of the request is too large or has too many fields: send a smaller one.": "Der Kopf der Anfrage ist "
    "zu groß oder hat zu viele Felder: bitte einen kleineren senden.",
    "The request is not one of HTTP/1.1 as this listener reads it: correct its head.": "Die Anfrage ist kein "
    "HTTP/1.1, wie es hier gelesen wird: bitte ihren Kopf berichtigen.",
    "Unknown method for this path: use one of those in Allow.": "Diese Methode gibt es für den Pfad nicht: Allow "
    "nennt alle.",
    "Unknown path: compare it with the paths of the Dataspace Protocol.": "Unbekannter Pfad: bitte mit den Pfaden "
    "des Dataspace Protocol vergleichen.",
    "More than half of the catalogue ({} datasets) is missing: a second crawl decides.": "Mehr als die Hälfte des "
    "Katalogs ({0} Datenangebote) fehlt: Ein zweites Einlesen entscheidet.",
    "The catalogue has more than {} values of JSON.": "Der Katalog hat mehr als {0} Werte in JSON.",
    "The pages of the catalogue form a cycle: the provider returned one page twice.": "Die Seiten des Katalogs "
    "bilden einen Kreis: Der Anbieter hat eine Seite zweimal geliefert.",
    "An offer of {} cannot be read: {}": "Ein Angebot von {0} lässt sich nicht lesen: {1}",
    "The delivery contains a path outside of the folder: it was not saved, ask the provider.": "Die Lieferung "
    "enthält einen Pfad außerhalb des Ordners: Sie ist nicht gespeichert, bitte beim Anbieter nachfragen.",
    "The answer is not from a Datenkontor connector of this version: check the address.": "Die Antwort stammt "
    "nicht von einem Konnektor dieser Version: bitte die Adresse prüfen.",
    "The pages form a circle: the same page was returned twice, so the listing is not complete. Ask the provider "
    "to correct the Link of its catalogue.": "Die Seiten bilden einen Kreis: Dieselbe Seite kam zweimal, die Liste "
    "ist daher nicht vollständig. Der Anbieter muss den Verweis seines Katalogs berichtigen.",
    "{} is not a step of a negotiation: use one of its steps.": "{0} ist kein Schritt einer Verhandlung: bitte "
    "einen ihrer Schritte verwenden.",
    "{} is not a step of a transfer: use one of its steps.": "{0} ist kein Schritt einer Lieferung: bitte einen "
    "ihrer Schritte verwenden.",
    "The identifier of the agreement belongs to another agreement: send a new identifier with each agreement.": "Die "
    "Kennung des Vertrags gehört zu einem anderen Vertrag: bitte jedem Vertrag eine neue geben.",
    "use one of {}.": "möglich ist {0}.",
    "The rules of the agreement differ from the accepted offer: send an agreement with the same rules.": "Die "
    "Regeln des Vertrags weichen vom angenommenen Angebot ab: nötig ist ein Vertrag mit denselben Regeln.",
    "The sender's pid differs from the pid of this process: send the pid of the first message.": "Die pid des "
    "Absenders ist eine andere als die dieses Vorgangs: bitte die pid der ersten Nachricht senden.",
    "The agreement arrived under {} identifiers before: repeat one of them.": "Der Vertrag ist schon unter {0} "
    "Kennungen angekommen: bitte eine davon wiederholen.",
    "Unknown process: send the first message without the pid of the receiver.": "Unbekannter Vorgang: bitte die "
    "erste Nachricht ohne die pid des Empfängers senden.",
    "Too many requests of your participant wait for a person: terminate some, or send the request again later.": "Zu "
    "viele Anfragen des eigenen Teilnehmers warten auf eine Person: bitte einige beenden oder die Anfrage später erneut "
    "senden.",
    "Too many processes of your participant are open: terminate some, then send the request again.": "Zu viele "
    "offene Vorgänge des eigenen Teilnehmers: bitte einige beenden, dann die Anfrage erneut senden.",
    "The target of the offer is not the dataset of this negotiation: send that dataset as target, or start a new "
    "negotiation for another dataset.": "Das target des Angebots ist nicht das Datenangebot dieser Verhandlung: "
    "bitte dieses als target senden oder für ein anderes eine neue Verhandlung beginnen.",
    "The timestamp of the agreement is before its negotiation: expected the time at which it was made.": "Der "
    "Zeitpunkt des Vertrags liegt vor seiner Verhandlung: nötig ist die Zeit des Abschlusses.",
    "The timestamp of the agreement is missing or in the future: expected the time at which it was made.": "Der "
    "Zeitpunkt des Vertrags fehlt oder liegt in der Zukunft: nötig ist die Zeit des Abschlusses.",
    "Unknown agreement: send the identifier of an agreement in which you are the consumer.": "Unbekannter Vertrag: "
    "bitte die Kennung eines Vertrags senden, in dem der Absender der Bezieher ist.",
    "The counterparty answered {} with the pid of another process: it has to give every process its own.": "Der "
    "Vertragspartner hat {0} mit der pid eines anderen Vorgangs beantwortet: Er muss jedem Vorgang eine eigene "
    "geben.",
    "Unknown offer of the dataset {}: read the catalogue and name a current offer.": "Unbekanntes Angebot des "
    "Datenangebots {0}: bitte den Katalog lesen und ein aktuelles nennen.",
    "Unknown participant {}: use an identifier of the participant list.": "Unbekannter Teilnehmer {0}: bitte eine "
    "Kennung der Teilnehmerliste verwenden.",
    "The subject is empty or too long: give a text of 1 to {} characters.": "Die Person fehlt oder ist zu lang: "
    "nötig ist ein Text aus 1 bis {0} Zeichen.",
    "Entry {} has a subject that is empty or too long: give a text of 1 to {} characters.": "In Eintrag {0} fehlt die Person "
    "oder ist zu lang: nötig ist ein Text aus 1 bis {1} Zeichen.",
    "Entry {} has the unknown purpose {}: use one of the Data Privacy Vocabulary, such as dpv:PublicBenefit.": "Eintrag "
    "{0} hat den unbekannten Zweck {1}: bitte einen des Data Privacy Vocabulary verwenden, etwa dpv:PublicBenefit.",
    "Entry {} has the unknown state {}: use one of {}.": "Eintrag {0} hat den unbekannten Stand {1}: möglich sind {2}.",
    "The name of the event is not valid: use an IRI of at most {} characters, such as dk:emergency.": "Der Name "
    "des Ereignisses ist nicht zulässig: nötig ist eine IRI mit höchstens {0} Zeichen, etwa dk:emergency.",
    "odrl:policyUsage is active at each use of data and cannot be declared: name another event.": "odrl:policyUsage "
    "gilt bei jeder Nutzung von Daten und lässt sich nicht feststellen: bitte ein anderes Ereignis nennen.",
    "The change cannot be read: {}.": "Die Änderung lässt sich nicht lesen: {0}.",
    "The identifier of a dataset cannot change: add a new asset.": "Die Kennung eines Angebots lässt sich nicht "
    "ändern: bitte ein neues Angebot anlegen.",
    "Consent is given both as a field and by the subject: name only one of them.": "Die Einwilligung ist als Feld "
    "und über die Person angegeben: bitte nur eines nennen.",
    "The smallest group is out of range: use a number from 0 to {}.": "Die kleinste Gruppe liegt außerhalb des "
    "Bereichs: nötig ist eine Zahl von 0 bis {0}.",
    "Too many or too long field names: use at most {} names of 1 to {} characters.": "Zu viele oder zu lange "
    "Feldnamen: möglich sind höchstens {0} Namen aus 1 bis {1} Zeichen.",
    "Unknown field {}: name one of the listed fields.": "Unbekanntes Feld {0}: bitte eines der genannten Felder "
    "verwenden.",
    "{} is not a fact of a record: use one of {}.": "{0} ist kein Merkmal eines Datensatzes: möglich ist {1}.",
    "The identifier of the asset cannot be part of an address: use 1 to 1000 characters without spaces at its "
    "ends and control characters (at most {} bytes as part of a URL), and not `.` or `..`.": "Die Kennung des "
    "Angebots kann nicht Teil einer Adresse sein: nötig sind 1 bis 1000 Zeichen ohne Leerzeichen am Rand und "
    "ohne Steuerzeichen (höchstens {0} Bytes als Teil einer URL), und nicht `.` oder `..`.",
    "The resolution is not a number of dots per inch above zero: write it as 300.": "Die Auflösung ist keine Zahl "
    "in Punkten je Zoll über null: bitte als 300 schreiben.",
    "The statements about the data are too long: use at most {} entries of {} characters.": "Die Angaben zu den "
    "Daten sind zu lang: möglich sind höchstens {0} Einträge aus {1} Zeichen.",
    "Unknown legal basis {}: use one of the vocabulary, such as eu-gdpr:A6-1-e.": "Unbekannte Rechtsgrundlage {0}: "
    "bitte eine des Vokabulars nennen, etwa eu-gdpr:A6-1-e.",
    "The data has no field {}: use one of {}.": "Die Daten haben kein Feld {0}: möglich ist {1}.",
    "The field {} has no numbers, but values such as {}: name a field of numbers, or state `decimal` and "
    "`thousands` as the data writes them.": "Im Feld {0} stehen keine Zahlen, sondern Werte wie {1}: bitte ein "
    "Feld mit Zahlen nennen oder `decimal` und `thousands` angeben, wie die Daten sie schreiben.",
    "The numbers of the field {} can be read in two ways, such as {}: state `decimal` (and `thousands`) as the data "
    "writes them.": "Die Zahlen des Feldes {0} lassen sich auf zwei Arten lesen, etwa {1}: bitte `decimal` (und "
    "`thousands`) so angeben, wie die Daten sie schreiben.",
    "The numbers of the field {}, such as {}, are written in another way than those of other fields: write all of them in "
    "one way.": "Die Zahlen des Feldes {0}, etwa {1}, sind anders geschrieben als die anderer Felder: bitte alle auf "
    "eine Art schreiben.",
    "The end of the state is in the past: give a later time, or record the present state.": "Das Ende dieses "
    "Stands liegt in der Vergangenheit: bitte eine spätere Zeit oder den heutigen Stand angeben.",
    "A time is outside of the years 2 to 9998: give one within them.": "Ein Zeitpunkt liegt außerhalb der Jahre 2 bis "
    "9998: bitte einen innerhalb dieser Jahre angeben.",
    "The policy is missing or given twice: give one of policy, asset or agreement.": "Die Nutzungsbedingungen "
    "fehlen oder sind doppelt angegeben: bitte policy, asset oder agreement nennen.",
    "{} is not a value of {}: give a value of the sort {}.": "{0} ist kein Wert von {1}: nötig ist ein Wert der "
    "Art {2}.",
    "The request is larger than {} bytes: send less data.": "Die Anfrage ist größer als {0} Bytes: bitte weniger "
    "Daten senden.",
    "The broker answered with status {}: check `broker.api` in the settings.": "Der Broker hat mit Status {0} "
    "geantwortet: bitte `broker.api` in den Einstellungen prüfen.",
    "The broker cannot answer now: it is busy or away, or its participant list has expired; try again later.": "Der "
    "Broker kann zurzeit nicht antworten: Er ist ausgelastet oder nicht erreichbar, oder seine Teilnehmerliste ist "
    "abgelaufen; bitte später erneut versuchen.",
    "The broker cannot be reached: {}": "Der Broker ist nicht erreichbar: {0}",
    "The broker refused the change notice (HTTP status {}).": "Der Broker hat den Hinweis auf eine Änderung "
    "abgelehnt (Status {0}).",
    "The broker refused the query: {}": "Der Broker hat die Suche abgelehnt: {0}",
    "The broker refused the query: check its words and filters.": "Der Broker hat die Suche abgelehnt: bitte "
    "Wörter und Filter prüfen.",
    "{} cannot be written: {}.": "{0} lässt sich nicht schreiben: {1}.",
    "{} does not match its digest and was deleted: download it again.": "Die Prüfsumme von {0} stimmt nicht, die "
    "Datei ist gelöscht: bitte erneut abrufen.",
    "The file cannot be written: {}.": "Die Datei lässt sich nicht schreiben: {0}.",
    "The trust anchors {} cannot be read: {}.": "Die Vertrauensanker {0} lassen sich nicht lesen: {1}.",
    "Status {} without a reason: check the address of the connector.": "Status {0} ohne Begründung: bitte die "
    "Adresse des Konnektors prüfen.",
    "The negotiation waits for a decision here: {}": "Die Verhandlung wartet hier auf eine Entscheidung: {0}",
    "{} cannot be written: writing to {} is not allowed.": "{0} lässt sich nicht schreiben: In {1} fehlt die "
    "Berechtigung.",
    "{} cannot be written: {} is not a folder.": "{0} lässt sich nicht schreiben: {1} ist kein Ordner.",
    "Unknown asset {}: list the assets to find its identifier.": "Unbekanntes Angebot {0}: `datenkontor asset "
    "list` zeigt alle Angebote.",
    "Unknown duty {}: list the duties of the agreement to find its identifier.": "Unbekannte Pflicht {0}: "
    "`datenkontor agreement duties` zeigt alle Pflichten.",
    "{} is not blocked: list the blocked participants.": "{0} ist nicht ausgeschlossen: `datenkontor participant "
    "list --blocked` zeigt alle Ausgeschlossenen.",
    "{} did not answer: {}": "{0} hat nicht geantwortet: {1}",
    "{} did not return a catalogue: {}": "{0} hat keinen Katalog geliefert: {1}",
    "{} does not offer {} to this participant: {}": "{0} bietet {1} diesem Teilnehmer nicht an: {2}",
    "{} returned a catalogue of {}, not of {}: ask the provider to correct its participant identifier.": "{0} hat "
    "einen Katalog von {1} geliefert, nicht von {2}: Der Anbieter muss seine Kennung berichtigen.",
    "{} returned the dataset {}, not {}: ask the provider to correct its catalogue.": "{0} hat das Datenangebot "
    "{1} geliefert, nicht {2}: Der Anbieter muss seinen Katalog berichtigen.",
    "The limit of {} events is reached: use an existing event.": "Die Höchstzahl von {0} Ereignissen ist erreicht: "
    "bitte ein vorhandenes verwenden.",
    "Unknown event {}: list the events to find its name.": "Unbekanntes Ereignis {0}: `datenkontor event list` "
    "zeigt alle Ereignisse.",
    "The asset {} is {}: publish it, then offer it.": "Der Status von {0} ist {1}: bitte erst veröffentlichen, "
    "dann anbieten.",
    "There is no payment with the number {}: show the payments to see their numbers.": "Es gibt keine Zahlung mit der "
    "Nummer {0}: Die Liste der Zahlungen nennt die Nummern.",
    "The state {} cannot be approved: wait for the counterparty.": "Im Stand {0} ist keine Zustimmung möglich: "
    "bitte den Vertragspartner abwarten.",
    "Unknown negotiation {}: list the negotiations to find its pid.": "Unbekannte Verhandlung {0}: `datenkontor "
    "negotiation list` zeigt alle Verhandlungen.",
    "Agreements refer to the asset {}, so that it stays on record: withdraw it instead.": "Zu {0} gibt es "
    "Verträge, das Angebot bleibt daher verzeichnet: bitte stattdessen zurückziehen.",
    "The asset {} is published: withdraw it, then remove it.": "{0} ist veröffentlicht: bitte zuerst zurückziehen, "
    "dann löschen.",
    "An asset {} already exists: use another identifier.": "Die Kennung {0} ist schon vergeben: bitte eine andere "
    "wählen.",
    "The limit of {} payment entries of an agreement is reached: negotiate a new agreement.": "Die Höchstzahl von "
    "{0} Einträgen zu Zahlungen eines Vertrags ist erreicht: bitte einen neuen Vertrag aushandeln.",
    "The transfer is {}: pull only while it is STARTED.": "Der Stand der Lieferung ist {0}: Ein Abruf ist nur "
    "möglich, während sie läuft.",
    "Unknown transfer {}: list the transfers to find its pid.": "Unbekannte Lieferung {0}: `datenkontor transfer "
    "list` zeigt alle Lieferungen.",
    "The broker does not accept this participant: `datenkontor doctor` compares it with the participant list.": "Der "
    "Broker erkennt diesen Teilnehmer nicht an: `datenkontor doctor` vergleicht ihn mit der Teilnehmerliste.",
    "The data is empty: choose a source with data in it.": "Die Daten sind leer: bitte eine Quelle wählen, in der Daten "
    "stehen.",
    "Somebody saved the form since: read it again, then repeat the change.": "Jemand hat das Angebot inzwischen "
    "gespeichert: bitte noch einmal ansehen und dann die Änderung wiederholen.",
    "A change of {} has begun already: go on with it, or give it up.": "Eine Änderung von {0} ist schon angefangen: bitte "
    "weitermachen oder verwerfen.",
    "There are {} forms that nobody finished: give some of them up.": "Es gibt schon {0} angefangene Angebote: bitte "
    "einige davon verwerfen.",
    "This offer is not being filled in any more: it is finished, or was given up.": "Dieses angefangene Angebot gibt es "
    "nicht mehr: Es ist fertig oder wurde verworfen.",
    "The form is too long: shorten its texts or its terms.": "Das Angebot ist zu lang: bitte Texte oder Bedingungen kürzen.",
    "The portal stands in the settings (`broker.portals`): it is read already.": "Das Portal steht in den Einstellungen (`broker.portals`): Es wird bereits gelesen.",
    "{} sources are registered by hand, the most that a broker takes: remove one first.": "Von Hand sind {0} Quellen aufgenommen, mehr nimmt ein Broker nicht: bitte zuerst eine entfernen.",
    "This is no identifier or no base URL of a participant: give those of its catalogue.": "Das ist keine Kennung oder keine Basisadresse eines Teilnehmers: bitte die seines Katalogs angeben.",
    "The short name of a portal has small letters, digits and hyphens: choose another one.": "Der Kurzname eines Portals hat Kleinbuchstaben, Ziffern und Bindestriche: bitte einen anderen wählen.",
    "The participant list has this participant with an address: it is crawled already.": "Der Teilnehmer steht mit einer Adresse in der Teilnehmerliste: Sein Katalog wird bereits eingelesen.",
    "Only its provider and the operator of the broker may ask about an offer.": "Nach einem Angebot dürfen nur sein Anbieter und der Betrieb des Brokers fragen.",
    "A later act has changed this already: undo that one, or give the command that you want.": "Ein späterer Eingriff hat das bereits geändert: bitte jenen zurücknehmen oder den gewünschten Befehl geben.",
    "Only a source can be registered, suspended or removed, not one dataset.": "Nur eine Quelle lässt sich aufnehmen, aussetzen oder entfernen, nicht ein einzelnes Datenangebot.",
    "The operator of the broker removed the source.": "Der Betrieb des Brokers hat die Quelle entfernt.",
    "Unknown source: `datenkontor broker source list` lists the sources.": "Unbekannte Quelle: `datenkontor broker source list` listet die Quellen auf.",
    "Unknown act: `datenkontor broker log` lists the acts.": "Unbekannter Eingriff: `datenkontor broker log` listet die Eingriffe auf.",
    "Unknown dataset of this source: `datenkontor broker why` says what is known of it.": "Unbekanntes Datenangebot dieser Quelle: `datenkontor broker why` sagt, was darüber bekannt ist.",
}
