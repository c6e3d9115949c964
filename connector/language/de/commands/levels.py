"""German sentences about tables of levels, under the English sentence."""

SENTENCES: dict[str, str] = {
    "More than {} fields have a table of levels: give fewer.": "Mehr als {0} Felder haben eine Tabelle der Ebenen: "
    "bitte weniger angeben.",
    "A table of levels has from 2 to {} columns with different names: correct its first line.": "Eine Tabelle der "
    "Ebenen hat 2 bis {0} Spalten mit verschiedenen Namen: bitte die erste Zeile berichtigen.",
    "The level {} cannot be used: write letters, digits, - and _, at most 40.": "Die Ebene {0} ist nicht verwendbar: "
    "möglich sind höchstens 40 Buchstaben, Ziffern, - und _.",
    "A table of levels has {} rows: use from 1 to {}, without those of addresses.": "Eine Tabelle der Ebenen hat {0} "
    "Zeilen: möglich sind 1 bis {1}, ohne Adressen.",
    "A table of levels has more than {} characters: use shorter names, or keys.": "Eine Tabelle der Ebenen hat mehr "
    "als {0} Zeichen: bitte kürzere Namen oder Schlüssel verwenden.",
    "Line {} of the table of levels does not have {} values of 1 to {} characters: complete it.": "Zeile {0} der "
    "Tabelle der Ebenen hat nicht {1} Werte aus 1 bis {2} Zeichen: bitte ergänzen.",
    "The table of levels names two places of {} at the level {}: a value lies in one, and never above itself.": "Die "
    "Tabelle der Ebenen nennt zu {0} auf der Ebene {1} zwei Gebiete: ein Wert liegt in einem, und nie über sich selbst.",
    "Unknown level: use one of {}.": "Unbekannte Ebene: möglich ist {0}.",
}
