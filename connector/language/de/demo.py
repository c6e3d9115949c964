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
    # Two cities.
    "cities-set-up": "Zwei Städte haben je einen Broker und eine Teilnehmerliste; auf ihr steht auch der Broker der "
    "anderen.",
    "cities-start": "{here} und {there} laufen; ihre Broker lesen einander ein und melden einander Änderungen.",
    "cities-find": "Ein Unternehmen der anderen Stadt findet „{title}“ von {provider} nach {seconds:.1f} s beim "
    "eigenen Broker, mit der Adresse des Amts.",
    "cities-withdraw": "Das Amt zieht das Angebot zurück; {seconds:.1f} s später findet es in der anderen Stadt "
    "niemand mehr.",
    "open-pages": "{count} Adressen im Browser antworten: die Seiten für alle, und Links für {names}.",
    "open-pages-one": "1 Adresse im Browser antwortet: die Seiten für alle, und Links für {names}.",
    "waits": "Das Unternehmen fragt „{title}“ an; die Daten sind vertraulich, also entscheidet ein Mensch.",
    # The end.
    "done": "Fertig in {seconds:.1f} s. Weiterhin in Betrieb:",
    "try": "Zum Weiterprobieren:",
    "pages": "Im Browser, mit einem Link für die erste Anmeldung jeder Person:",
    "everybody": "für alle",
    "stop": "Beenden mit Strg+C; der Ordner {folder} wird dann gelöscht.",
    "stopped": "Beendet.",
    "failed": "Die Vorführung ist gescheitert: {reason} Die Protokolle sind in {folder}.",
    # The tour.
    "tour-offer": (
        "1. Anbieten. {person} ({role}) öffnet: {address}\n"
        "   Dann: „{password}“ → „{new}“ → die Datei {file} wählen → bei „{class_label}“ „{open_class}“ "
        "wählen → bei „{licence_label}“ „{licence}“ wählen → „{terms}“ → „{check}“ → „{release}“ → „{publish}“."
    ),
    "tour-get": (
        "2. Finden und beziehen. {person} ({role}) öffnet: {address}\n"
        "   Dann: „{password}“ → „{search}“ → nach „{words}“ suchen und den Treffer öffnen → „{ask}“ → den "
        "Zweck „{purpose}“ wählen → „{to_check}“ → „{send}“ → „{order}“ → „{open}“."
    ),
    "tour-answer": (
        "3. Entscheiden. {person} ({role}) öffnet: {address}\n"
        "   Dann: „{password}“ → bei „{title}“ auf „{see}“ → die Bedingungen lesen → „{agree}“."
    ),
    "tour-public": "4. Ohne Anmeldung. Alle sehen, was die Stadt teilt: {address}",
    "tour-operate": (
        "5. Betreuen. {person} ({role}) öffnet: {address}\n"
        "   Dann: „{password}“ → „{operation}“ → „{offers}“ → nach „{title}“ suchen und den Treffer öffnen → "
        "„{hide}“ mit einem Grund → „{undo}“."
    ),
    "tour-next": "Weiter mit Enter.",
    # The titles of the offers, and the reasons that the department sends.
    "readings": "Messwerte der Verkehrssensoren (synthetisch)",
    "counts": "Verkehrszählung nach Straßen (synthetisch)",
    "parking": "Freie Parkplätze, laufend (synthetisch)",
    "accidents": "Unfallmeldungen, vertraulich (synthetisch)",
    "maintenance": "Das Amt unterbricht die Lieferung für Wartungsarbeiten.",
    "not-needed": "Die Lieferung wird nicht mehr gebraucht.",
    # Steps that fail.
    "not-finalized": "Die Verhandlung über {asset} müsste abgeschlossen sein; Stand: {actual}",
    "agreements-differ": "Beide Seiten müssten denselben Vertrag über {asset} gespeichert haben und haben ihn nicht.",
    "no-hit": "Die Suche nach {words!r} müsste {asset} finden und findet es nicht.",
    "no-process": "Zur laufenden Lieferung fehlt beim Amt der Vorgang.",
    "not-terminated": "Beide Seiten müssten „abgebrochen“ melden und melden {names}.",
    "not-suspended": "Eine unterbrochene Lieferung ({state}) dürfte keine Daten liefern und lieferte {reading}.",
    "reasons-differ": "Beide Seiten müssten dieselbe Begründung haben; das Amt hat {decided}.",
    "not-refused": "Das zweite Unternehmen müsste mit Begründung abgelehnt werden; Stand der Verhandlung: {state}.",
    "files-differ": "Empfangene Dateien: {count}; sie müssten den angebotenen gleichen (Anzahl: {offered}).",
    "not-completed": "Die Lieferung von {asset} müsste fertig sein; Stand: {actual}",
    "not-changing": "Zwei Abrufe der laufenden Quelle müssten sich unterscheiden und sind gleich.",
    "not-live": "Die laufende Lieferung müsste begonnen haben; Stand: {state}, {ended}",
    "page-closed": "Die Seite {address} müsste antworten und tut es nicht: {status}.",
    "nothing-waits": "Eine Anfrage müsste auf einen Menschen warten; nach {wait_s:g} s wartet keine.",
    "no-data": "{data} existiert nicht: bitte eine Datei oder einen Ordner nennen.",
    "not-indexed": "Der Broker müsste {wanted} Angebote verzeichnen; nach {wait_s:g} s hat er es nicht getan.",
    "cities-not-found": "Die andere Stadt müsste „{title}“ mit seiner Adresse finden; nach {wait_s:g} s fand sie es "
    "nicht.",
    "cities-not-gone": "Die andere Stadt dürfte „{title}“ nicht mehr finden und findet es nach {wait_s:g} s noch.",
    "no-neighbour": "Die Vorführung müsste zwei Städte haben und hat eine.",
    "not-requested": "Die laufende Lieferung müsste begonnen haben und ist nicht angefragt.",
    "not-published": "Die laufende Quelle müsste veröffentlicht sein und ist es nicht.",
}
