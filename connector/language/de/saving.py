"""German texts of the pages of saved searches."""

SENTENCES: dict[str, str] = {
    "title": "Gespeicherte Suchen",
    "save": "Diese Suche speichern",
    "name": "Name der Suche",
    "name-hint": "Alle in Ihrer Organisation sehen ihn.",
    "no-name": "Der Name fehlt: Bitte sagen Sie in Worten, wofür die Suche ist.",
    "share": "Von den gespeicherten Suchen Ihrer Organisation stammen schon {most} von Ihnen, mehr sind es "
    "für eine Person nicht: Bitte entfernen Sie zuerst eine.",
    "no-search": "Diese Suche hat weder Wörter noch Filter: Bitte suchen Sie zuerst nach etwas.",
    "empty": "Es ist noch keine Suche gespeichert.",
    "empty-help": "Suchen Sie nach Daten, und speichern Sie die Suche über den Treffern. Dann "
    "sehen Sie hier, was neu ist.",
    "since": "Gespeichert am {at}",
    "open": "Alle Treffer ansehen",
    "remove": "Entfernen …",
    "feed": "Neue Adresse für den Feed",
    "feed-hint": "Ein Feed meldet neue Treffer in einem Leseprogramm. Mit einer neuen Adresse endet die alte.",
    "feed-title": "Feed der Suche {name}",
    "feed-lead": "Diese Adresse wird nur jetzt gezeigt. Wer sie kennt, kann die Treffer lesen.",
    "new-title": "Neu in: {name}",
    "new-hits": "Neue Treffer",
    "nothing-new": "Seit Ihrem letzten Blick ist nichts dazugekommen.",
    "more": "Es gibt weitere Neuigkeiten. Sie erscheinen, wenn diese gesehen sind.",
    "seen": "Alles gesehen",
    "done-gesehen": "Notiert. Beim nächsten Mal erscheint nur, was danach dazukommt.",
    "done-entfernt": "Die Suche ist entfernt.",
    "remove-title": "Gespeicherte Suche entfernen?",
    "remove-lead": "Die Suche „{name}“ und ihr Feed enden.",
    "remove-button": "Suche entfernen",
}
