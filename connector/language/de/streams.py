"""Deutsche Sätze über Datenströme: was fehlt, warum nichts ankommt, und was Leser erfahren."""

SENTENCES: dict[str, str] = {
    "lost-too-large": "Die Nachrichten sind größer, als das Angebot erlaubt.",
    "lost-overflow": "Die Quelle hat schneller gesendet, als Nachrichten gespeichert werden können.",
    "lost-at-source": "Der Broker des Anbieters hat die Nachrichten nicht lange genug aufbewahrt.",
    "lost-unreadable": "Die Nachrichten haben nicht das Format des Angebots.",
    "lost-untreatable": "Die Nachrichten können nicht so aufbereitet werden, wie es die Vereinbarung verlangt.",
    "lost-old": "Der Anbieter bewahrt die Nachrichten nicht mehr auf.",
    "lost-unknown": "Der Anbieter kennt die Stelle nicht: Es können Nachrichten fehlen.",
    "silence-silent": "Die Quelle hat seit einiger Zeit nichts gesendet.",
    "silence-unavailable": "Die Quelle des Anbieters ist zurzeit nicht erreichbar.",
}
