"""German sentences of the demonstration."""

SENTENCES: dict[str, str] = {
    # One for each step.
    "set-up": "Vier Teilnehmer haben Schlüssel, Ausweis und Einstellungen; der Betreiber hat ihre Liste signiert.",
    "start": "Der Broker der Stadt, ein Amt und zwei Unternehmen laufen, jeweils in einem eigenen Prozess.",
    "publish": "Das Amt veröffentlicht {count} Angebote: {titles}.",
    "publish-one": "Das Amt veröffentlicht 1 Angebot: {titles}.",
    "index": "Der Broker hat die Kataloge eingelesen und {count} Angebote verzeichnet.",
    "index-one": "Der Broker hat die Kataloge eingelesen und 1 Angebot verzeichnet.",
    "search": "Das Unternehmen sucht „{words}“ und findet „{title}“ von {publisher}.",
    "terms": "Es liest die Nutzungsbedingungen: {terms}",
    "negotiate": "Es fragt Verträge an; beide Seiten haben denselben Text, Byte für Byte.",
    "push": "Das Amt sendet {file} zu: {size}, Prüfsumme gleich ({digest}…).",
    "pull": "Das Unternehmen ruft {count} Dateien ab: alle Prüfsummen sind gleich.",
    "pull-one": "Das Unternehmen ruft 1 Datei ab: ihre Prüfsumme ist gleich.",
    "live": "Es ruft die laufende Quelle zweimal ab und erhält jedes Mal neue Daten ({first} → {second}).",
    "refuse": "{name} wird abgelehnt, mit der Begründung: {reason}",
    "suspend": "Das Amt unterbricht die laufende Lieferung, und der nächste Abruf erhält keine Daten: {reason}",
    "resume": "Es setzt die Lieferung fort, und der nächste Abruf erhält wieder Daten ({reading}).",
    "terminate": "Es bricht die Lieferung ab; beide Seiten melden „abgebrochen“.",
    # The end.
    "done": "Fertig in {seconds:.1f} s. Weiterhin in Betrieb:",
    "try": "Zum Weiterprobieren:",
    "stop": "Beenden mit Strg+C; der Ordner {folder} wird dann gelöscht.",
    "stopped": "Beendet.",
    "failed": "Die Vorführung ist gescheitert: {reason} Die Protokolle sind in {folder}.",
    # The titles of the offers, and the reasons that the department sends.
    "readings": "Messwerte der Verkehrssensoren (synthetisch)",
    "counts": "Verkehrszählung nach Straßen (synthetisch)",
    "parking": "Freie Parkplätze, laufend (synthetisch)",
    "maintenance": "Das Amt unterbricht die Lieferung für Wartungsarbeiten.",
    "not-needed": "Die Lieferung wird nicht mehr gebraucht.",
}
