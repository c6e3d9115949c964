"""Deutsche Sätze über das Einrichten eines Ordners, seinen Teilnehmerausweis und die Mitglieder der Liste."""

SENTENCES: dict[str, str] = {
    "already-member": "{id} ist schon Mitglied: --replace ersetzt den Eintrag; Rollen und Angaben bleiben.",
    "no-place": "Keine Kennung kann {url} benennen: bitte eine https-Adresse mit einem Rechnernamen oder localhost "
    "angeben, oder --identity roster verwenden.",
    "place-names": "Die Adresse benennt den Teilnehmer {did}, --id dagegen {id}: bitte --id weglassen oder --identity "
    "roster verwenden.",
    "ask-lose": "{id} verliert: {lost}.",
    "claim-unread": "Keine Bedingung, die diese Version kennt, liest die Angabe {name}: bitte den Namen prüfen.",
    "claim-term": "{value} ist kein Begriff, den das Vokabular für die Angabe {name} kennt: bitte prüfen oder eine IRI "
    "verwenden.",
    "claim-of": "Angabe {name}",
    "stands": "Rollen: {roles}; Angaben: {claims}",
    "ask-new-key": "{path} wird durch einen neuen Schlüssel ersetzt; Partner nehmen ihn erst mit der nächsten Teilnehmerliste an.",
    "ask-settings": "{path} wird mit den Standardwerten neu geschrieben; die alten Einstellungen bleiben daneben liegen.",
    "kept": "Die alte Datei bleibt erhalten: {path}",
    "card-written": "{path}: diesen Teilnehmerausweis an den Betreiber des Datenraums senden.",
    "new-key": "Den Konnektor neu starten, sobald die neue Teilnehmerliste veröffentlicht ist.",
    "new-operator-key": "Der Schlüssel signiert auch die Teilnehmerliste: mit `roster publish --former {former}` veröffentlichen und den neuen Ausweis an alle Teilnehmer geben.",
    "forward": "{url} an Port {port} dieses Rechners weiterleiten.",
    "forward-both-ports": "Partner öffnen nur Port 443, solange ihr `net.ports` keine weiteren nennt: beiden Adressen Port 443 geben, mit je einem Hostnamen (`--public-url` und `--second-url`; später: `protocol.public_url`, {later}).",
    "forward-ports": "Partner öffnen nur Port 443, solange ihr `net.ports` keine weiteren nennt: auch der zweiten Adresse Port 443 geben, mit eigenem Hostnamen (`--second-url`; später: {later}).",
    "source-missing": "Nicht in der Sicherung: {path}. Bitte in den Ordner der angebotenen Dateien kopieren.",
    "ask-reset-user": "Das Passwort von {name} gilt dann nicht mehr, und alle Anmeldungen enden.",
    "ask-disable-user": "{name} kann sich dann nicht mehr anmelden, und alle Anmeldungen enden.",
    "user-disabled": "{name} ist gesperrt; `user admit` hebt die Sperre auf.",
    "user-admitted": "{name} kann sich wieder anmelden.",
    "user-link": "Mit diesem Link wählt {person} ein Passwort. Er gilt einmal, bis {until}:",
    "first-link": "Erste Anmeldung an den Seiten, mit diesem Link (einmal, bis {until}): {link}",
    "ready-link": "gibt beim ersten Start den Link für die erste Anmeldung im Browser aus",
}
