"""German sentences of the board that the broker writes in English, under the English sentence."""

SENTENCES: dict[str, str] = {
    "Only the owner of a need may change or close it.": "Nur wer einen Bedarf gemeldet hat, kann ihn ändern oder "
    "abschließen.",
    "The need is closed: post a new one.": "Der Bedarf ist abgeschlossen: bitte einen neuen melden.",
    "Unknown need: list the needs for their identifiers.": "Unbekannter Bedarf: Die Liste der Bedarfe nennt die Kennungen.",
    "The need is closed or expired: it takes no more answers.": "Der Bedarf ist abgeschlossen oder abgelaufen: Er nimmt "
    "keine Antworten mehr an.",
    "The need is your own: close it with the answer of somebody else.": "Es ist der eigene Bedarf: bitte mit der Antwort "
    "eines anderen abschließen.",
    "Unknown answer to this need: list its answers for their identifiers.": "Unbekannte Antwort auf diesen Bedarf: Die "
    "Liste seiner Antworten nennt die Kennungen.",
    "The dataset is not in your catalogue as the broker knows it: publish it first.": "Der Broker kennt diese "
    "Datensammlung nicht in Ihrem Katalog: bitte zuerst veröffentlichen.",
    "A draft says by when there will be an offer, and no other answer does: correct ready_at.": "Ein Entwurf nennt den "
    "Tag, ab dem es ein Angebot gibt, jede andere Antwort nicht: bitte ready_at berichtigen.",
    "An amount needs the budget `amount`: state it, or leave the amount out.": "Ein Betrag braucht das Budget `amount`: "
    "bitte angeben oder den Betrag weglassen.",
    "An offer names its dataset, and no other answer does: correct dataset.": "Ein Angebot nennt seine Datensammlung, jede "
    "andere Antwort nicht: bitte dataset berichtigen.",
    "The budget has no amount with a currency: state both, such as 250.00 and EUR.": "Dem Budget fehlt ein Betrag mit "
    "Währung: bitte beides angeben, etwa 250.00 und EUR.",
    "The end of the term has to be after its beginning, in the future and at most 366 days ahead: state closes before {}.": (
        "Das Ende der Laufzeit muss nach ihrem Beginn liegen, in der Zukunft und höchstens 366 Tage voraus: bitte closes vor "
        "dem {0} angeben."
    ),
    "The purpose is no term of the vocabulary: state one such as dpv:PublicBenefit.": "Der Zweck ist kein Begriff des "
    "Vokabulars: bitte einen angeben, etwa dpv:PublicBenefit.",
    "The question is empty: say in words what the data has to answer.": "Die Frage ist leer: bitte in Worten sagen, was die "
    "Daten beantworten sollen.",
    "The text is empty: say in a sentence what you answer.": "Der Text ist leer: bitte in einem Satz antworten.",
    "The update cycle is unknown: state one of {}.": "Unbekannte Aktualisierung: bitte eine angeben von {0}.",
    "ready_at is over: state a time in the future.": "ready_at ist vorbei: bitte einen Zeitpunkt in der Zukunft angeben.",
    "since is after until: state the beginning of the time first.": "since liegt nach until: bitte zuerst den Anfang des "
    "Zeitraums angeben.",
    "The search index cannot compare queries now ({}): try again.": "Der Suchindex kann jetzt keine Suchen vergleichen "
    "({0}): bitte erneut versuchen.",
    "The board is closed: open it again.": "Die Datenbank der Bedarfe ist geschlossen: bitte wieder öffnen.",
    "The need has {} answers already: write to its contact.": "Der Bedarf hat schon {0} Antworten: bitte an den Kontakt "
    "schreiben.",
    "You have answered this need {} times: write to its contact.": "Sie haben auf diesen Bedarf {0}-mal geantwortet: bitte "
    "an den Kontakt schreiben.",
    "You have {} needs already: close one first.": "Sie haben schon {0} offene Bedarfe: bitte zuerst einen abschließen.",
    "This needs a broker: set broker.api in the settings.": "Dafür ist ein Broker nötig: bitte in den Einstellungen "
    "broker.api setzen.",
    "The answer of the broker cannot be read: check `broker.api` in the settings.": "Die Antwort des Brokers ist nicht "
    "lesbar: bitte `broker.api` in den Einstellungen prüfen.",
    "Unknown saved search: list the saved searches for their identifiers.": "Unbekannte gespeicherte Suche: Die Liste der "
    "gespeicherten Suchen nennt die Kennungen.",
    "The name is empty: say in words what the search is for.": "Der Name ist leer: bitte in Worten sagen, wofür die Suche "
    "ist.",
    "The search has unknown parameters: use those of {}.": "Die Suche hat unbekannte Angaben: möglich sind {0}.",
    "The parameters have another form than those of /v1/search: correct them.": "Die Angaben haben eine andere Form als die "
    "von /v1/search: bitte berichtigen.",
    "Too many streams are open: close one first.": "Es sind zu viele Verbindungen offen: bitte zuerst eine schließen.",
    "Unknown feed: ask its owner for the new address.": "Unbekannter Feed: Wer die Suche gespeichert hat, kennt die neue "
    "Adresse.",
    "The saved search has no webhook: set its address first.": "Die gespeicherte Suche hat keinen Webhook: bitte zuerst "
    "eine Adresse angeben.",
    "You have {} webhooks already: remove one first.": "Sie haben schon {0} Webhooks: bitte zuerst einen entfernen.",
    "The broker has {} webhooks already: use the feed or the stream instead.": "Der Broker hat schon {0} Webhooks: bitte "
    "stattdessen den Feed oder den Ereignisstrom nutzen.",
    "The participant list does not contain the owner of the webhook: nothing is sent.": "Der Eigentümer des Webhooks steht "
    "nicht auf der Teilnehmerliste: Es wird nichts gesendet.",
    "The address is not found at port 443 (https) of a public host, and is at no origin of yours in the participant list: "
    "use another one.": "Die Adresse ist an Port 443 (https) keines öffentlichen Rechners zu finden und liegt unter keiner "
    "Ihrer Adressen auf der Teilnehmerliste: bitte eine andere angeben.",
    "The address answered with status {}.": "Die Adresse hat mit dem Status {0} geantwortet.",
    "Nothing was sent: {}": "Es wurde nichts gesendet: {0}",
    "The address did not answer: {}": "Die Adresse hat nicht geantwortet: {0}",
    "You have {} saved searches already: remove one first.": "Sie haben schon {0} gespeicherte Suchen: bitte zuerst eine "
    "entfernen.",
    "{} participants offer this dataset: name one of them, such as {}.": "{0} Teilnehmer bieten dieses Datenangebot an: "
    "bitte einen davon nennen, etwa {1}.",
    "Nobody offers this dataset now: name the participant that should.": "Niemand bietet dieses Datenangebot zurzeit an: "
    "bitte den Teilnehmer nennen, der es anbieten sollte.",
    "Its issuer has ended the credential ({}): issue a new one.": "Der Aussteller hat die Selbstbeschreibung beendet "
    "({0}): bitte eine neue ausstellen.",
    "The status list says nothing about the credential: {}": "Die Statusliste sagt nichts über die "
    "Selbstbeschreibung: {0}",
    "{} Send the credential again later.": "{0} Bitte die Selbstbeschreibung später noch einmal senden.",
    "The issuer of the status list is not on the participant list.": "Der Aussteller der Statusliste steht nicht in "
    "der Teilnehmerliste.",
    "The status list is refused: typ is not {}, or cty is another one.": "Die Statusliste wird abgelehnt: typ ist "
    "nicht {0}, oder cty ist etwas anderes.",
    "The status list is refused: {}": "Die Statusliste wird abgelehnt: {0}",
}
