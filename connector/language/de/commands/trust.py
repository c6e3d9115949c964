"""German sentences of the authority of a data space, of invitations and certificates, under the English sentence."""

SENTENCES: dict[str, str] = {
    "The key that signs the request cannot be dropped: sign with the one that stays.": "Der Schlüssel, der die Anfrage signiert, kann nicht entfallen: bitte mit dem signieren, der bleibt.",
    "The new key has signed for somebody else: ask for it anew.": "Der neue Schlüssel hat für jemand anderen signiert: bitte neu anfragen.",
    "The member has {} keys: drop old ones first with `key revoke`.": "Das Mitglied hat {0} Schlüssel: bitte zuerst alte mit `key revoke` beenden.",
    "The token does not sign ({}): is it still there?": "Das Token signiert nicht ({0}): Ist es noch angeschlossen?",
    "The token {} has no usable key {} ({}): make one with `datenkontor key create`.": "Das Token {0} enthält keinen brauchbaren Schlüssel {1} ({2}): bitte einen mit `datenkontor key create` anlegen.",
    "The token {} has a key {} already, which was not changed: use another label.": "Das Token {0} enthält bereits einen Schlüssel {1}, der bleibt, wie er ist: bitte eine andere Bezeichnung verwenden.",
    "The token {} makes no such key ({}).": "Das Token {0} legt keinen solchen Schlüssel an ({1}).",
    "The library for tokens is missing: install the extra with `pip install 'datenkontor[hsm]'`.": "Die Bibliothek für Tokens fehlt: bitte mit `pip install 'datenkontor[hsm]'` installieren.",
    "The token {} cannot be opened by {} ({}): look at its label and its PIN.": "Das Token {0} lässt sich mit {1} nicht öffnen ({2}): bitte Bezeichnung und PIN prüfen.",
    "The key is in hardware, and never leaves it.": "Der Schlüssel liegt in Hardware und verlässt sie nie.",
    "The key {} is protected by a pass phrase: name the file that contains it in `identity.secret_file`.": "Der Schlüssel {0} ist durch ein Passwort geschützt: bitte in `identity.secret_file` die Datei nennen, die es enthält.",
    "{}, {}, does not fit identity.mechanism dcp: use an identifier such as did:web:stadt.example.": "{0}, {1}, passt nicht zu identity.mechanism dcp: eine Kennung wie did:web:stadt.example verwenden.",
    "If the process of this folder runs, stop it meanwhile. {}": "Falls der Prozess dieses Ordners läuft, ihn so lange beenden. {0}",
    "The authority answers with something else than expected: ask the data-space operator.": "Die Antwort der Vertrauensstelle ist nicht lesbar: bitte beim Betreiber des Datenraums nachfragen.",
    "The authority does not answer at {}: status {}.": "Die Vertrauensstelle antwortet nicht unter {0}: Status {1}.",
    "The authority does not answer: {}": "Die Vertrauensstelle antwortet nicht: {0}",
    "The authority takes no request now (status {}): call again in a minute.": "Die Vertrauensstelle nimmt gerade keine "
    "Anfrage an (Status {0}): bitte in einer Minute noch einmal aufrufen.",
    "The authority refuses the request: status {}.": "Die Vertrauensstelle lehnt die Anfrage ab: Status {0}.",
    "The authority shows another root than the one that is named here: look whether the link, or the thumbprint, is whole, "
    "and ask the data-space operator if it is.": "Die Vertrauensstelle zeigt einen anderen Hauptschlüssel, als hier genannt "
    "ist: bitte prüfen, ob der Link oder der Fingerabdruck vollständig ist, und sonst beim Betreiber des Datenraums nachfragen.",
    "{} is not an identifier of the method did:web: expected did:web:host:path.": "{0} ist keine Kennung der Methode "
    "did:web: erwartet wird did:web:host:pfad.",
    "{} does not name a host: expected a name, and not an IP address.": "{0} nennt keinen Server: erwartet wird ein Name "
    "und keine IP-Adresse.",
    "{} names port {}: expected a port up to {}.": "{0} nennt den Port {1}: erwartet wird ein Port bis {2}.",
    "{} has a path with dots, or with more than {} segments: use a shorter one, without dots.": "{0} hat einen Pfad mit Punkten oder mit mehr als {1} "
    "Teilen: bitte einen kürzeren ohne Punkte verwenden.",
    "{} does not name a key: expected an identifier, # and a name.": "{0} nennt keinen Schlüssel: erwartet werden eine "
    "Kennung, # und ein Name.",
    "{} does not name a key: expected up to 256 letters and digits after #.": "{0} nennt keinen Schlüssel: erwartet werden "
    "höchstens 256 Buchstaben und Ziffern nach #.",
    "The credential could not be verified: {}": "Der Nachweis war nicht zu prüfen: {0}",
    "The credential was not stored: {}": "Der Nachweis wurde nicht gespeichert: {0}",
    "identity.mechanism holds no credentials: set it to dcp.": "Das Verfahren in identity.mechanism kennt keine Nachweise: auf dcp setzen.",
    "{} is no set of public keys: ask the data-space operator for one.": "{0} enthält keine öffentlichen Schlüssel: bitte beim Betreiber des Datenraums anfordern.",
    "The invitation has expired: ask the data-space operator for a new one.": "Die Einladung ist abgelaufen: bitte beim Betreiber des Datenraums eine neue anfordern.",
    "{}, which keeps the newest status lists, cannot be read: restore it from a backup, or remove it to accept the next "
    "lists however old they are.": "{0}, worin die neuesten Statuslisten stehen, ist nicht lesbar: aus einer Sicherung "
    "zurückholen, oder entfernen, um die nächsten Listen anzunehmen, wie alt sie auch sind.",
    "replayed: the token of {} was used before.": "replayed: Das Token von {0} wurde schon verwendet.",
    "The token {} has another key {} now: put the former one back, or restart.": "Das Token {0} enthält jetzt einen "
    "anderen Schlüssel {1}: den früheren wiederherstellen oder neu starten.",
    "The invitation was withdrawn: ask the data-space operator for the reason, or for a new one.": "Die Einladung wurde "
    "zurückgezogen: bitte beim Betreiber des Datenraums nach dem Grund fragen oder eine neue anfordern.",
    "Several invitations are for {}: give the id of one, from `authority invitation list`.": "Für {0} gibt es mehrere "
    "Einladungen: die Kennung einer davon aus `authority invitation list` angeben.",
    "{} has used the invitation: `authority member revoke` ends its membership.": "{0} hat die Einladung schon verwendet: "
    "`authority member revoke` beendet die Mitgliedschaft.",
    "{} is no open invitation: `authority invitation list` shows them.": "{0} ist keine offene Einladung: `authority "
    "invitation list` zeigt sie.",
    "The invitation would expire before it begins: give a positive validity.": "Die Einladung wäre abgelaufen, bevor sie beginnt: bitte eine längere Gültigkeit angeben.",
    "The profile does not trust {} for {}: add it below [issuers].": "Das Profil vertraut {0} nicht für {1}: unter [issuers] eintragen.",
    "If-Match is no version: give the ETag of the last answer.": "If-Match ist keine Version: bitte den ETag der letzten "
    "Antwort angeben.",
    "Somebody else has changed this meanwhile: look at it again, then decide.": "Das hat inzwischen jemand anders "
    "geändert: bitte noch einmal ansehen, dann entscheiden.",
    "The card is larger than {} bytes.": "Der Ausweis ist größer als {0} Bytes.",
    "A second person has to agree to the invitation first: try again later.": "Der Einladung muss erst eine zweite Person "
    "zustimmen: bitte später noch einmal versuchen.",
    "Nobody has to agree to this invitation: its link can be used.": "Dieser Einladung muss niemand zustimmen: Ihr Link "
    "gilt.",
    "Somebody else than who invites has to agree to the invitation.": "Der Einladung muss jemand anders zustimmen als die "
    "Person, die einlädt.",
    "A card lets somebody in at once, without a second person: invite the organisation instead.": "Ein Ausweis lässt "
    "sofort zu, ohne zweite Person: bitte die Organisation einladen.",
    "Somebody else than who has suspended the member has to admit it again.": "Wieder zulassen muss jemand anders als die "
    "Person, die die Mitgliedschaft ruhen ließ.",
    "This process does not answer for the authority of the data space: ask its operator, who invites members.": "Dieser "
    "Prozess ist nicht die Vertrauensstelle des Datenraums: bitte deren Betreiber fragen, der Mitglieder einlädt.",
    "Unknown invitation: the list of invitations shows their identifiers.": "Unbekannte Einladung: die Liste der "
    "Einladungen nennt die Kennungen.",
    "Unknown member: the list of members shows their identifiers.": "Unbekanntes Mitglied: die Liste der Mitglieder nennt "
    "die Kennungen.",
    "There is no such invitation: use the link as the data-space operator sent it.": "Diese Einladung gibt es nicht: bitte den Link so verwenden, wie der Betreiber des Datenraums ihn"
    " gesendet hat.",
    "This is not an invitation: expected the whole link that the data-space operator sent.": "Das ist keine Einladung: erwartet wird der ganze Link, den der Betreiber des Datenraums gesendet hat.",
    "{} invitations are open, which is as many as there can be.": "{0} Einladungen sind offen, mehr sind nicht möglich.",
    "The issuer key {} is missing: put that file back from the backup, or run `authority rotate --stolen` with the "
    "root key.": "Der Schlüssel des Ausstellers {0} fehlt: diese Datei aus der Sicherung zurückholen oder `authority "
    "rotate --stolen` mit dem Hauptschlüssel ausführen.",
    "The key in {} is not the one that the root has certified: put that file back from the backup, or run `authority "
    "rotate` with the root key.": "Der Schlüssel in {0} ist nicht der, den der Hauptschlüssel beglaubigt hat: diese Datei "
    "aus der Sicherung zurückholen oder `authority rotate` mit dem Hauptschlüssel ausführen.",
    "{} has no certificate by a root of {}: put both files back from the backup, or run `authority rotate --stolen` "
    "with the root key.": "{0} enthält kein Zertifikat eines Hauptschlüssels aus {1}: beide Dateien aus der Sicherung "
    "zurückholen oder `authority rotate --stolen` mit dem Hauptschlüssel ausführen.",
    "No member would accept the list, so it is not published: {} Run `authority rotate` with the root key.": "Kein "
    "Mitglied würde die Liste annehmen, deshalb wird sie nicht veröffentlicht: {0} `authority rotate` mit dem "
    "Hauptschlüssel ausführen.",
    "The certificate of the issuer key has expired: run `authority rotate` with the root key.": "Das Zertifikat des Signaturschlüssels ist abgelaufen: `authority rotate` mit dem Hauptschlüssel"
    " ausführen.",
    "The profile does not trust {} for any credential: add it below [issuers].": "Das Profil vertraut {0} für keinen Nachweis: unter [issuers] eintragen.",
    "{} credentials are in force, which is as many as there are places for.": "{0} Nachweise gelten, für mehr ist kein Platz.",
    "{} has no credential in force.": "{0} hat keinen gültigen Nachweis.",
    "The address of the card is not at the place that {} names: use one host for both.": "Die Adresse des Ausweises liegt nicht dort, wohin {0} führt: für beides denselben Rechnernamen"
    " verwenden.",
    "The document of {} does not publish the key that signed the request.": "Das Dokument von {0} enthält den Schlüssel nicht, der die Anfrage signiert hat.",
    "The invitation is for {}, and for nobody else: ask the operator for your own.": "Die Einladung ist für {0} und für "
    "niemanden sonst: bitte beim Betreiber des Datenraums eine eigene anfordern.",
    "The invitation was used already: ask the data-space operator for a new one.": "Die Einladung wurde schon verwendet: bitte beim Betreiber des Datenraums eine neue anfordern.",
    "The participant list does not know {}, the participant.id of this folder: ask the operator to list it by its card "
    "first, or set participant.id to {} to begin anew.": "Die Teilnehmerliste kennt {0}, die participant.id dieses "
    "Ordners, nicht: Der Betreiber muss sie zuerst mit ihrem Ausweis eintragen; wer neu beginnt, setzt participant.id "
    "auf {1}.",
    "The list does not know {} by the key that signed the request.": "Die Liste kennt {0} nicht mit dem Schlüssel, der die Anfrage signiert hat.",
    "{} is suspended: ask the data-space operator for the reason.": "{0} ist ausgesetzt: bitte den Betreiber des Datenraums nach dem Grund fragen.",
    "The request cannot be read: {}": "Die Anfrage ist nicht lesbar: {0}",
    "The request is for another authority: expected {}.": "Die Anfrage ist für eine andere Vertrauensstelle: erwartet wird {0}.",
    "The request is not signed with the key of its card: {}": "Die Anfrage ist nicht mit dem Schlüssel ihres Ausweises signiert: {0}",
    "The request was not signed within the last minutes: compare the clocks.": "Die Anfrage wurde nicht in den letzten Minuten signiert: bitte die Uhren vergleichen.",
    "{} cannot be verified: {}": "{0} war nicht zu prüfen: {1}",
    "{} is a member already: ask for its credential without an invitation.": "{0} ist schon Mitglied: den Nachweis ohne Einladung anfordern.",
    "# Members that have not joined yet are known by their keys on the list; remove this line when all have.": "# Mitglieder, die noch nicht beigetreten sind, gelten nach ihren Schlüsseln auf der Liste; diese Zeile"
    " am Ende entfernen.",
    "# Whose credentials count, what members show for which purpose, and what policies are told of them.": "# Wessen Nachweise zählen, was Mitglieder wofür zeigen, und was die Nutzungsbedingungen davon erfahren.",
    "The key is not a root of this authority: use the file that `authority init` made.": "Der Schlüssel ist kein Hauptschlüssel dieser Vertrauensstelle: die Datei verwenden, die `authority init`"
    " angelegt hat.",
    "This is the root in use: give the spare root, or use `authority rotate`.": "Das ist der verwendete Hauptschlüssel: "
    "den Ersatzschlüssel angeben, oder `authority rotate` verwenden.",
    "This is the spare root, which replaces the first one for good: give the first one, or, if that was lost "
    "or stolen, use `authority recover`.": "Das ist der Ersatzschlüssel, der den ersten Hauptschlüssel endgültig ablöst: den ersten "
    "angeben, oder, wenn dieser verloren oder gestohlen ist, `authority recover` verwenden.",
    "This root was replaced, and members refuse what it certifies: use the one that replaced it.": "Dieser Hauptschlüssel "
    "ist abgelöst, und die Mitglieder nehmen nicht an, was er zertifiziert: den Schlüssel verwenden, der ihn abgelöst hat.",
    "The record of the authority would be larger than {} bytes.": "Das Verzeichnis der Vertrauensstelle wäre größer als {0} Bytes.",
    "The root key {} has a password: name the file that contains it.": "Der Hauptschlüssel {0} hat ein Passwort: die Datei angeben, die es enthält.",
    "{} cannot be used: {}": "{0} ist nicht brauchbar: {1}",
    "{} is not the record of an authority: {}": "{0} ist nicht das Verzeichnis einer Vertrauensstelle: {1}",
    "{} is the folder of an authority already and was not changed.": "{0} ist schon der Ordner einer Vertrauensstelle und bleibt, wie er ist.",
    "This is the own authority: list another one.": "Das ist die eigene Vertrauensstelle: eine andere eintragen.",
    "{} authorities are listed, which is as many as there can be.": "{0} Vertrauensstellen sind gelistet, mehr sind nicht möglich.",
    "The participant list of the partner {} was not renewed: {}": "Die Teilnehmerliste des Partners {0} ist nicht erneuert: {1}",
    "{} is on the lists of {} and of {}, so it is met as a member of neither: ask both operators.": "{0} steht auf den Listen von {1} und von {2} und gilt deshalb als Mitglied von keinem: bei beiden "
    "Betreibern nachfragen.",
    "The data plane {} cannot be used: {}": "Die Datenebene {0} ist nicht brauchbar: {1}",
    "The data plane {} of the card is at another host than {} names: use one host for both, or ask the data-space operator for an invitation with `--data {}`.": "Die Datenstelle {0} der "
    "Karte liegt auf einem anderen Rechner, als {1} nennt: für beide denselben Rechner verwenden oder den Betreiber des Datenraums um eine Einladung mit `--data {2}` bitten.",
    "Another process has kept {} locked for {} s: end it, then try again.": "Ein anderer Prozess hält {0} seit {1} s gesperrt: ihn beenden, dann noch einmal versuchen.",
    "{} is not a listed authority.": "{0} ist keine gelistete Vertrauensstelle.",
    "The list is that of another authority.": "Die Liste gehört einer anderen Vertrauensstelle.",
    "The status of the credentials of {} participants cannot be read: nothing new is agreed with them, and what runs ends in {} hours. Ask their issuer for a status list that is reachable.": "Ob die Nachweise von {0} Teilnehmern noch gelten, ist nicht zu prüfen: Mit ihnen wird nichts Neues"
    " vereinbart, und was läuft, endet in {1} Stunden. Den Aussteller um eine erreichbare Statusliste bitten.",
    "a certificate of the issuer key does not have the expected form.": "ein Zertifikat des Signaturschlüssels hat nicht die erwartete Form.",
    "it has more than {} certificates.": "sie hat mehr als {0} Zertifikate.",
    "no root that is pinned here has certified the key that signed it. If the data-space operator has made new roots by "
    "hand, ask by telephone for their thumbprint, and run `authority pin` with it.": "kein hier hinterlegter Hauptschlüssel "
    "hat den Schlüssel zertifiziert, der sie signiert hat. Wenn der Betreiber des Datenraums neue Hauptschlüssel von Hand "
    "erzeugt hat, bitte deren Fingerabdruck am Telefon erfragen und `authority pin` damit ausführen.",
    "the certified key is refused: {}": "der zertifizierte Schlüssel wird abgelehnt: {0}",
    "The key that signed the participant list is not one of {}.": "Der Schlüssel, der die Teilnehmerliste signiert hat, gehört nicht zu {0}.",
    "The participant list is signed with a key of the authority that was replaced.": "Die Teilnehmerliste ist mit einem Schlüssel der Vertrauensstelle signiert, der ersetzt wurde.",
    "The participant list contains no profile of the data space, and identity.profile does not exist: ask the data-space operator for one of them.": "Die Teilnehmerliste enthält kein Profil des Datenraums, und identity.profile fehlt: bitte beim Betreiber"
    " des Datenraums anfordern.",
    "The settings file cannot be changed by itself: set {} by hand.": "Die Einstellungsdatei lässt sich nicht selbsttätig ändern: bitte {0} von Hand setzen.",
    "{} has {} credentials of this year: ask the data-space operator.": "{0} hat aus diesem Jahr schon {1} Nachweise: "
    "bitte beim Betreiber des Datenraums nachfragen.",
    "The key is not the spare root of this authority: only that one names the next pair.": "Der Schlüssel ist nicht der Ersatzschlüssel dieser Vertrauensstelle: Nur der benennt das nächste Paar.",
    "Without the spare root, a stolen issuer key cannot be replaced: make a new authority.": "Ohne den Ersatzschlüssel lässt sich ein gestohlener Signaturschlüssel nicht ersetzen: bitte eine neue Vertrauensstelle anlegen.",
    "{} exists: move the old roots away from this machine first.": "{0} ist vorhanden: bitte zuerst die alten Hauptschlüssel von diesem Rechner wegbringen.",
    "{} has an old root: move the old roots away from this machine first.": "{0} enthält einen alten Hauptschlüssel: bitte zuerst die alten Hauptschlüssel von diesem Rechner wegbringen.",
    "{} already exists and was not changed: put the other files of its authority back from the backup, or move it away to make a new authority.": "{0} ist schon vorhanden und blieb unverändert: bitte die übrigen Dateien der Vertrauensstelle aus der Sicherung zurückholen, oder diese wegbringen, um eine neue anzulegen.",
    "A renewal with the spare root of before was cut short: give that root, and it goes on.": "Eine Erneuerung mit dem vorigen Ersatzschlüssel wurde unterbrochen: Mit diesem Schlüssel geht sie weiter.",
    "The query asks for more than its access token grants.": "Die Anfrage verlangt mehr, als ihr Zugangstoken gewährt.",
    "The holder takes no part in the data space.": "Der Inhaber nimmt nicht am Datenraum teil.",
    "it names new roots of another authority.": "sie nennt neue Hauptschlüssel einer anderen Vertrauensstelle.",
    "a root that is not the last one names others: only the spare root may.": "ein Hauptschlüssel, der nicht der letzte ist, benennt andere: das darf nur der Ersatzschlüssel.",
    "it names a root twice.": "sie nennt einen Hauptschlüssel zweimal.",
    "it names new roots more than {} times.": "sie nennt mehr als {0}-mal neue Hauptschlüssel.",
    "the word about new roots does not have the expected form.": "die Angabe der neuen Hauptschlüssel hat nicht die erwartete Form.",
    "there are more than {} roots: pin those of the authority by hand.": "es sind mehr als {0} Hauptschlüssel: bitte die der Vertrauensstelle von Hand eintragen.",
}
