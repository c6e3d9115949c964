"""German sentences of the command line."""

SENTENCES: dict[str, str] = {
    # Listings and confirmations.
    "nothing": "Keine Einträge vorhanden.",
    "more": "Weitere Einträge folgen: Befehl mit --after {cursor} oder --all wiederholen.",
    "yes-no": "[j/N]",
    "add-yes": "{question} Zum Bestätigen --yes angeben.",
    "unchanged": "Es wurde nichts geändert.",
    "ask-overwrite": "{path} existiert bereits und wird überschrieben.",
    # The set-up of a folder.
    "init-done": "{name} ({id}) ist in {folder} eingerichtet.",
    "init-key": "Der Verwaltungsschlüssel; jetzt sicher ablegen, er wird nicht noch einmal angezeigt:",
    "init-next": "Als Nächstes:",
    "init-near": "{url} ist nur von diesem Rechner erreichbar.",
    "init-local": "Nur von diesem Rechner erreichbar; mit --public-url auch für andere.",
    "init-hand": "diesen Teilnehmerausweis an den Betreiber des Datenraums senden",
    "init-operator": "dort den öffentlichen Schlüssel des Betreibers des Datenraums ablegen",
    "init-list": "dort die Teilnehmerliste ablegen",
    # Assets and the participant list.
    "asset-stays": "{title} bleibt als {id} gespeichert: `asset show {id}` zeigt den Stand, `asset publish {id}` "
    "veröffentlicht es.",
    "asset-added": "{title}: gespeichert als {id} ({status}).",
    "asset-changed": "{title}: geändert ({members}).",
    "asset-version": "{title}: Version {version} wird angeboten.",
    "asset-removed": "{title}: gelöscht.",
    "ask-remove-asset": "{id} wird dann gelöscht; im Protokoll bleibt ein Nachweis.",
    "suggested-data": "Die Daten zeigen auch dies; wenn es stimmt, bitte angeben: {options}",
    "suggested-offer": "Das zuletzt veröffentlichte Angebot nennt dies; gilt es auch hier, bitte angeben: {options}",
    "asset-read-as": "Gelesen als {reading}.",
    "received-folder": "Die Pfade liegen unter {folder}. Was `get` oder `sync` gespeichert hat, "
    "liegt in dem dort angegebenen Ordner; `transfer show` nennt die Ablage von Daten, die woandershin gehen.",
    "would-clean": "{count} Dateien ({size}) würden gelöscht.",
    "would-clean-one": "1 Datei ({size}) würde gelöscht.",
    "ask-clean": "{count} empfangene Dateien ({size}) werden gelöscht.",
    "ask-clean-one": "1 empfangene Datei ({size}) wird gelöscht.",
    "cleaned": "Gelöschte Dateien: {count} ({size}).",
    "not-cleaned": "{path} konnte nicht gelöscht werden: bitte die Rechte prüfen.",
    "asset-status": "{title}: {status}.",
    "ask-withdraw": "{id} wird dann nicht mehr angeboten; geschlossene Verträge gelten weiter.",
    "ask-end-agreements": "{id} wird dann nicht mehr angeboten; alle Verträge darüber enden mit ihren Lieferungen.",
    "agreements-remain": "Weiterhin gültige Verträge: {agreements}; laufende Lieferungen: {running}. "
    "Mit --end-agreements werden sie beendet.",
    "requests-wait": "Anfragen, die auf einen Menschen warten: {waiting}. `hold list` zeigt sie.",
    "requests-wait-one": "1 Anfrage wartet auf einen Menschen. `hold list` zeigt sie.",
    "ask-remove-issuer": "{id} signiert diese Liste: Ohne diesen Eintrag erreichen und durchsuchen ihn die Teilnehmer "
    "nicht mehr.",
    "ask-publish-empty": "Die Liste hat keine Mitglieder: Danach nimmt kein Teilnehmer mehr einen anderen an.",
    "ask-remove": "{id} ist dann kein Mitglied mehr.",
    # Consents, events and payments.
    "purpose-new": "Zu {id} war für diesen Zweck bisher nichts eingetragen. Falls das nicht stimmt, bitte Zweck "
    "und Schreibweise mit den Daten vergleichen.",
    "person-new": "Zu {id} war bisher nichts eingetragen. Falls das nicht stimmt, bitte die Schreibweise mit den Daten "
    "vergleichen.",
    "ask-withdraw-consent": "Daten über {id} werden dann nicht mehr auf Grundlage der Einwilligung geliefert.",
    "consents-recorded": "Einwilligungen eingetragen: {count}.",
    "consents-line": "Zeile {line} der Datei ist Eintrag {number}.",
    "consents-stopped": "Import abgebrochen. Einwilligungen eingetragen: {count}; nicht eingetragen: ab Zeile {line}.",
    "event-unnamed": "Noch nennen keine Nutzungsbedingungen und kein Vertrag {name}: Bei einem Schreibfehler beendet "
    "`event end {name}` es wieder.",
    "description-holds": "Die Signatur ist die von {issuer}; die Selbstbeschreibung gilt bis {until}.",
    "event-active": "{name} dauert seit {at} an.",
    "event-over": "{name} ist seit {at} vorbei.",
    "sheet-delimiter": ";",
    "paid": "{id}: {state}; bisher bezahlt: {amount} {currency}.",
    "paid-open": "{id}: {state}, zu zahlen: {due} {currency}; bisher bezahlt: {amount} {currency}.",
    "payment-corrects": "nimmt Nummer {number} zurück",
    "payment-taken-back": "zurückgenommen",
    # Negotiations, agreements and transfers.
    "ask-terminate": "{id} wird dann endgültig abgebrochen.",
    "ask-changed-offer": "Das Angebot wurde geändert, seit {id} wartet. Der Vertrag wird zu den angefragten "
    "Bedingungen geschlossen.",
    "ask-reject": "{id} wird dann abgelehnt und endgültig abgebrochen.",
    "ask-withdraw-agreement": "Der Vertrag {id} wird dann zurückgezogen: seine Lieferungen enden, neue beginnen nicht.",
    "audit-exported": "{path} ist geschrieben. Einträge: {entries}.",
    "audit-verified": "{file} ist unversehrt. Einträge: {entries}; Wurzel des Protokolls: {root}.",
    "not-changed": "{path} ist unverändert: es wurde nichts genutzt.",
    "ask-block": "{id} wird ausgeschlossen: Anfragen werden abgelehnt, Verhandlungen und Lieferungen enden.",
    "participant-blocked": "{id} ist seit {at} ausgeschlossen: {reason}",
    "participant-unblocked": "{id} ist wieder zugelassen.",
    "agreements-ended": "Beendete Verträge: {count}. "
    "Wer gerade Daten bezieht, erfährt es jetzt, alle anderen bei ihrer nächsten Lieferung.",
    "holders-learn": "Wer gerade Daten bezieht, erfährt es jetzt, alle anderen bei ihrer nächsten Lieferung.",
    "agreement-withdrawn": "{id} ist seit {at} zurückgezogen.",
    "state": "{id}: {state}.",
    "state-requested": "angefragt, noch nicht bestätigt",
    "state-pending": "{state} ({message} unterwegs)",
    "waits": "{id} wartet auf eine Entscheidung: {reason}",
    "continues": "{id} ist nach {seconds:g} s noch nicht beendet (Stand: {state}) und läuft weiter; "
    "möglicherweise fehlt eine Zustimmung.",
    "continues-refused": "{id} ist noch {state}. {reason}",
    "continues-fault": "{id} ist nach {seconds:g} s noch nicht beendet (Stand: {state}) und wird erneut versucht: "
    "{fault}",
    "terminated": "{id} wurde von {by} abgebrochen: {reason}",
    # Search and get.
    "results": "{shown} von {total} Treffern; abrufen mit: datenkontor get NUMMER",
    "corrected": "Nichts enthält diese Wörter: Die Treffer enthalten ähnliche.",
    "reindex": "Der Suchindex des Brokers unter {address} wird neu aufgebaut; bis dahin antwortet der bisherige.",
    "more-results": "Weitere Treffer folgen: Befehl mit --after {cursor} wiederholen.",
    "pages-repeat": "Die Seiten bilden einen Kreis: Dieselbe Seite kam zweimal, die Liste ist daher nicht vollständig. "
    "Bitten Sie den Anbieter, den Link seines Katalogs zu berichtigen.",
    "step-unstated": "Der Anbieter nennt zu {id} weder Prüfsumme noch Datum: die Daten werden übertragen, "
    "das ist eine Nutzung.",
    "step-unseen": "{id} wird nicht übertragen: Die Nutzungen sind begrenzt, und der Anbieter nennt nichts, woran "
    "sich eine Änderung erkennen lässt.",
    "step-hidden": "Der Anbieter zeigt {id} nicht mehr: die Daten werden übertragen, was als Nutzung zählt.",
    "unseen-hidden": "Ob sich etwas geändert hat, ist nicht zu erkennen: Der Anbieter zeigt die Daten nicht mehr. "
    "Weil die Nutzungen begrenzt sind, wurde nichts übertragen; das geht mit: "
    "datenkontor get {participant} {dataset}",
    "unseen-unstated": "Ob sich etwas geändert hat, ist nicht zu erkennen: Der Anbieter nennt weder Prüfsumme noch "
    "Datum. Weil die Nutzungen begrenzt sind, wurde nichts übertragen; das geht mit: "
    "datenkontor get {participant} {dataset}",
    "changed-kept": "Hier geändert und aufgehoben: {count} ({files}).",
    "ask-renew": "Neu anfragen: einen neuen Vertrag verlangen (--renew).",
    "ask-again": "Neu anfragen mit: datenkontor get {participant} {dataset} --renew",
    "agreement-over": "Der Vertrag gilt nicht mehr.",
    "former-files": "Nicht mehr geliefert: {count} ({files}); --delete entfernt, was unverändert ist.",
    "former-removed": "Entfernt: {count} ({files}).",
    "hidden": "(wird nicht angezeigt)",
    "ask-open": "{id} ist veröffentlicht und steht danach allen Teilnehmern offen.",
    "no-agreement": "Zu diesen Daten besteht kein Vertrag: Wird {folder} gelöscht, entfällt diese Zeile.",
    "step-negotiating": "Der Vertrag wird verhandelt ({id}) …",
    "step-agreed": "Vertrag: {id}",
    "step-transferring": "Die Daten sind unterwegs ({id}) …",
    "step-waiting": "Es wird gewartet: {reason}",
    "saved": "{path}: {size}, SHA-256 {sha256}",
    "interrupted": "Unterbrochen: Derselbe Befehl setzt die Arbeit fort.",
    "list-in-use": "Version {version}, gültig bis {until}, noch {days_left} Tage",
    # The states of the sources of a broker.
    "source-NEW": "noch nicht eingelesen.",
    "source-ONLINE": "zuletzt erfolgreich eingelesen.",
    "source-SUSPECT": "Das letzte Einlesen ist fehlgeschlagen; "
    "die Datenangebote bleiben auffindbar, ein neuer Versuch folgt bald.",
    "source-OFFLINE": "Das Einlesen ist dreimal oder seit 15 Minuten fehlgeschlagen; "
    "die Datenangebote gelten als möglicherweise veraltet und werden nach einem Tag verborgen.",
    "source-DEAD": "Das Einlesen ist seit fünf Tagen fehlgeschlagen, oder der Teilnehmer steht nicht mehr auf der "
    "Liste; die Datenangebote sind nicht mehr auffindbar.",
    # Policies.
    "policy-good": "Die Nutzungsbedingungen in {file} können angeboten werden.",
    "policy-bad": "Die Nutzungsbedingungen in {file} können nicht angeboten werden. Fehler: {count}.",
    "within": "Die ersten Nutzungsbedingungen erlauben alles, was die zweiten verlangen.",
    "beyond": "Die zweiten Nutzungsbedingungen verlangen mehr, als die ersten erlauben.",
    "within-unknown": "Ob die zweiten Nutzungsbedingungen innerhalb der ersten bleiben, ist nicht entscheidbar.",
    "cases-good": "{count} Fälle mit erwartetem Ergebnis.",
    "cases-good-one": "1 Fall mit erwartetem Ergebnis.",
    "cases-bad": "Fälle mit einem anderen Ergebnis als erwartet: {count} von {total}.",
    "permitted": "erlaubt",
    "denied": "abgelehnt",
    "duties": "Erforderlich: {duties}.",
    "turns": "Ab {at}: {verdict}.",
    # Backups.
    "backup-written": "{file}: {count} Dateien gesichert.",
    "backup-outside": "Nicht gesichert, weil außerhalb des Ordners: {path}",
    "restored": "Wiederhergestellt in {folder}.\n"
    "Der Stand ist der der Sicherung: seither zurückgezogene Verträge und ausgeschlossene Teilnehmer erneut\n"
    "zurückziehen und ausschließen, gezählte Nutzungen prüfen.\n"
    "Weiter mit:\n  datenkontor doctor --settings {settings}\n  datenkontor serve --settings {settings}",
    # Parts of tables and details, and the work on the participant list.
    "true": "ja",
    "false": "nein",
    "pending": "{message}, {attempts}-mal versucht",
    "pending-in-doubt": "{message}, {attempts}-mal versucht, Zustellung ungewiss",
    "pending-fault": "{pending}: {fault}",
    "pending-next": "{pending}; nächster Versuch um {at}",
    "ended": "{reason} ({code}, durch {by})",
    "moved-of": "{moved} von {size}",
    "sign-comma": "Komma",
    "sign-point": "Punkt",
    "sign-space": "Leerzeichen",
    "sign-apostrophe": "Apostroph",
    "sign-tab": "Tabulator",
    "sign-semicolon": "Semikolon",
    "record-number": "Datensatz {number}",
    "records-all": "{records} (alle)",
    "field-dates": "{name} (Datum)",
    "field-mixed": "{name} (Zahlen: {numbers}, anderes: {others}, etwa {example!r})",
    "unread": "{name}: {count} Werte sind keine Zahlen; der erste ist {example!r} in Zeile {line}.",
    "unread-one": "{name}: 1 Wert ist keine Zahl: {example!r} in Zeile {line}.",
    "unread-record": "{name}: {count} Werte sind keine Zahlen; der erste ist {example!r} in Datensatz {line}.",
    "unread-record-one": "{name}: 1 Wert ist keine Zahl: {example!r} in Datensatz {line}.",
    "format-geojson": "GeoJSON wird als Datei geliefert, nicht als Datensätze: zum Filtern oder Verändern als CSV oder "
    "JSON-Liste anbieten.",
    "format-sheet": "Eine Tabelle wird als Datei geliefert, nicht als Datensätze: zum Filtern oder Verändern als CSV "
    "speichern.",
    "format-packed": "Eine gepackte Datei wird geliefert, wie sie ist, nicht als Datensätze: zum Filtern oder "
    "Verändern entpacken.",
    "format-zip": "Ein Archiv wird als Datei geliefert: Um seine Dateien anzubieten, entpacken und --folder verwenden.",
    "field-numbers": "{name} (Zahlen)",
    "field-text": "{name} (Text)",
    "used": "{count}-mal, {size}",
    "used-one": "1-mal, {size}",
    "by-receipt": "Bestätigung",
    "by-connector": "Konnektor",
    "title-only-for": "{title} (nur für {parties})",
    "offer-problem": "Hier nicht annehmbar: {reason}",
    "offer-named": "Angebot {id}",
    "or": "  oder  ",
    "roster-created": "{path}: Teilnehmerliste von {issuer}.",
    "roster-replaced": "{id} ist ersetzt.",
    "roster-added": "{id} ist aufgenommen.",
    "roster-removed": "{id} ist gestrichen.",
    "roster-publish": "Damit das gilt, die Liste veröffentlichen: datenkontor roster publish",
    "roster-published": "{path}: Version {version}, {count} Mitglieder, gültig bis {until}.",
    "roster-published-one": "{path}: Version {version}, 1 Mitglied, gültig bis {until}.",
    "roster-draft": "Teilnehmerliste von {issuer}; zuletzt veröffentlichte Version: {version}.",
    "roster-first-draft": "Teilnehmerliste von {issuer}; noch keine Version veröffentlicht.",
    "roster-valid": "{mark} {path} ist gültig: Version {version} von {issuer}, {count} Mitglieder, bis {until}.",
    "roster-valid-one": "{mark} {path} ist gültig: Version {version} von {issuer}, 1 Mitglied, bis {until}.",
}
