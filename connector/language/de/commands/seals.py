"""German sentences of seals and of the evidence of agreements, under the English sentence."""

SENTENCES: dict[str, str] = {
    "The seal is of another agreement: sign the one of this negotiation, byte for byte as it was sent.": "Das Siegel gehört "
    "zu einem anderen Vertrag: bitte den dieser Verhandlung signieren, Byte für Byte wie gesendet.",
    "A field of the seal is longer than {} characters.": "Ein Feld des Siegels ist länger als {0} Zeichen.",
    "The fields of the seal have another form: send them as RFC 9421 and RFC 9530 have it.": "Die Felder des Siegels haben "
    "eine andere Form: bitte nach RFC 9421 und RFC 9530 senden.",
    "The algorithm of the seal is not one of {}.": "Das Verfahren des Siegels ist keines von {0}.",
    "The body is not the one that was sealed: send the message again as it was signed.": "Der Inhalt ist nicht der "
    "signierte: bitte die Nachricht noch einmal senden, wie sie signiert wurde.",
    "The token is not the one that was sealed: seal each request with its own token.": "Das Token ist nicht das besiegelte: "
    "bitte jede Anfrage mit ihrem eigenen Token besiegeln.",
    "The seal was not made within the last {} s: compare the clocks.": "Das Siegel ist älter als {0} s: bitte die Uhren "
    "vergleichen.",
    "The signature of the seal does not verify: sign the message that is sent.": "Die Signatur des Siegels ist ungültig: "
    "bitte die Nachricht signieren, die gesendet wird.",
    "The message has no seal, which its sender promises in the token: find out who took it away.": "Der Nachricht fehlt das "
    "Siegel, das ihr Absender im Token zusagt: bitte herausfinden, wer es entfernt hat.",
    "The key of the seal is none of its sender: seal with the key that signs the token.": "Der Schlüssel des Siegels gehört "
    "nicht dem Absender: bitte mit dem Schlüssel signieren, der auch das Token signiert.",
    "This process has no key to sign with: use the identity mechanism roster or dcp.": "Diesem Prozess fehlt ein Schlüssel "
    "zum Signieren: bitte roster oder dcp als Verfahren der Identität wählen.",
    "The agreement is not final yet: wait until its negotiation has ended.": "Der Vertrag ist noch nicht geschlossen: bitte "
    "das Ende der Verhandlung abwarten.",
    "no key of its signer is known.": "kein Schlüssel ihres Unterzeichners ist bekannt.",
    "The file is no evidence of an agreement: {}": "Die Datei ist kein Beleg eines Vertrags: {0}",
    "The file is no evidence of an agreement of the form {}.": "Die Datei ist kein Beleg eines Vertrags in der Form {0}.",
    "A key in the file was changed: {}": "Ein Schlüssel in der Datei wurde verändert: {0}",
    "A key in the file was changed: its members are not those of its kind.": "Ein Schlüssel in der Datei wurde verändert: "
    "Seine Angaben sind nicht die seiner Art.",
    "The keys in the file are not those of the two sides.": "Die Schlüssel in der Datei sind nicht die der beiden Seiten.",
    "The statement or its key was changed.": "Die Erklärung oder ihr Schlüssel wurde verändert.",
    "{} has not signed the statement.": "{0} hat die Erklärung nicht signiert.",
    "The agreement was changed: it is not the one that the statement names.": "Der Vertrag wurde verändert: Es ist nicht "
    "der, den die Erklärung nennt.",
    "The agreement names no two sides.": "Der Vertrag nennt keine zwei Seiten.",
    "The agreement cannot be read in one way alone: ask {} for the file anew.": "Der Vertrag lässt sich nicht eindeutig "
    "lesen: bitte die Datei bei {0} neu anfordern.",
    "{} has signed a time that has not come, or one before 1970: check the clock here first.": "{0} hat einen Zeitpunkt "
    "signiert, der in der Zukunft oder vor 1970 liegt: bitte zuerst die Uhr hier prüfen.",
    "The agreement is one of other sides than the statement says.": "Der Vertrag hat andere Seiten, als die Erklärung sagt.",
    "What {} has signed was changed or left out.": "Was {0} signiert hat, wurde verändert oder weggelassen.",
    "The messages of {} were changed or left out.": "Die Nachrichten von {0} wurden verändert oder weggelassen.",
    "The seal of the {} does not verify.": "Das Siegel der Nachricht {0} ist ungültig.",
    "{} has signed another agreement.": "{0} hat einen anderen Vertrag signiert.",
    "The signature of {} does not verify.": "Die Signatur von {0} ist ungültig.",
}
