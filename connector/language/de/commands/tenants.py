"""German sentences of tenants, and of what the code writes in English about them."""

SENTENCES: dict[str, str] = {
    "added": "Der Mandant {name} ist angelegt: {id}, erreichbar unter {address}.",
    "card": "Bitte den Teilnehmerausweis dem Betreiber des Datenraums geben: {card}",
    "ask-suspend": "Den Mandanten {name} anhalten? Vertragspartner werden vertröstet, niemand kann sich anmelden.",
    "suspended": "Der Mandant {name} ist angehalten; seine Daten bleiben.",
    "resumed": "Der Mandant {name} nimmt wieder teil.",
    "exported": "{file}: {rows} Zeilen und {files} Dateien. Bitte so sicher aufbewahren wie den privaten Schlüssel.",
    "ask-remove": "Den Mandanten {name} mit allen Daten entfernen? Das lässt sich nicht rückgängig machen.",
    "removed": "Der Mandant {name} und alle seine Daten sind entfernt.",
    "still-leaving": "Der Mandant {name} nimmt nicht mehr teil, seine Daten sind aber noch da: Der Prozess entfernt sie; "
    "sonst bitte den Befehl wiederholen, wenn der Prozess beendet ist.",
    "unknown": "Den Mandanten {name} gibt es nicht: `datenkontor tenant list` zeigt alle.",
    "file-exists": "Die Datei {file} gibt es schon: bitte eine neue nennen.",
    "no-folder": "Die Einstellungen {file} nennen keinen Ordner für Mandanten: bitte `folder` im Abschnitt [tenants] "
    "ergänzen und neu starten.",
    "refused-form": "Der Name {name} eignet sich nicht für Adressen: bitte 2 bis 40 Kleinbuchstaben, Ziffern und "
    "Bindestriche verwenden, am Anfang ein Buchstabe.",
    "refused-reserved": "Den Namen {name} verwendet der Konnektor selbst: bitte einen anderen wählen.",
    "refused-taken": "Den Mandanten {name} gibt es schon: bitte einen anderen Namen wählen.",
    "refused-folder": "Einen Ordner {name} gibt es schon: bitte verschieben oder einen anderen Namen wählen.",
    "refused-full": "Für {name} ist kein Platz mehr: Ein Prozess hat höchstens 10.000 Mandanten.",
}
