"""German sentences of recipes and of what is made by them, under the English ones."""

SENTENCES: dict[str, str] = {
    "The recipe cannot be read ({}): correct it.": "Das Rezept ist nicht lesbar ({0}): bitte berichtigen.",
    "The input {} names not exactly one of `asset` and `agreement`: name one of them.": "Die Eingabe {0} nennt nicht genau "
    "eines von `asset` und `agreement`: bitte eines davon nennen.",
    "The recipe has the input {} twice: give each input a name of its own.": "Das Rezept enthält die Eingabe {0} zweimal: "
    "bitte jeder einen eigenen Namen geben.",
    "A step joins {}, which is no input after the first one: choose one of them ({}).": "Ein Schritt verbindet {0}, was "
    "keine Eingabe nach der ersten ist: bitte eine davon wählen ({1}).",
    "The input {} is not joined exactly once: join it in one step, or remove it.": "Die Eingabe {0} wird nicht genau einmal "
    "verbunden: bitte in einem Schritt verbinden oder entfernen.",
    "The value {} has no column: name it with `of`.": "Der Wert {0} hat keine Spalte: bitte mit `of` nennen.",
    "The value {} has the name of a column of the group: give it another one.": "Der Wert {0} heißt wie eine Spalte der "
    "Gruppe: bitte anders nennen.",
    "A result is not written as {}: write it as csv, and offer that form of it.": "Ein Ergebnis wird nicht als {0} "
    "geschrieben: bitte als csv schreiben und diese Form anbieten.",
    "A recipe and other data do not replace each other: add an asset, and withdraw this one.": "Ein Rezept und andere Daten "
    "ersetzen einander nicht: bitte ein neues Angebot anlegen und dieses zurückziehen.",
    "The asset is not made by a recipe: add one with a recipe as its source.": "Das Angebot wird nicht durch ein Rezept "
    "hergestellt: bitte eines mit einem Rezept als Quelle anlegen.",
    "This process makes no products: add the asset at the connector itself.": "Dieser Prozess stellt keine Produkte her: "
    "bitte das Angebot am Konnektor selbst anlegen.",
    "There are {} products: remove some first.": "Es gibt bereits {0} Produkte: bitte zuerst einige entfernen.",
    "The data took too long to measure.": "Die Messung der Daten hat zu lange gedauert.",
    "The disk has no space for the inputs: make room.": "Die Platte hat keinen Platz für die Eingaben: bitte Platz schaffen.",
    "The input {} has more than {} bytes.": "Die Eingabe {0} hat mehr als {1} Bytes.",
    "The input {} has no rows ({}): state how it is read (`records`).": "Die Eingabe {0} hat keine Zeilen ({1}): bitte "
    "angeben, wie sie gelesen wird (`records`).",
    "The input {} has {} files: a recipe reads one.": "Die Eingabe {0} hat {1} Dateien: Ein Rezept liest eine.",
    "The input {} is of a kind that cannot be read here.": "Die Eingabe {0} ist von einer Art, die hier nicht gelesen wird.",
    "The making of the result was stopped.": "Die Herstellung des Ergebnisses wurde angehalten.",
    "The result cannot be written ({}): check the disk.": "Das Ergebnis lässt sich nicht schreiben ({0}): bitte die Platte "
    "prüfen.",
    "The result has more than {} bytes or {} rows: group or filter more.": "Das Ergebnis hat mehr als {0} Bytes oder {1} "
    "Zeilen: bitte mehr gruppieren oder filtern.",
    "The result was not ready within {} s: use smaller inputs, or fewer of them.": "Das Ergebnis war nicht in {0} s fertig: "
    "bitte kleinere oder weniger Eingaben verwenden.",
    "The data of an input has no rows and no header: check its source.": "Die Daten einer Eingabe haben weder Zeilen noch "
    "Kopfzeile: bitte ihre Quelle prüfen.",
    "A step compares more than {} rows with each other: group or filter them first.": "Ein Schritt vergleicht mehr als {0} "
    "Zeilen miteinander: bitte zuvor gruppieren oder filtern.",
    "A step gives two columns the same name: rename one of them.": "Ein Schritt gibt zwei Spalten denselben Namen: bitte "
    "eine davon umbenennen.",
    "An input that is joined has more than {} rows or {} cells: make it the first input, or choose fewer columns.": "Eine "
    "Eingabe, die verbunden wird, hat mehr als {0} Zeilen oder {1} Zellen: bitte zur ersten Eingabe machen oder weniger "
    "Spalten wählen.",
    "Both inputs of a join have the column {}: rename it, or choose the columns.": "Beide Eingaben haben die Spalte {0}: "
    "bitte umbenennen oder die Spalten wählen.",
    "The column {} has the value {}, which is no number: clean it first.": "Die Spalte {0} hat den Wert {1}, der keine Zahl "
    "ist: bitte zuerst bereinigen.",
    "The column {} has the value {}, which is no {}: correct it, or state `unreadable`.": "Die Spalte {0} hat den Wert {1}, "
    "der nicht vom Typ {2} ist: bitte berichtigen oder `unreadable` angeben.",
    "The rows have more than {} groups: group by fewer columns.": "Die Zeilen haben mehr als {0} Gruppen: bitte nach weniger "
    "Spalten gruppieren.",
    "A step names the column {}, which the rows lack: use one of {}.": "Ein Schritt nennt die Spalte {0}, die den Zeilen "
    "fehlt: möglich sind {1}.",
    "Unknown unit {}: use one of {}.": "Unbekannte Einheit {0}: möglich sind {1}.",
    "{} and {} are no units of one quantity: choose others.": "{0} und {1} sind keine Einheiten derselben Größe: bitte "
    "andere wählen.",
    "A product has no members: request it without a path.": "Ein Produkt hat keine Bestandteile: bitte ohne Pfad anfordern.",
    "The product has no result: make it (`asset make`), or see why it was stopped.": "Das Produkt hat kein Ergebnis: bitte "
    "herstellen (`asset make`), oder nachsehen, warum es angehalten wurde.",
}
