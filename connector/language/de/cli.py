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
    "init-local": "Nur von diesem Rechner erreichbar; mit --public-url auch für andere.",
    "init-hand": "diesen Teilnehmerausweis an den Betreiber des Datenraums senden",
    "init-operator": "dort den öffentlichen Schlüssel des Betreibers des Datenraums ablegen",
    "init-list": "dort die Teilnehmerliste ablegen",
    # Assets and the participant list.
    "asset-added": "{title}: gespeichert als {id} ({status}).",
    "asset-changed": "{title}: geändert ({members}).",
    "asset-version": "{title}: Version {version} wird angeboten.",
    "asset-removed": "{title}: gelöscht.",
    "ask-remove-asset": "{id} wird dann gelöscht; im Protokoll bleibt ein Nachweis.",
    "asset-read-as": "Gelesen als {reading}.",
    "asset-status": "{title}: {status}.",
    "ask-withdraw": "{id} wird dann nicht mehr angeboten; geschlossene Verträge gelten weiter.",
    "ask-end-agreements": "{id} wird dann nicht mehr angeboten; alle Verträge darüber enden mit ihren Lieferungen.",
    "agreements-remain": "Weiterhin gültige Verträge: {agreements}; laufende Lieferungen: {running}. "
    "Mit --end-agreements werden sie beendet.",
    "ask-remove": "{id} ist dann kein Mitglied mehr.",
    # Consents, events and payments.
    "ask-withdraw-consent": "Daten über {id} werden dann nicht mehr auf Grundlage der Einwilligung geliefert.",
    "consents-recorded": "Einwilligungen eingetragen: {count}.",
    "consents-stopped": "Import abgebrochen. Einwilligungen eingetragen: {count}; nicht eingetragen: ab Zeile {line}.",
    "event-active": "{name} dauert seit {at} an.",
    "event-over": "{name} ist seit {at} vorbei.",
    "paid": "{id}: {state}, bezahlt {amount} {currency}.",
    # Negotiations, agreements and transfers.
    "ask-terminate": "{id} wird dann endgültig abgebrochen.",
    "ask-reject": "{id} wird dann abgelehnt und endgültig abgebrochen.",
    "ask-withdraw-agreement": "Der Vertrag {id} wird dann zurückgezogen: seine Lieferungen enden, neue beginnen nicht.",
    "agreement-withdrawn": "{id} ist seit {at} zurückgezogen.",
    "state": "{id}: {state}.",
    "state-requested": "angefragt, noch nicht bestätigt",
    "state-pending": "{state} ({message} unterwegs)",
    "waits": "{id} wartet auf eine Entscheidung: {reason}",
    "continues": "{id} ist nach {seconds:g} s noch {state} und läuft weiter; möglicherweise fehlt eine Zustimmung.",
    "terminated": "{id} wurde von {by} abgebrochen: {reason}",
    # Search and get.
    "results": "{shown} von {total} Treffern; abrufen mit: datenkontor get NUMMER",
    "more-results": "Weitere Treffer folgen: Befehl mit --after {cursor} wiederholen.",
    "pages-repeat": "Die Seiten bilden einen Kreis: Dieselbe Seite kam zweimal, die Liste ist daher nicht vollständig. "
    "Bitten Sie den Anbieter, den Link seines Katalogs zu berichtigen.",
    "step-negotiating": "Der Vertrag wird verhandelt ({id}) …",
    "step-agreed": "Vertrag: {id}",
    "step-transferring": "Die Daten sind unterwegs ({id}) …",
    "saved": "{path}: {size}, SHA-256 {sha256}",
    "interrupted": "Unterbrochen: Derselbe Befehl setzt die Arbeit fort.",
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
    "Weiter mit:\n  datenkontor doctor --settings {settings}\n  datenkontor serve --settings {settings}",
}
