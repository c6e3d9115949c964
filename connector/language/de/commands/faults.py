"""German sentences of faults that the code writes in English, under the English sentence; `{}` stands for a value.

A value keeps its number: `{0}` is the first one of the English sentence. A value that is a sentence is translated too.
"""

SENTENCES: dict[str, str] = {
    # Settings.
    "{} cannot be used: {}.": "{0} ist nicht brauchbar: {1}.",
    "{} cannot be used: {} ({}).": "{0} ist nicht brauchbar: {1} (docs/settings.md erklärt die Einstellung).",
    "In {}, {}": "In {0}, {1}",
    "The environment variable {}": "Die Umgebungsvariable {0}",
    "expected {}, got {}": "erwartet wird {0}, angegeben ist {1}",
    "a whole number": "eine ganze Zahl",
    "a number": "eine Zahl",
    "a text in quotes": "ein Text in Anführungszeichen",
    "an empty text": "ein leerer Text",
    "true or false": "true oder false",
    "a list in brackets": "eine Liste in Klammern",
    "a section": "ein Abschnitt",
    "a time": "ein Zeitpunkt",
    "a day": "ein Tag",
    "a time of day": "eine Uhrzeit",
    "another value": "ein anderer Wert",
    "expected a text that is not empty": "erwartet wird ein Text, der nicht leer ist",
    "expected at most {} characters": "erwartet werden höchstens {0} Zeichen",
    "expected a number above {}": "erwartet wird eine Zahl über {0}",
    "expected a number from {}": "erwartet wird eine Zahl ab {0}",
    "expected a number below {}": "erwartet wird eine Zahl unter {0}",
    "expected a number up to {}": "erwartet wird eine Zahl bis {0}",
    "expected a path such as {}": "erwartet wird ein Pfad wie {0}",
    "expected an address without a path such as {}": "erwartet wird eine Adresse ohne Pfad wie {0}",
    "expected an e-mail address such as {}": "erwartet wird eine E-Mail-Adresse wie {0}",
    "expected a telephone number such as {}": "erwartet wird eine Telefonnummer wie {0}",
    "expected 64 digits from 0 to 9 and a to f": "erwartet werden 64 Ziffern von 0 bis 9 und a bis f",
    "invalid enum value {}: use one of {}": "der Wert {0} ist nicht vorgesehen; möglich sind {1}",
    "expected `{}` {}": "erwartet wird `{0}` {1}",
    "invalid enum value {}": "der Wert {0} ist nicht vorgesehen",
    "expected an address such as {}": "erwartet wird eine Adresse wie {0}",
    "expected the path of a file or folder, got {}": "erwartet wird der Pfad einer Datei oder eines Ordners, "
    "angegeben ist {0}",
    "In {}, identity.mechanism is `{}`, which proves nothing: use `roster` in production.": "In {0} ist "
    "identity.mechanism `{1}`, das beweist nichts: für den Betrieb bitte `roster` verwenden.",
    "Unknown setting {} in {}: remove it or correct its name (docs/settings.md lists all settings).": "Unbekannte "
    "Einstellung {0} in {1}: bitte entfernen oder den Namen berichtigen (docs/settings.md nennt alle).",
    "Unknown setting {}: docs/settings.md lists all settings.": "Unbekannte Einstellung {0}: docs/settings.md nennt "
    "alle.",
    "Unknown setting in the environment variable {}: remove it or correct its name.": "Unbekannte Einstellung in der "
    "Umgebungsvariablen {0}: bitte entfernen oder den Namen berichtigen.",
    "The settings file {} cannot be read ({}): create one with `datenkontor init`.": "Die Einstellungen {0} lassen "
    "sich nicht lesen ({1}): `datenkontor init` legt welche an.",
    "The settings file {} cannot be read ({}): {}.": "Die Einstellungen {0} lassen sich nicht lesen ({1}): {2}.",
    "create one with `datenkontor init`": "`datenkontor init` legt welche an",
    "check its path and its permissions": "bitte Pfad und Rechte prüfen",
    "its certificate is not trusted ({})": "sein Zertifikat wird nicht akzeptiert ({0})",
    "The settings file {} cannot be read: {}.": "Die Einstellungen {0} lassen sich nicht lesen: {1}.",
    "The settings file {} is larger than {} bytes: check its path.": "Die Einstellungen {0} sind größer als {1} "
    "Bytes: bitte den Pfad prüfen.",
    "The settings file {} is not TOML: {}.": "Die Einstellungen {0} sind kein TOML: {1}.",
    "The environment variable {} is not a TOML value: write a number, true or a list in brackets.": "Die "
    "Umgebungsvariable {0} ist kein TOML-Wert: bitte eine Zahl, true oder eine Liste in Klammern schreiben.",
    "In {}, net.certificate and net.key belong together: give both or neither.": "In {0} gehören net.certificate und "
    "net.key zusammen: bitte beide oder keines angeben.",
    "In {}, zone is {}, which is no zone: use an IANA name such as Europe/Berlin.": "In {0} ist zone {1}, das ist "
    "keine Zeitzone: bitte einen IANA-Namen wie Europe/Berlin verwenden.",
    "In {}, management.keys contains two keys with the same id: give each key its own id.": "In {0} enthält "
    "management.keys zwei Schlüssel mit derselben id: bitte jedem Schlüssel eine eigene geben.",
    "In {}, {} is missing: add it.": "In {0} fehlt {1}: bitte ergänzen.",
    "In {}, {} is missing: add it ({}).": "In {0} fehlt {1}: bitte ergänzen (docs/settings.md erklärt die "
    "Einstellung).",
    "In {}, {} is not a section: write it as [{}].": "In {0} ist {1} kein Abschnitt: bitte als [{2}] schreiben.",
    "identity.mechanism is {}, which is unknown: use one of {}.": "identity.mechanism ist {0}, das ist unbekannt: "
    "möglich sind {1}.",
    "net.proxies contains {}, which is no network: write it as 10.0.0.0/8.": "net.proxies enthält {0}, das ist kein "
    "Netz: bitte wie 10.0.0.0/8 schreiben.",
    "Another process (PID {}) uses the store {}: stop it, or set `store.path` to another file.": "Ein anderer Prozess "
    "(PID {0}) nutzt die Datenbank {1}: bitte beenden oder `store.path` auf eine andere Datei setzen.",
    "The store {} cannot be locked ({}): use a local disk.": "Die Datenbank {0} lässt sich nicht sperren ({1}): bitte "
    "einen lokalen Datenträger verwenden.",
    "The folder {} of the store is missing or not writable ({}): create it, give this user the "
    "right to write there, or set `store.path` to another file.": "Der Ordner {0} der Datenbank fehlt oder ist nicht "
    "beschreibbar ({1}): bitte anlegen, diesem Benutzer das Schreibrecht geben oder `store.path` auf eine andere Datei setzen.",
    "{}.port and {}.port are both {}: give each listener a port of its own.": "{0}.port und {1}.port sind beide {2}: bitte "
    "jedem einen eigenen Port geben.",
    "identity.profile, {}, cannot be used: {}": "identity.profile, {0}, ist nicht brauchbar: {1}",
    "The profile of the data space cannot be read: {}": "Das Profil des Datenraums ist nicht lesbar: {0}",
    "The profile names {} as an issuer: expected did:web:host.": "Das Profil nennt {0} als Aussteller: erwartet wird did:web:host.",
    "{} names {}, which no issuer is trusted for: add it below [issuers].": "{0} nennt {1}, wofür keinem Aussteller vertraut wird: bitte unter [issuers] ergänzen.",
    "The profile of the data space is refused: {}": "Das Profil des Datenraums wird abgelehnt: {0}",
    "The profile of the data space is not text in UTF-8.": "Das Profil des Datenraums ist kein Text in UTF-8.",
    "An RSA key is only verified here: it is not written.": "Ein RSA-Schlüssel wird hier nur geprüft und nicht geschrieben.",
    "identity.tokens is missing: name the file of participants that `{}` needs.": "identity.tokens fehlt: bitte die Datei "
    "der Teilnehmer angeben, die `{0}` braucht.",
    "identity.tokens, {}, cannot be used: {}": "identity.tokens, {0}, ist nicht brauchbar: {1}",
    "limits.{} is {}, above limits.{}, which is {}: lower the one or raise the other.": "limits.{0} ist {1} und damit größer "
    "als limits.{2} ({3}): bitte einen der beiden Werte ändern.",
    "received, {}, contains data_root, {}: received data is removed by and by, and needs a folder of its own.": "received "
    "({0}) enthält data_root ({1}): empfangene Daten werden mit der Zeit gelöscht und brauchen einen eigenen Ordner.",
    "{}, which keeps the version of the participant list in use, cannot be read: restore it from a backup, or remove it to "
    "accept the next list whatever its version.": "{0} enthält die Version der genutzten Teilnehmerliste und lässt sich "
    "nicht lesen: bitte aus einer Sicherung wiederherstellen oder löschen; dann wird die nächste Liste ohne Vergleich "
    "übernommen.",
    "{} cannot be written ({}): make room, then make the same call again.": "{0} lässt sich nicht schreiben ({1}): bitte "
    "Platz schaffen und den Aufruf wiederholen.",
    "{} cannot be written ({}): make room or repair its disk.": "{0} lässt sich nicht schreiben ({1}): bitte Platz "
    "schaffen oder den Datenträger prüfen.",
    "Unknown setting in the environment variable {}: write it as {}, or remove it.": "Unbekannte Einstellung in der "
    "Umgebungsvariablen {0}: bitte als {1} schreiben oder entfernen.",
    "The listener {} cannot be opened at {} ({}): set {}.host to an address of this machine.": "Der Port von {3} ist unter "
    "{1} nicht zu öffnen ({2}): bitte {3}.host auf eine Adresse dieses Rechners setzen.",
    "The listener {} cannot be opened at {} ({}): set {}.port to a free port, and the port in the public address to the "
    "same one.": "Der Port von {3} ist unter {1} nicht zu öffnen ({2}): bitte {3}.port auf einen freien Port setzen, den "
    "Port der öffentlichen Adresse ebenso.",
    # Backups.
    "{} already exists: name another file.": "{0} existiert bereits: bitte eine andere Datei nennen.",
    "The store {} is not in the folder of the settings, {}: move it there.": "Die Datenbank {0} liegt nicht im Ordner "
    "der Einstellungen, {1}: bitte dorthin verschieben.",
    "{} is not empty: name a new folder, and move the files there yourself if you must.": "{0} ist nicht leer: bitte "
    "einen neuen Ordner nennen und die Dateien bei Bedarf selbst verschieben.",
    "{} is not a backup of Datenkontor: it contains no settings.": "{0} ist keine Sicherung von Datenkontor: "
    "Einstellungen fehlen.",
    "{} is not a backup of Datenkontor: it contains {}.": "{0} ist keine Sicherung von Datenkontor: sie enthält {1}.",
    "{} is not a backup of Datenkontor: a name leads out of its folder.": "{0} ist keine Sicherung von Datenkontor: "
    "ein Name führt aus ihrem Ordner hinaus.",
    "{} is not a backup that this release can read: check the file, or use a newer one.": "{0} ist keine Sicherung, "
    "die diese Version lesen kann: bitte die Datei prüfen oder eine neuere Version verwenden.",
    "The backup {} is damaged or incomplete ({}): restore another one.": "Die Sicherung {0} ist beschädigt oder "
    "unvollständig ({1}): bitte eine andere wiederherstellen.",
    "The backup {} cannot be written ({}): check its folder.": "Die Sicherung {0} lässt sich nicht schreiben ({1}): "
    "bitte den Ordner prüfen.",
    "{} cannot be restored ({}): check the file and its permissions.": "{0} lässt sich nicht wiederherstellen ({1}): "
    "bitte die Datei und ihre Rechte prüfen.",
    "[Errno {}] {}: {}": "{1}: {2}",
    "file could not be opened successfully": "die Datei ist kein Archiv",
    "bad checksum": "die Prüfsumme stimmt nicht",
    "unexpected end of data": "die Datei endet zu früh",
    # The store.
    "The database {} is damaged ({}): restore an older backup.": "Die Datenbank {0} ist beschädigt ({1}): bitte eine "
    "ältere Sicherung wiederherstellen.",
    "The database {} cannot be copied ({}): check it and its permissions.": "Die Datenbank {0} lässt sich nicht "
    "kopieren ({1}): bitte die Datei und ihre Rechte prüfen.",
    "The database {} has schema {}, but this release supports schemas up to {}: start a newer release, or restore "
    "the backup beside it.": "Die Datenbank {0} hat Schema {1}, diese Version kennt Schemata bis {2}: bitte eine "
    "neuere Version starten oder die Sicherung daneben wiederherstellen.",
    "The database {} is damaged: restore a backup with `datenkontor restore`.": "Die Datenbank {0} ist beschädigt: "
    "bitte mit `datenkontor restore` eine Sicherung wiederherstellen.",
    "The file {} is not a database: restore a backup, or name another file.": "Die Datei {0} ist keine Datenbank: "
    "bitte eine Sicherung wiederherstellen oder eine andere Datei nennen.",
    "The database is damaged, nothing was changed: restore a backup.": "Die Datenbank ist beschädigt, es wurde nichts "
    "geändert: bitte eine Sicherung wiederherstellen.",
    "The disk of the database is full, nothing was changed: make room, then retry.": "Auf dem Datenträger der Datenbank ist "
    "kein Platz mehr, es wurde nichts geändert: bitte Platz schaffen und es dann erneut versuchen.",
    "The database is damaged: stop the process, and restore a backup.": "Die Datenbank ist beschädigt: bitte den "
    "Prozess beenden und eine Sicherung wiederherstellen.",
    "The database {} was not created by Datenkontor: name another file.": "Die Datenbank {0} stammt nicht von "
    "Datenkontor: bitte eine andere Datei nennen.",
    "The database {} cannot be opened ({}): check the path and its permissions.": "Die Datenbank {0} lässt sich nicht "
    "öffnen ({1}): bitte den Pfad und die Rechte prüfen.",
    "The database {} cannot be read ({}): start its connector or broker once, or check the path and its permissions.": "Die "
    "Datenbank {0} lässt sich nicht lesen ({1}): bitte den Konnektor oder Broker einmal starten oder den Pfad und die "
    "Rechte prüfen.",
    "The database {} was not migrated to schema {} ({}) and was not changed: check the space on its disk, then start "
    "again.": "Die Datenbank {0} wurde nicht auf Schema {1} gebracht ({2}) und ist unverändert: bitte den "
    "Speicherplatz prüfen und erneut starten.",
    "The store cannot be read now ({}): check the disk, then retry.": "Die Datenbank ist zurzeit nicht lesbar ({0}): "
    "bitte den Datenträger prüfen und erneut versuchen.",
    "The store cannot write now ({}): nothing was changed; check the disk, then retry.": "Die Datenbank ist zurzeit "
    "nicht beschreibbar ({0}), es wurde nichts geändert: bitte den Datenträger prüfen und erneut versuchen.",
    "The store is closed: open it again.": "Die Datenbank ist geschlossen: bitte erneut öffnen.",
    "The limit of {} waiting changes is reached: try again later.": "Die Höchstzahl von {0} wartenden Änderungen ist "
    "erreicht: bitte später erneut versuchen.",
    # Readiness.
    "Processes that cannot continue and are retried: {} ({}); the log contains the reasons.": "Vorgänge, die nicht "
    "weiterlaufen und erneut versucht werden: {0} ({1}); die Gründe stehen im Protokoll.",
    "Transfers that move no data at present: {} ({})": "Lieferungen, die zurzeit keine Daten übertragen: {0} ({1})",
    "Participants that cannot be reached, and for which messages wait: {} ({})": "Nicht erreichbare Teilnehmer, für die "
    "Nachrichten warten: {0} ({1})",
    "Duties that are due soon or overdue: {} ({}). "
    "Do what they demand, then confirm it: `datenkontor agreement receipt AGREEMENT DUTY`.": "Pflichten, die bald fällig "
    "oder überfällig sind: {0} ({1}). Bitte erfüllen und dann bestätigen: `datenkontor agreement receipt VERTRAG PFLICHT`.",
    "Sources that could not be read: {} ({})": "Nicht lesbare Quellen: {0} ({1})",
    "The worker is stopped: messages are received, but none is sent; restart the connector.": "Der Versand steht: "
    "Nachrichten kommen an, aber keine wird gesendet; bitte den Konnektor neu starten.",
    "The disk of the store has no usable space left: make room.": "Auf dem Datenträger der Datenbank ist kein Platz "
    "mehr: bitte Platz schaffen.",
    "The disk for received data has no usable space left: make room.": "Auf dem Datenträger für empfangene Daten ist "
    "kein Platz mehr: bitte Platz schaffen.",
    "No answer within {} seconds.": "Keine Antwort innerhalb von {0} Sekunden.",
    "The store does not accept writes: check its disk and permissions, or its database server.": "Die Datenbank nimmt "
    "nichts an: bitte Speicherplatz und Rechte oder den Datenbankserver prüfen.",
    "The record cannot be read.": "Das Verzeichnis ist nicht lesbar.",
    "The crawler does not run.": "Das Einlesen läuft nicht.",
    # Keys and files.
    "{} is larger than {} bytes: use a smaller file.": "{0} ist größer als {1} Bytes: bitte eine kleinere Datei "
    "verwenden.",
    "{} cannot be read: {}.": "{0} lässt sich nicht lesen: {1}.",
    "{} already exists and was not changed.": "{0} existiert bereits und wurde nicht geändert.",
    "{} is not a regular file.": "{0} ist keine gewöhnliche Datei.",
    "Other users can read {}: set its mode to 0600.": "Andere Benutzer können {0} lesen: bitte die Rechte auf 0600 "
    "setzen.",
    "The algorithm {} is not supported: use {}.": "Das Verfahren {0} wird nicht unterstützt: möglich sind {1}.",
    "The key is not supported: use a P-256 or Ed25519 key.": "Der Schlüssel wird nicht unterstützt: bitte einen "
    "Schlüssel P-256 oder Ed25519 verwenden.",
    "The JWK is not supported: use a P-256 or Ed25519 key.": "Der JWK wird nicht unterstützt: bitte einen Schlüssel "
    "P-256 oder Ed25519 verwenden.",
    "The JWK contains a private key: send only its public members.": "Der JWK enthält einen privaten Schlüssel: bitte "
    "nur die öffentlichen Angaben senden.",
    "The JWK names another algorithm than {}, the algorithm of its kind of key.": "Der JWK nennt ein anderes Verfahren "
    "als {0}, das zu seiner Art von Schlüssel gehört.",
    "The JWK is not for signatures: set use to sig.": "Der JWK ist nicht für Signaturen: bitte use auf sig setzen.",
    "The kid of the JWK is not its RFC 7638 thumbprint: correct or remove it.": "Die kid des JWK ist nicht seine "
    "Prüfsumme nach RFC 7638: bitte berichtigen oder entfernen.",
    "The public and the private part of {} do not match.": "Der öffentliche und der private Teil von {0} passen nicht "
    "zusammen.",
    "Member '{}' of the JWK is not 32 bytes in base64url.": "Die Angabe „{0}“ des JWK hat nicht 32 Bytes in base64url.",
    "{} is encrypted with another pass phrase than the one that is given: give that one.": "{0} ist mit einem anderen "
    "Passwort verschlüsselt als dem angegebenen: bitte jenes angeben.",
    "{} is not a private key in PEM form: put the file back from a backup.": "{0} ist kein privater Schlüssel in "
    "PEM-Form: bitte die Datei aus einer Sicherung zurückholen.",
    "The JWK is not a point on its curve.": "Der JWK ist kein Punkt seiner Kurve.",
    "{} is not a private P-256 or Ed25519 key in JWK form.": "{0} ist kein privater Schlüssel P-256 oder Ed25519 als "
    "JWK.",
    # The participant list.
    "{} is neither an identity card nor a public key: {}.": "{0} ist weder ein Teilnehmerausweis noch ein öffentlicher "
    "Schlüssel: {1}.",
    "{} is not an identity card: {}.": "{0} ist kein Teilnehmerausweis: {1}.",
    "{} is not an identity card: {}": "{0} ist kein Teilnehmerausweis: {1}",
    "The list would expire before it begins; give a positive validity.": "Die Liste liefe vor ihrem Beginn ab: bitte "
    "eine Gültigkeit von mindestens einem Tag angeben.",
    "{} holds the list of {}, not of {}; it is left as it is.": "{0} enthält die Liste von {1}, nicht von {2}; sie "
    "bleibt, wie sie ist.",
    "{} holds version {}, but the working file knows only {}; use the working file it was made from.": "{0} enthält "
    "Version {1}, die Arbeitsdatei kennt nur {2}: bitte die Arbeitsdatei verwenden, aus der sie entstand.",
    "{} is already a member: add --replace to replace its entry.": "{0} ist bereits Mitglied: --replace ersetzt den "
    "Eintrag.",
    "The list has {} members, which is as many as it can have.": "Die Liste hat {0} Mitglieder, mehr sind nicht "
    "möglich.",
    "{} is not a member.": "{0} ist kein Mitglied.",
    "The signed list would be larger than {} bytes, which nobody would accept.": "Die signierte Liste wäre größer als "
    "{0} Bytes; niemand nähme sie an.",
    "{} is not the working file of a participant list: {}": "{0} ist keine Arbeitsdatei einer Teilnehmerliste: {1}",
    "The entry is refused: {}": "Der Eintrag wird abgelehnt: {0}",
    "{} is not a list signed with the operator's key and is left as it is: {}": "{0} ist keine mit dem Schlüssel des "
    "Betreibers signierte Liste und bleibt, wie sie ist: {1}",
    "{} cannot be locked: {}.": "{0} lässt sich nicht sperren: {1}.",
    "{} did not return the participant list: {}.": "{0} hat die Teilnehmerliste nicht geliefert: {1}.",
    "status {}": "Status {0}",
    "The participant list contains no address of your participant: ask the data-space operator to add it.": "Die "
    "Teilnehmerliste enthält keine Adresse dieses Teilnehmers: bitte beim Betreiber des Datenraums nachtragen lassen.",
    "The participant list has expired: authentication fails until a newer list is published.": "Die Teilnehmerliste "
    "ist abgelaufen: Bis eine neuere veröffentlicht ist, gelingt keine Anmeldung.",
    "There is no participant list yet, and nobody is authenticated before there is one: {}": "Es gibt noch keine "
    "Teilnehmerliste; solange gelingt keine Anmeldung: {0}",
    "Version {} of the participant list is in use until {} UTC: {}": "Version {0} der Teilnehmerliste gilt bis {1} UTC: "
    "{2}",
    "The participant list does not contain the key {}, with which this process signs: "
    "restart it if its key file is newer, else send the card to the data-space operator.": "Die Teilnehmerliste enthält "
    "den Schlüssel {0} nicht, mit dem dieser Prozess unterschreibt: Ist die Schlüsseldatei neuer, den Prozess neu "
    "starten, sonst den Ausweis an den Betreiber des Datenraums senden.",
    "The clock of this machine is {} (hours, minutes, seconds) ahead of that where the list is: set the wrong one by "
    "NTP, since nobody takes what is signed at another time.": "Die Uhr dieses Rechners geht gegenüber der am Ort der "
    "Liste um {0} (Stunden, Minuten, Sekunden) vor: die falsche über NTP stellen, denn was zu einer anderen Zeit "
    "signiert ist, nimmt niemand an.",
    "The clock of this machine is {} (hours, minutes, seconds) behind that where the list is: set the wrong one by "
    "NTP, since nobody takes what is signed at another time.": "Die Uhr dieses Rechners geht gegenüber der am Ort der "
    "Liste um {0} (Stunden, Minuten, Sekunden) nach: die falsche über NTP stellen, denn was zu einer anderen Zeit "
    "signiert ist, nimmt niemand an.",
    "The data-space operator has suspended this participant, so nobody speaks with it: ask the operator "
    "for the reason. It takes part again, without a restart, when it is admitted.": "Die Mitgliedschaft dieses Teilnehmers "
    "ruht, deshalb spricht niemand mit ihm: den Betreiber des Datenraums nach dem Grund fragen. Sobald er wieder "
    "zugelassen ist, nimmt er ohne Neustart wieder teil.",
    "{} is not on the participant list, so nobody speaks with it: ask the data-space operator for "
    "an invitation, and use it with `datenkontor join`.": "{0} steht nicht auf der Teilnehmerliste, deshalb spricht niemand "
    "mit diesem Teilnehmer: den Betreiber des Datenraums um eine Einladung bitten und sie mit `datenkontor join` verwenden.",
    "The credential of {} was not renewed: {} It is asked for again by itself; "
    "`datenkontor credential renew` asks at once.": "Der Nachweis von {0} ist nicht erneuert: {1} Er wird von selbst noch "
    "einmal angefordert, mit `datenkontor credential renew` sofort.",
    "The participant list was not renewed: {}": "Die Teilnehmerliste ist nicht erneuert: {0}",
    "The participant list expires on {}: the data-space operator has to publish the next one.": "Die Teilnehmerliste "
    "läuft am {0} ab: Der Betreiber des Datenraums muss die nächste veröffentlichen.",
    "The participant list was issued in the future: compare the clocks.": "Die Teilnehmerliste ist in der Zukunft "
    "ausgestellt: bitte die Uhren vergleichen.",
    "The participant list expired at {}: get a newer list.": "Die Teilnehmerliste ist seit {0} abgelaufen: bitte eine "
    "neuere besorgen.",
    "Version {} of the participant list is older than {}.": "Version {0} der Teilnehmerliste ist älter als {1}.",
    "There are two participant lists of version {}: ask the data-space operator.": "Es gibt zwei Teilnehmerlisten mit "
    "Version {0}: bitte beim Betreiber des Datenraums nachfragen.",
    "a claim is missing or of the wrong type ({}).": "eine Angabe fehlt oder ist von der falschen Art ({0}).",
    "a time is not a number of seconds since 1970.": "eine Zeit ist keine Zahl von Sekunden seit 1970.",
    "aud is not this participant alone.": "aud nennt nicht diesen Teilnehmer allein.",
    "iss, jti or token is empty or too long, or has a character with the number 0.": "iss, jti oder token ist leer oder zu lang oder hat ein Zeichen mit der Nummer 0.",
    "it has expired: if tokens are fresh, compare the clocks of both sides.": "abgelaufen: sind die Nachweise frisch, bitte "
    "die Uhren beider Seiten vergleichen.",
    "it is not valid yet.": "noch nicht gültig.",
    "it lives longer than {} s, or ends before it begins.": "gilt länger als {0} s oder endet vor dem Beginn.",
    "it was issued in the future: compare the clocks of both sides.": "in der Zukunft ausgestellt: bitte die Uhren beider "
    "Seiten vergleichen.",
    "sub is not iss, or a key is brought along in sub_jwk.": "sub ist nicht iss, oder sub_jwk bringt einen Schlüssel mit.",
    "the issuer is not on the participant list.": "der Aussteller steht nicht auf der Teilnehmerliste.",
    "The key {} is protected by a pass phrase: write it without one with `openssl pkey -in {} -out FILE`.": "Der Schlüssel "
    "{0} ist durch ein Passwort geschützt: bitte mit `openssl pkey -in {1} -out DATEI` ohne Passwort schreiben.",
    "net.{} in the settings: {}": "net.{0} in den Einstellungen: {1}",
    "net.ca, {}, cannot be read as trust anchors: name a PEM file.": "net.ca, {0}, lässt sich nicht als Vertrauensanker lesen: "
    "bitte eine PEM-Datei nennen.",
    "'{}' is no network: write it as 10.0.0.0/8.": "„{0}“ ist kein Netz: bitte wie 10.0.0.0/8 schreiben.",
    "The participant list is refused: {}": "Die Teilnehmerliste wird abgelehnt: {0}",
    "{} is listed twice.": "{0} steht zweimal auf der Liste.",
    "The participant list could not be fetched: status {}.": "Die Teilnehmerliste war nicht abrufbar: Status {0}.",
    "The participant list could not be fetched: {}": "Die Teilnehmerliste war nicht abrufbar: {0}",
    "The participant list is missing or has expired: get a newer one.": "Die Teilnehmerliste fehlt oder ist "
    "abgelaufen: bitte eine neuere besorgen.",
    "The participant list does not have the expected form: {}": "Die Teilnehmerliste hat nicht die erwartete Form: {0}",
    "The entry of {} is refused: {}": "Der Eintrag von {0} wird abgelehnt: {1}",
    "{} and {} are listed with the same key.": "{0} und {1} stehen mit demselben Schlüssel auf der Liste.",
    "The participants of some tokens are not listed: {}.": "Teilnehmer einiger Token stehen nicht auf der Liste: {0}.",
    "Static tokens are for development only: use the mechanism `roster`.": "Feste Token sind nur für die Entwicklung: "
    "bitte das Verfahren `roster` verwenden.",
    "Mock tokens are for development only: use the mechanism `roster`.": "Token zum Ausprobieren sind nur für die "
    "Entwicklung: bitte das Verfahren `roster` verwenden.",
    # What is wrong with a signature.
    "the signature does not verify.": "Die Signatur stimmt nicht.",
    "kid does not name one of the issuer's keys.": "kid nennt keinen Schlüssel des Ausstellers.",
    "alg is not the algorithm of that key.": "alg ist nicht das Verfahren dieses Schlüssels.",
    "alg is not one of {}.": "alg ist keines von {0}.",
    "typ is not {}.": "typ ist nicht {0}.",
    "typ is missing; expected {}.": "typ fehlt; erwartet wird {0}.",
    "cty is not {}.": "cty ist nicht {0}.",
    "its header has {}: no key and no rule is taken from there.": "Im Kopf steht {0}: Von dort wird weder ein Schlüssel "
    "noch eine Regel übernommen.",
    "kid is not a string.": "kid ist kein Text.",
    "it is longer than {} bytes.": "Sie ist länger als {0} Bytes.",
    "it is not a compact JWS.": "Sie ist kein kompaktes JWS.",
    "it is not three segments of base64url.": "Sie besteht nicht aus drei Teilen in base64url.",
    "it is not a JSON object.": "Sie ist kein JSON-Objekt.",
    "it has a member twice, or is not UTF-8.": "Sie nennt eine Angabe zweimal oder ist nicht in UTF-8.",
    "it has members other than {}.": "Sie hat andere Angaben als {}.",
    # Data and its delivery.
    "The provider could not read {} values as the agreement's treatment needs them: they are in no sum and no mean, "
    "their places are empty, or their records were left out.": "Der Anbieter konnte {0} Werte nicht so lesen, wie es die "
    "Aufbereitung nach dem Vertrag braucht: Sie fehlen in Summen und Mittelwerten, ihre Stellen sind leer, oder ihre "
    "Datensätze fehlen.",
    "some": "einige",
    "In {} records, values cannot be read as the asset says: {}.": "In {0} Datensätzen sind Werte nicht so lesbar, wie "
    "das Angebot sagt: {1}.",
    "The table of levels lacks values, such as {}: add them.": "In der Tabelle der Ebenen fehlen Werte, etwa {0}: bitte "
    "ergänzen.",
    "Records with such a value of a condition were left out.": "Datensätze mit einem solchen Wert in einer Bedingung "
    "fehlen.",
    "Records in no group, because such a value is one of its names, were left out: {}.": "Datensätze ohne Gruppe, weil "
    "ein solcher Wert zu ihrem Namen gehört, fehlen: {0}.",
    "They are in no sum and no mean.": "Sie fehlen in Summen und Mittelwerten.",
    "They leave empty.": "Ihre Stellen sind leer.",
    "The peer refused the token.": "Die Gegenstelle hat das Zugangstoken abgelehnt.",
    "The provider refuses what was chosen: {}": "Der Anbieter lehnt die Auswahl ab: {0}",
    "The peer's data endpoint answered with status {}.": "Der Datenendpunkt der Gegenstelle hat mit Status {0} "
    "geantwortet.",
    "The source did not answer: {}": "Die Quelle hat nicht geantwortet: {0}",
    # Certificates.
    "The certificate {} and its key cannot be used ({}): set net.certificate and net.key to PEM files that belong "
    "together.": "Das Zertifikat {0} und sein Schlüssel sind nicht brauchbar ({1}): bitte net.certificate und net.key "
    "auf PEM-Dateien setzen, die zusammengehören.",
    "The certificate {} expired on {}: renew it, then restart.": "Das Zertifikat {0} ist am {1} abgelaufen: bitte "
    "erneuern und neu starten.",
    "The certificate {} expires on {}: renew it, then restart.": "Das Zertifikat {0} läuft am {1} ab: bitte erneuern "
    "und neu starten.",
    "The key {} does not belong to the certificate {}: set both from the same request.": "Der Schlüssel {0} gehört "
    "nicht zum Zertifikat {1}: bitte beide aus demselben Antrag setzen.",
    "The certificate {} is valid from {} on: compare the clock of this machine.": "Das Zertifikat {0} gilt ab {1}: "
    "bitte die Uhr dieses Rechners vergleichen.",
    "The certificate {} is for {}, not for {}: request one for the public name.": "Das Zertifikat {0} gilt für {1}, "
    "nicht für {2}: bitte eines für den öffentlichen Namen beantragen.",
    "{} is not protected by a password.": "{0} ist nicht mit einem Passwort geschützt.",
    "{} contains no {} in PEM form: set net.certificate and net.key.": "{0} enthält nichts in PEM-Form ({1}): bitte "
    "net.certificate und net.key setzen.",
    "The certificate {} cannot be read: use a PEM file.": "Das Zertifikat {0} lässt sich nicht lesen: bitte eine "
    "PEM-Datei verwenden.",
    "Hostname mismatch, certificate is not valid for '{}'": "das Zertifikat gilt nicht für „{0}“",
    "IP address mismatch, certificate is not valid for '{}'": "das Zertifikat gilt nicht für „{0}“",
    # The network.
    "{} resolves to {}, which is not a public address and not in the settings `net.hosts` and "
    "`net.networks` here.": "{0} führt zu {1}; das ist keine öffentliche Adresse und steht hier nicht in den "
    "Einstellungen `net.hosts` und `net.networks`.",
    "{} resolves to an address with a zone, which is not allowed.": "{0} führt zu einer Adresse mit Zone, das ist nicht "
    "erlaubt.",
    "The address is not a URL: expected plain ASCII with a host, an optional port and a path.": "Die Adresse ist keine "
    "URL: erwartet wird ASCII mit Rechner, wahlweise Port und Pfad.",
    "The address has another scheme: begin it with https://.": "Die Adresse beginnt anders: bitte mit https:// "
    "beginnen.",
    "The address contains a user name: remove it.": "Die Adresse enthält einen Benutzernamen: bitte entfernen.",
    "The address has a fragment: remove '#' and the text after it.": "Die Adresse hat ein Fragment: bitte „#“ und den "
    "Text danach entfernen.",
    "The address is longer than {} characters: use a shorter one.": "Die Adresse ist länger als {0} Zeichen: bitte eine "
    "kürzere verwenden.",
    "The address has a query: use an address without '?'.": "Die Adresse hat eine Abfrage: bitte eine ohne „?“ "
    "verwenden.",
    "The port of the address is out of range: use a port between 1 and 65535.": "Den Port der Adresse gibt es nicht: "
    "bitte einen von 1 bis 65535 verwenden.",
    "The path of the address has a '.' or '..' segment: remove it.": "Der Pfad der Adresse enthält „.“ oder „..“: bitte "
    "entfernen.",
    "Plain http to {} is not allowed here by the setting `net.plain_http`: allow it, or use https.": "Die Einstellung "
    "`net.plain_http` erlaubt hier kein unverschlüsseltes http zu {0}: bitte dort erlauben oder https verwenden.",
    "Port {} is not allowed here by the setting `net.ports`: allow it, or use another port.": "Die Einstellung `net.ports` "
    "erlaubt hier den Port {0} nicht: bitte dort erlauben oder einen anderen Port verwenden.",
    "The callback address has another origin than the sender's address in the participant list.": "Die Rückadresse "
    "gehört nicht zur Adresse des Absenders in der Teilnehmerliste.",
    "The data address has the origin {}, which the participant list does not contain for its sender: ask the data-space "
    "operator to add it (`roster add --data URL`), or allow it in the receiver's setting `net.data_origins`.": "Die "
    "Datenadresse {0} steht für ihren Absender nicht in der Teilnehmerliste: bitte beim Betreiber des Datenraums "
    "nachtragen lassen (`roster add --data URL`) oder in der Einstellung `net.data_origins` des Empfängers erlauben.",
    "The host of the address is not a host name (letters, digits and hyphens between dots).": "Der Rechner der Adresse "
    "ist kein Rechnername (Buchstaben, Ziffern und Bindestriche zwischen Punkten).",
    "The host of the address is not an IP address in the usual form.": "Der Rechner der Adresse ist keine IP-Adresse in "
    "der üblichen Form.",
    "'{}' is not of the form host:port or host:*.": "„{0}“ hat nicht die Form host:port oder host:*.",
    "'{}' is not of the form host:port: {}": "„{0}“ hat nicht die Form host:port: {1}",
    "Method {} is not one that is sent to peers.": "Die Methode {0} wird nicht an Gegenstellen gesendet.",
    "{} answered with a redirect ({}), which is never followed.": "{0} hat mit einer Umleitung geantwortet ({1}); "
    "Umleitungen wird nie gefolgt.",
    "{} answered in an encoding that was not asked for.": "{0} hat in einer Kodierung geantwortet, nach der nicht "
    "gefragt war.",
    "{} announced more than the {} bytes that are allowed here.": "{0} hat mehr als die {1} Bytes angekündigt, die hier "
    "erlaubt sind.",
    "{} answered with more than {} bytes, the limit for this request.": "{0} hat mit mehr als {1} Bytes geantwortet, der "
    "Grenze dieser Anfrage.",
    "{} answered with more than {} bytes, the limit here.": "{0} hat mit mehr als {1} Bytes geantwortet, der Grenze hier.",
    "{} answered with broken gzip.": "{0} hat mit beschädigtem gzip geantwortet.",
    "The data address of the peer is of the type {}: ask the provider for one of HTTP.": "Die Datenadresse der "
    "Gegenstelle hat den Typ {0}: bitte beim Anbieter nach einer HTTP-Adresse fragen.",
    "The data address of the peer is of the type {}: ask the consumer for one of HTTP.": "Die Datenadresse der "
    "Gegenstelle hat den Typ {0}: bitte beim Abnehmer nach einer HTTP-Adresse fragen.",
    "{} compressed data though asked not to.": "{0} hat Daten komprimiert, obwohl das nicht erwünscht war.",
    "Header {} cannot be set on a request.": "Das Kopffeld {0} lässt sich für eine Anfrage nicht setzen.",
    "The value of header {} is too long or has characters that a header cannot carry.": "Der Wert des Kopffelds {0} ist "
    "zu lang oder enthält unzulässige Zeichen.",
    "{} was silent for {} s.": "{0} hat {1} s lang nichts gesendet.",
    "{} does not accept connections ({}).": "{0} nimmt keine Verbindungen an ({1}).",
    "A message has its whole body in memory.": "Eine Nachricht hat ihren ganzen Inhalt im Speicher.",
    "{} did not answer in time.": "{0} hat nicht rechtzeitig geantwortet.",
    "{} is not trusted: TLS failed ({}).": "{0} ist nicht vertrauenswürdig: TLS ist gescheitert ({1}).",
    "{} did not answer with HTTP: {}.": "{0} hat nicht mit HTTP geantwortet: {1}.",
    "{} did not answer with HTTP ({}).": "{0} hat nicht mit HTTP geantwortet ({1}).",
    "The connection to {} failed ({}).": "Die Verbindung zu {0} ist gescheitert ({1}).",
    "The host name of {} was not resolved in time.": "Der Rechnername von {0} wurde nicht rechtzeitig aufgelöst.",
    "The host name of {} was not found in the DNS.": "Der Rechnername von {0} steht nicht im DNS.",
    "The address is ambiguous: write it in its usual form.": "Die Adresse ist mehrdeutig: bitte in der üblichen Form "
    "schreiben.",
    "In {}, the pages of [web] would be open to other machines over plain HTTP: set web.public_url to the https address that people open.": "In {} wären die Seiten von [web] für andere Rechner ohne Verschlüsselung offen: bitte mit web.public_url die https-Adresse nennen, die geöffnet wird.",
    # Parts of sentences.
    "{} (if this continues, `datenkontor doctor` compares the clocks and names what the participant list says)": "{0} (bleibt "
    "das so: `datenkontor doctor` vergleicht die Uhren und nennt, was auf der Teilnehmerliste steht)",
    "it is nested deeper than {} levels": "mehr als {0} Ebenen tief verschachtelt",
    "it contains a lone surrogate, which JSON cannot carry": "mit einem halben Zeichen, das JSON nicht darstellen kann",
    "a person: the duty names no address": "einen Menschen: die Pflicht nennt keine Adresse",
    "The reservation policy does not provably contain the offer: widen it.": "Die Verhandlungsgrenze enthält das Angebot nicht nachweislich: bitte erweitern.",
    "The reservation policy does not provably contain the offer ({}): widen it.": "Die Verhandlungsgrenze enthält das Angebot nicht nachweislich ({0}): bitte erweitern.",
    "The reservation policy does not provably contain the offer": "Die Verhandlungsgrenze enthält das Angebot nicht nachweislich",
    "the counterparty reports the process as terminated": "der Vertragspartner meldet den Vorgang als abgebrochen",
    "the first message": "die erste Nachricht",
    "{} has the member {}: write it as {}.": "{0} enthält das Element {1}: bitte als {2} schreiben.",
    "The dataAddress is not one of HTTP: send one with the endpointType HttpData.": "Die dataAddress ist keine für HTTP: "
    "bitte eine mit dem endpointType HttpData senden.",
    "The negotiation was decided or changed meanwhile: read it again before you answer.": "Inzwischen wurde entschieden, oder der Vertragspartner hat etwas geändert: bitte neu laden und dann antworten.",
    "The offer was withdrawn: decline the request with a reason.": "Das Angebot wurde zurückgezogen: bitte die Anfrage mit einer Begründung ablehnen.",
    "This connector has no pages: set web.port in its settings, and restart it.": "Dieser Konnektor hat keine Seiten: bitte web.port in den Einstellungen setzen und neu starten.",
    "Here is no role {}: choose from {}.": "Die Rolle {0} gibt es hier nicht: bitte aus {1} wählen.",
    "A role is named twice: name each role once.": "Eine Rolle ist doppelt genannt: bitte jede Rolle einmal nennen.",
    "A user {} already exists: use another name.": "Ein Konto {} gibt es schon: bitte einen anderen Namen wählen.",
    "Unknown user {}: list the users to find the name.": "Das Konto {} ist unbekannt: die Liste der Benutzer nennt die Namen.",
    "The link was used or is over: ask for a new one (`user reset`).": "Der Link wurde schon benutzt oder ist abgelaufen: bitte einen neuen anfordern (`user reset`).",
    "The present password is not right: enter it again.": "Das bisherige Passwort stimmt nicht: bitte noch einmal eingeben.",
    "A password has {} to {} characters: choose another one.": "Ein Passwort hat {} bis {} Zeichen: bitte ein anderes wählen.",
    "The password is easy to guess: choose several words that do not name you.": "Das Passwort ist leicht zu erraten: bitte mehrere Wörter ohne den eigenen Namen wählen.",
    "Another request changed the user: read it again, then repeat the change.": "Das Konto wurde inzwischen geändert: bitte neu laden und die Änderung wiederholen.",
    "Another payment was recorded meanwhile: read the payments again, then repeat.": "Inzwischen wurde eine andere Zahlung eingetragen: bitte die Einträge unten ansehen, dann wiederholen.",
    "Too many sign-ins wait at the same time: try again in a minute.": "Zu viele Anmeldungen zur gleichen Zeit: bitte in einer Minute noch einmal versuchen.",
    "The months {} to {} are no period of 1 to {} months: change one of them.": "Die Monate {0} bis {1} sind kein Zeitraum "
    "von 1 bis {2} Monaten: bitte einen davon ändern.",
    "The period has more than {} sums: ask for fewer months, or narrow it.": "Der Zeitraum hat mehr als {0} Summen: bitte "
    "nach weniger Monaten fragen oder ihn eingrenzen.",
    "Rows are not sorted by {}: sort by one of {}.": "Nach {0} wird nicht sortiert: möglich ist {1}.",
    "The text {} is no month: write a month as 2026-11.": "Der Text {0} ist kein Monat: bitte einen Monat wie 2026-11 "
    "angeben.",
    # Credentials of this participant.
    "identity.of_kit in the settings is for the conformance kit only: remove it, or set mode to development.": "`identity.of_kit` in den Einstellungen ist nur für das Konformitäts-Kit: bitte entfernen, oder `mode` auf development setzen.",
    "The credential cannot be verified now: {}": "Der Nachweis lässt sich gerade nicht prüfen: {0}",
    "The credential is refused ({}): {}": "Der Nachweis wird nicht angenommen ({0}): {1}",
    "The caller could not be answered within {} s.": "Die Antwort war innerhalb von {0} s nicht möglich.",
    "The limit of {} credentials is reached: remove others first.": "Die Höchstzahl von {0} Nachweisen ist erreicht: bitte zuerst andere entfernen.",
    "A credential has a type that was not requested.": "Ein Nachweis ist von einer Art, die nicht beantragt wurde.",
    "A credential is not of its credentialType, or its issuer is not trusted for it.": "Ein Nachweis ist nicht von der genannten Art, oder dem Aussteller wird dafür nicht vertraut.",
    "A credential is of another profile than its format says.": "Ein Nachweis hat ein anderes Profil, als sein Format sagt.",
    "A credential is signed by another issuer than the sender.": "Ein Nachweis ist von einem anderen Aussteller als dem Absender.",
    "No such request was made: check holderPid.": "Ein solcher Antrag wurde nicht gestellt: bitte `holderPid` prüfen.",
    "The request was answered with credentials before.": "Der Antrag wurde bereits mit Nachweisen beantwortet.",
    "issuer is not who sends the offer.": "`issuer` ist nicht, wer das Angebot sendet.",
    "the access token has expired: send the message again for a new one.": "das Zugangstoken für Nachweise ist abgelaufen: bitte die Nachricht erneut senden.",
    "the access token was made for another participant.": "das Zugangstoken für Nachweise ist für einen anderen Teilnehmer.",
    "the access token was not made here.": "das Zugangstoken für Nachweise ist nicht von hier.",
    "the access token was not made here: {}": "das Zugangstoken für Nachweise ist nicht von hier: {0}",
    "the token has no access token in the claim token.": "das Zugangstoken enthält im Feld `token` kein Zugangstoken für Nachweise.",
}
