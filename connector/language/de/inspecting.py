"""German sentences about what an inspection finds in data."""

SENTENCES: dict[str, str] = {
    "empty": "{name} ist in allen {count} Zeilen leer.",
    "empty-one": "{name} ist in der einzigen Zeile leer.",
    "missing": "{name} ist in {count} von {of} Zeilen leer.",
    "missing-one": "{name} ist in einer von {of} Zeilen leer.",
    "placeholder": "{name} hat in {count} von {of} Zeilen den Wert {example}, weit weg von allen anderen: Er steht "
    "wohl für einen fehlenden Wert.",
    "placeholder-one": "{name} hat in einer von {of} Zeilen den Wert {example}, weit weg von allen anderen: Er steht "
    "wohl für einen fehlenden Wert.",
    "epoch": "{name} ist in {count} von {of} Zeilen von 1970 ({example}): Die Zeit wurde nie gesetzt.",
    "epoch-one": "{name} ist in einer von {of} Zeilen von 1970 ({example}): Die Zeit wurde nie gesetzt.",
    "old": "{name} ist in {count} von {of} Zeilen viel älter als in den anderen ({detail}): Dort steht etwas still.",
    "old-one": "{name} ist in einer von {of} Zeilen viel älter als in den anderen ({detail}): Dort steht etwas still.",
    "implausible": "{name} liegt in {count} von {of} Zeilen außerhalb von {detail}, zum Beispiel {example}.",
    "implausible-one": "{name} liegt in einer von {of} Zeilen außerhalb von {detail}, zum Beispiel {example}.",
    "stuck": "{name} ist in {count} von {of} Zeilen genau {example}: das Ende der Skala oder ein hängender Sensor.",
    "stuck-one": "{name} ist in einer von {of} Zeilen genau {example}: das Ende der Skala oder ein hängender Sensor.",
    "damaged": "{name} hat in {count} von {of} Zeilen beschädigte Zeichen, zum Beispiel {example}: Exportieren Sie "
    "die Daten erneut als UTF-8.",
    "damaged-one": "{name} hat in einer von {of} Zeilen beschädigte Zeichen, zum Beispiel {example}: Exportieren Sie "
    "die Daten erneut als UTF-8.",
    "no-number": "{name} hat in {count} von {of} Zeilen keine Hausnummer, zum Beispiel {example}.",
    "no-number-one": "{name} hat in einer von {of} Zeilen keine Hausnummer, zum Beispiel {example}.",
    "vague-date": "{name} hat in {count} von {of} Zeilen ein Datum, das sich verschieden lesen lässt, zum Beispiel "
    "{example}: Schreiben Sie 2026-05-01.",
    "vague-date-one": "{name} hat in einer von {of} Zeilen ein Datum, das sich verschieden lesen lässt, zum Beispiel "
    "{example}: Schreiben Sie 2026-05-01.",
    "gaps": "Die Reihe {name} hat {count} Lücken: Bei einem Abstand von {example} fehlen {detail} Messungen.",
    "gaps-one": "Die Reihe {name} hat eine Lücke: Bei einem Abstand von {example} fehlen {detail} Messungen.",
    "same-time": "Die Reihe {name} hat in {count} Zeilen dieselbe Zeit noch einmal.",
    "same-time-one": "Die Reihe {name} hat in einer Zeile dieselbe Zeit noch einmal.",
    "duplicate": "{count} von {of} Zeilen gleichen einer anderen in allen Feldern.",
    "duplicate-one": "Eine von {of} Zeilen gleicht einer anderen in allen Feldern.",
    "alike": "{count} von {of} Zeilen gleichen einer anderen bis auf {detail}.",
    "alike-one": "Eine von {of} Zeilen gleicht einer anderen bis auf {detail}.",
    "key": "{name} wiederholt sich: {count} Schlüssel kommen mehrfach vor, mit {extra} weiteren Zeilen. Felder, die "
    "sich dabei immer unterscheiden: {detail}.",
    "key-one": "{name} wiederholt sich: Ein Schlüssel kommt mehrfach vor, mit {extra} weiteren Zeilen. Felder, die "
    "sich dabei immer unterscheiden: {detail}.",
    "equal": "{name} und {detail} sind in allen {count} Zeilen gleich.",
    "equal-one": "{name} und {detail} sind in der einzigen Zeile gleich.",
    "crs": "Die Koordinaten sind in {detail}, nicht in WGS 84: Sie werden umgerechnet, wo eine Form es braucht.",
    "crs-guessed": "Die Koordinaten in {name} sehen aus wie {detail}, die Daten sagen es aber nicht: Geben Sie `crs` "
    "an.",
    "crs-unknown": "Das Bezugssystem der Koordinaten in {name} ist unbekannt: Geben Sie `crs` an.",
    "no-place": "{name} hat in {count} von {of} Zeilen keinen möglichen Ort, zum Beispiel {example}.",
    "no-place-one": "{name} hat in einer von {of} Zeilen keinen möglichen Ort, zum Beispiel {example}.",
    "swapped": "{name} hat in {count} von {of} Zeilen Ost und Nord vertauscht, zum Beispiel {example}.",
    "swapped-one": "{name} hat in einer von {of} Zeilen Ost und Nord vertauscht, zum Beispiel {example}.",
    "outside": "{name} liegt in {count} von {of} Zeilen weit entfernt von allen anderen, zum Beispiel {example}.",
    "outside-one": "{name} liegt in einer von {of} Zeilen weit entfernt von allen anderen, zum Beispiel {example}.",
    "nameless": "Die Spalte ohne Namen",
    "no-code-page": "Das Shapefile sagt nicht, in welcher Kodierung seine Texte sind (keine brauchbare .cpg-Datei): "
    "Sie wurde an den Texten erkannt.",
    "more-sheets": "Die Arbeitsmappe hat weitere Blätter ({detail}): Geprüft ist nur das erste sichtbare, die Datei "
    "wird aber ganz geliefert.",
    "formulas-unkept": "Das Blatt hat Formeln ohne gespeichertes Ergebnis, deren Werte leer sind: Speichern Sie die "
    "Arbeitsmappe einmal mit einem Tabellenprogramm.",
    "error-cells": "Das Blatt hat Zellen mit einem Fehler wie #DIV/0!, deren Werte leer sind: Berichtigen Sie sie.",
    "hidden-cells": "Das Blatt hat ausgeblendete Zeilen oder Spalten, die wie alle anderen geliefert werden: Löschen "
    "Sie sie, wenn sie nicht hinausgehen sollen.",
    "merged-cells": "Das Blatt hat verbundene Zellen, von denen nur die erste den Wert hat: Lösen Sie die Verbindung, "
    "und tragen Sie den Wert in jeder Zeile ein.",
    "more-layers": "Das GeoPackage hat weitere Ebenen ({detail}): Geprüft ist nur die erste, die Datei wird "
    "aber ganz geliefert.",
    "title-lines": "Die Namen der Spalten stehen erst in Zeile {detail} ({example}): Lassen Sie die {count} Zeilen "
    "davor an der Quelle weg, sonst wird die Tabelle nicht gelesen.",
    "title-lines-one": "Die Namen der Spalten stehen erst in Zeile {detail} ({example}): Lassen Sie die Zeile davor an "
    "der Quelle weg, sonst wird die Tabelle nicht gelesen.",
    "old-encoding": "Der Text ist weder UTF-8 noch windows-1252: Nach seinen Buchstaben ist er {detail}. Prüfen Sie "
    "die Umlaute, oder geben Sie `encoding` an.",
    "gtfs-commas": "{detail} des GTFS trennt die Werte nicht mit Kommas: Hier wird die Tabelle gelesen, aber Programme "
    "für Fahrpläne erwarten Kommas.",
    "photo-place": "Das Foto sagt, wo es aufgenommen wurde ({example}): Entfernen Sie den Ort, wenn "
    "er nicht öffentlich sein soll.",
}
