"""German sentences about the authority of a data space and its members."""

SENTENCES: dict[str, str] = {
    "needs-https": "Die öffentliche Adresse {url} ist keine https-Adresse und nicht localhost, deshalb kann keine "
    "Kennung sie benennen: protocol.public_url auf die Adresse setzen, unter der andere den Prozess "
    "erreichen.",
    "no-passphrase": "Die Einstellungen nennen kein Passwort: bitte in eine Datei mit dem Modus 0600 schreiben und die "
    "Datei in identity.secret_file angeben.",
    "protected": "Mit dem Passwort verschlüsselt: {names}.",
    "all-protected": "Kein privater Schlüssel liegt ohne Passwort in einer Datei: nichts wurde geändert.",
    "no-hardware": "Die Einstellungen nennen kein Token: bitte den Abschnitt identity.hardware mit module, token und "
    "label ergänzen.",
    "key-created": "Der Schlüssel {id} liegt im Token {token} und kann es nicht verlassen; er steht im Ausweis {card}.",
    "in-token": "Der Schlüssel liegt im Token {token}: bitte identity.hardware ein anderes label geben, `key create` "
    "ausführen und den Ausweis an den Betreiber des Datenraums senden.",
    "no-rotation": "Die Vertrauensstelle wechselt nur den Schlüssel eines Teilnehmers mit dem Verfahren dcp: "
    "bitte `card --new-key` verwenden und den Ausweis an den Betreiber des Datenraums senden.",
    "ask-rotate": "Ein neuer Schlüssel ersetzt {path} mit dem nächsten Start. Jetzt erzeugen?",
    "ask-announce": "Ein neuer Schlüssel kommt in die Liste und das Dokument; {path} unterschreibt weiter. Jetzt "
    "erzeugen?",
    "key-announced": "Die Liste enthält nun auch den neuen Schlüssel {id}. Den Prozess neu "
    "starten; nach {minutes} Minuten noch einmal `key rotate`: Dann unterschreibt er mit dem neuen.",
    "key-rotated": "Die Liste enthält den neuen Schlüssel {id} neben {former}. Den Prozess neu starten; wenn alle die "
    "Liste kennen, den alten Schlüssel mit `key revoke {former}` beenden.",
    "key-in-use": "Der Schlüssel {id} ist in Gebrauch: bitte zuerst wechseln.",
    "key-unknown": "Es gibt keinen früheren Schlüssel {id}: `key list` nennt sie.",
    "ask-revoke-key": "Nichts, was der Schlüssel {id} signiert, gilt dann noch. Den Schlüssel beenden?",
    "key-revoked": "Der Schlüssel {id} ist beendet. Den Prozess neu starten; die Datei {file} wird nicht mehr "
    "gebraucht.",
    "needs-url": "Der Ordner {directory} ist nicht eingerichtet: --public-url mit der "
    "https-Adresse angeben, unter der andere den Konnektor erreichen.",
    "exists": "Es gibt bereits eine Vertrauensstelle, in {folder}: Sie bleibt, wie sie ist.",
    "none": "Die Einstellungen {file} nennen keine Vertrauensstelle: `authority init` mit den "
    "Einstellungen des Brokers ausführen.",
    "made": "Die Vertrauensstelle {did} ist angelegt, in {folder}.",
    "roots": "Den Hauptschlüssel {root} und den Ersatzschlüssel {spare} jetzt von diesem Rechner "
    "wegbringen, an zwei verschiedene Orte.",
    "profile": "{path} legt fest, wessen Nachweise zählen; `authority publish` signiert es mit der Liste.",
    "moving": "Für die Mitglieder geht es weiter wie bisher. Jedes Mitglied einladen; wenn alle "
    "beigetreten sind, moving_over aus dem Profil entfernen und die Liste veröffentlichen.",
    "published": "Version {version} der Liste ist veröffentlicht, gültig bis {until}; {heard} von "
    "{members} Mitgliedern sind benachrichtigt, und jedes prüft sie selbst.",
    "rotated": "Zertifikat {number} ist ausgestellt; der neue Schlüssel signiert bis {until}.",
    "ask-stolen": "Alle Nachweise dieser Vertrauensstelle enden jetzt, und jeder Prozess fordert "
    "seinen von selbst neu an. Fortfahren?",
    "no-spare": "Es gibt keinen Ersatzschlüssel mehr: `authority renew` erzeugt mit derselben Datei das nächste Paar.",
    "ask-recover": "Die Mitglieder lehnen den ersten Hauptschlüssel von nun an ab, endgültig. Fortfahren?",
    "invited": "Den Link so an {name} senden, dass niemand sonst ihn liest. Er gilt einmal, "
    "innerhalb von {count} Tagen.",
    "namesake": "{id} heißt bereits {name}. Mit dem eigenen Schlüssel dient dieser Link dort einem neuen Hostnamen; "
    "Rollen und Angaben bleiben. Alle anderen werden ein zweites Mitglied dieses Namens.",
    "invited-one": "Den Link so an {name} senden, dass niemand sonst ihn liest. Er gilt einmal, innerhalb eines Tages.",
    "ask-suspend": "Bis zur Wiederzulassung spricht dann niemand mit {id}, und was mit dieser Stelle läuft, endet. "
    "Mitgliedschaft ruhen lassen?",
    "restored": "Dies ist die Vertrauensstelle eines Datenraums, und die Mitglieder lehnen Listen ab, die älter sind "
    "als die, die sie kennen. Sobald der Prozess läuft: wiederholen, was sich seit der Sicherung geändert hat, und "
    "`datenkontor authority rotate --root DATEI --stolen --settings {settings}` ausführen, für jeden Wechsel seit der "
    "Sicherung noch einmal.",
    "changed": "{id} ist geändert.",
    "change-nothing": "Es gibt nichts zu ändern: bitte --role oder --claim angeben.",
    "more-roles": "Andere Mitglieder sehen die neue Rolle, sobald {id} den nächsten Nachweis hat: dort fordert ihn "
    "`datenkontor credential renew` an.",
    "suspended": "Die Mitgliedschaft von {id} ruht.",
    "admitted": "{id} nimmt wieder teil.",
    "ask-revoke": "{id} ist dann kein Mitglied mehr, und die Nachweise enden endgültig. Mitgliedschaft widerrufen?",
    "revoked": "Die Mitgliedschaft von {id} ist widerrufen.",
    "open": "Eingeladen bis {until}: {name}",
    "partner-added": "{id} ist gelistet, für {types}.",
    "partner-changed": "{id} ist gelistet, für {types}; zuvor für {before}.",
    "partner-lacks": "Ihr Profil verlangt {types}; {id} darf das hier nicht ausstellen: Wo es verlangt wird, werden "
    "die Mitglieder abgelehnt. Wenn das nicht sein soll, bitte --type damit angeben.",
    "agreed": "Der Einladung für {name} ist zugestimmt; ihr Link gilt jetzt.",
    "ask-withdraw": "Mit dem Link für {name} wird dann niemand mehr Mitglied. Die Einladung zurückziehen?",
    "withdrawn": "Die Einladung für {name} ist zurückgezogen.",
    "ask-partner": "Was mit den Mitgliedern von {id} läuft, endet. Von der Liste nehmen?",
    "not-partner": "{id} ist keine gelistete Vertrauensstelle: `authority partner list` listet sie auf.",
    "partner-removed": "{id} ist nicht mehr gelistet.",
    "ask-renew": "Die Mitglieder lehnen die alten Hauptschlüssel von nun an ab, endgültig. Fortfahren?",
    "ask-renew-by-hand": "Jedes Mitglied muss die neuen Hauptschlüssel von Hand eintragen, bevor der Schlüssel des "
    "Ausstellers endet. Fortfahren?",
    "spare-or-hand": "Entweder benennt der Ersatzschlüssel die neuen Hauptschlüssel, oder die Mitglieder tragen sie "
    "von Hand ein: bitte --spare oder --by-hand angeben.",
    "pin-later": "Die Mitglieder folgen von selbst. Wer von Hand einträgt, vergleicht den Fingerabdruck {root}.",
    "pin-by-hand": "Jedem Mitglied den Fingerabdruck am Telefon nennen; es führt `datenkontor authority pin {root}` "
    "aus. Wenn alle so weit sind, `authority rotate` mit dem neuen Hauptschlüssel ausführen: Dann zählen die alten "
    "nicht mehr. Der Prozess dieses Ordners kennt die neuen nach einem Neustart: bitte vorher neu starten.",
    "not-followed": "Die Einstellungen {file} lesen keine Liste von der Adresse einer Vertrauensstelle: bitte die "
    "Datei mit den Hauptschlüsseln übergeben und in identity.operator_key angeben.",
    "pinned": "Die Hauptschlüssel in {path} sind eingetragen. Bitte den Prozess neu starten.",
    "own-root": "Der Fingerabdruck des eigenen Hauptschlüssels ist {root}.",
    "joined": "{name} ist jetzt Mitglied.",
    "join-goes-on": "Vielleicht hat die Vertrauensstelle die Anfrage angenommen: Der Ordner behält den Schlüssel, der "
    "gefragt hat. Bitte beheben, was unten steht, und `join` mit derselben Einladung noch einmal aufrufen.",
    "joined-again": "{name} ist bereits Mitglied; die Antwort der Vertrauensstelle wurde erneut gespeichert.",
}
