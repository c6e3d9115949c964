"""German sentences about command lines that are used wrongly."""

SENTENCES: dict[str, str] = {
    "no-such-option": "Unbekannte Option {name}.",
    "near-option": "Unbekannte Option {name}: gemeint ist vielleicht {near}.",
    "missing-argument": "Es fehlt die Angabe {name}.",
    "missing-option": "Es fehlt die Option {name}.",
    "option-value": "Die Option {name} braucht einen Wert.",
    "option-flag": "Die Option {name} nimmt keinen Wert an.",
    "extra-argument": "Überzählige Angabe: {words}",
    "no-such-command": "Unbekannter Befehl {name}.",
    "near-command": "Unbekannter Befehl {name}: gemeint ist vielleicht {near}.",
    "missing-command": "Es fehlt ein Befehl: --help zeigt alle.",
    "no-choice": "Ungültiger Wert für {name}: {value} gehört nicht zu {choices}.",
    "no-whole-number": "Ungültiger Wert für {name}: bitte eine ganze Zahl angeben.",
    "no-number": "Ungültiger Wert für {name}: bitte eine Zahl angeben, Dezimalstellen mit Punkt.",
    "too-small": "Ungültiger Wert für {name}: der kleinste erlaubte ist {bound}.",
    "too-large": "Ungültiger Wert für {name}: der größte erlaubte ist {bound}.",
    "invalid-value": "Ungültiger Wert für {name}. Einzelheiten auf Englisch: „{problem}“",
    "wrong-use": "Falscher Aufruf. Einzelheiten auf Englisch: „{problem}“",
}
