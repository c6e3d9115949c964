"""German sentences about policies, descriptions of assets and other documents that are handed in, under the English."""

SENTENCES: dict[str, str] = {
    "The taxonomy {} does not contain {}: {}.": "Die Begriffe {0} enthalten {1} nicht: {2}.",
    "it is UTF-16 or UTF-32, not UTF-8: save it as UTF-8": "der Text ist UTF-16 oder UTF-32, nicht UTF-8: bitte "
    "als UTF-8 speichern",
    "it is not UTF-8 (byte {}): save it as UTF-8": "der Text ist nicht UTF-8 (Byte {0}): bitte als UTF-8 speichern",
    "it is not JSON ({}): correct its syntax": "der Text ist kein JSON ({0}): bitte die Schreibweise berichtigen",
    "line {}, column {}": "Zeile {0}, Spalte {1}",
    "it is nested too deeply: simplify it": "der Text ist zu tief verschachtelt: bitte vereinfachen",
    "it has another form: {}{}": "der Text hat eine andere Form: {0}{1}",
    "an object contains the member {} twice: remove one": "ein Objekt enthält die Angabe {0} zweimal: bitte eine "
    "entfernen",
    "a number has more than {} digits: write a smaller one": "eine Zahl hat mehr als {0} Ziffern: bitte eine "
    "kleinere schreiben",
    "a number is too large: write a smaller one": "eine Zahl ist zu groß: bitte eine kleinere schreiben",
    "a text contains a lone surrogate, which is half a character: remove it": "ein Text enthält ein halbes Zeichen "
    "(einzelnes Surrogat): bitte entfernen",
    "{} is not a JSON number: write digits": "{0} ist keine Zahl in JSON: bitte Ziffern schreiben",
    "it is not a JSON object: write the policy as one": "es ist kein JSON-Objekt: bitte die Nutzungsbedingungen "
    "als Objekt schreiben",
    "Unknown parent policy {}: add it to this connector first; policies are never fetched.": "Unbekannte "
    "übergeordnete Bedingungen {0}: bitte zuerst in diesem Konnektor anlegen; Nutzungsbedingungen werden nie "
    "nachgeladen.",
    "A party in this function has a refinement: refine actions, targets, assigners and assignees only.": "Eine "
    "Partei in dieser Rolle hat eine nähere Bestimmung: möglich ist sie nur bei Handlungen, target, assigner und "
    " assignee.",
    "{} write separate constraints.": "{0} bitte einzelne Bedingungen schreiben.",
    "A consequence cannot have a consequence: list both with the duty.": "Eine consequence kann keine consequence "
    "haben: bitte beide an der Pflicht nennen.",
    "A remedy cannot have a consequence: make the consequence a remedy.": "Eine remedy kann keine consequence "
    "haben: bitte die consequence als remedy schreiben.",
    "A rightOperandReference is never fetched: write the values as rightOperand.": "Eine rightOperandReference "
    "wird nie nachgeladen: bitte die Werte als rightOperand schreiben.",
    "Patterns are not supported for {}: use {}.": "Muster sind für {0} nicht möglich: möglich ist {1}.",
    "The Offer has several assigners: name only the party that offers.": "Das Angebot hat mehrere assigner: bitte "
    "nur den Anbieter nennen.",
    "The constraint has no rightOperand: write the value to compare with.": "Die Bedingung hat keinen "
    "rightOperand: bitte den Vergleichswert schreiben.",
    "The logical constraint {} contains the same constraint twice: remove one.": "Die logische Bedingung {0} "
    "enthält dieselbe Bedingung zweimal: bitte eine entfernen.",
    "The logical constraint {} is empty: add constraints.": "Die logische Bedingung {0} ist leer: bitte "
    "Bedingungen ergänzen.",
    "The operand {} is decided for each record: move it to a permission or prohibition.": "Das Merkmal {0} wird "
    "für jeden Datensatz entschieden: bitte in eine Erlaubnis oder ein Verbot verschieben.",
    "The operator {} compares with one value: use isAnyOf for several values.": "Der Operator {0} vergleicht mit "
    "einem Wert: für mehrere bitte isAnyOf verwenden.",
    "The operator {} is not allowed for {}: use {}.": "Der Operator {0} passt nicht zu {1}: möglich ist {2}.",
    "The profile {} is not supported: use {}.": "Das Profil {0} wird nicht unterstützt: möglich ist {1}.",
    "The rule has no action: name one, such as odrl:use.": "Die Regel hat keine Handlung: bitte eine nennen, etwa "
    "odrl:use.",
    "The rule has no target: name its asset.": "Die Regel hat kein target: bitte das Datenangebot nennen.",
    "Two different duties have the same identifier: give each duty its own.": "Zwei verschiedene Pflichten haben "
    "dieselbe Kennung: bitte jeder eine eigene geben.",
    "Two rules have the same identifier: give each rule its own.": "Zwei Regeln haben dieselbe Kennung: bitte "
    "jeder eine eigene geben.",
    "Unknown action {}: {}.": "Unbekannte Handlung {0}: {1}.",
    "Unknown left operand {}: {}.": "Unbekanntes Merkmal {0}: {1}.",
    "Unknown operator {} for {}: use {}.": "Unbekannter Operator {0} für {1}: möglich ist {2}.",
    "the nearest is {}": "am ähnlichsten ist {0}",
    "Constraints are nested more than {} levels deep or form a cycle: simplify them.": "Bedingungen sind mehr als "
    "{0} Ebenen tief verschachtelt oder bilden einen Kreis: bitte vereinfachen.",
    "The constraint is incomplete: write a leftOperand and an operator, or and, or, xone or andSequence.": "Die "
    "Bedingung ist unvollständig: nötig sind leftOperand und operator, oder `and`, `or`, `xone` oder "
    "`andSequence`.",
    "The constraint is not a JSON object: write one.": "Die Bedingung ist kein JSON-Objekt: bitte als Objekt "
    "schreiben.",
    "The value object is malformed: write only @value with @type or @language.": "Der Wert hat nicht die richtige "
    "Form: bitte nur @value mit @type oder @language schreiben.",
    "Unknown constraint {}: write it in the document; constraints are never fetched.": "Unbekannte Bedingung {0}: "
    "bitte in das Dokument schreiben; Bedingungen werden nie nachgeladen.",
    "{} is not a supported {}: correct the value or its type.": "{0} ist kein brauchbarer Wert der Art {1}: bitte "
    "den Wert oder seine Art berichtigen.",
    "A string contains a lone surrogate: write whole characters.": "Ein Text enthält ein halbes Zeichen (einzelnes "
    "Surrogat): bitte ganze Zeichen schreiben.",
    "An object contains the member {} twice: remove one.": "Ein Objekt enthält die Angabe {0} zweimal: bitte eine "
    "entfernen.",
    "The document is nested more than {} levels deep: simplify it.": "Das Dokument ist mehr als {0} Ebenen tief "
    "verschachtelt: bitte vereinfachen.",
    "The document is not JSON{}: correct its syntax.": "Das Dokument ist kein JSON{0}: bitte die Schreibweise "
    "berichtigen.",
    "The document is not a JSON object: write the policy as one.": "Das Dokument ist kein JSON-Objekt: bitte die "
    "Nutzungsbedingungen als Objekt schreiben.",
    "The member {} is given twice: remove one.": "Die Angabe {0} kommt zweimal vor: bitte eine entfernen.",
    "The object has an @id and a different uid: give it one identifier.": "Das Objekt hat eine @id und eine andere "
    "uid: bitte nur eine Kennung geben.",
    "The value is {}: write a string, such as a name or an IRI.": "Der Wert ist {0}: nötig ist ein Text, etwa ein "
    "Name oder eine IRI.",
    "{} is not a JSON number: write digits.": "{0} ist keine Zahl in JSON: bitte Ziffern schreiben.",
    "An offer is about one dataset: name it as the target, and write a refinement as a constraint.": "Ein Angebot "
    "gilt für ein Datenangebot: bitte es als target nennen und eine nähere Bestimmung als Bedingung schreiben.",
    "The assigner is a collection: name the participant that offers.": "Der assigner ist eine Sammlung: bitte den "
    "Anbieter nennen.",
    "The policy has several assigners: name only the party that offers.": "Die Nutzungsbedingungen haben mehrere "
    "assigner: bitte nur den Anbieter nennen.",
    "The policy is an Agreement, which two parties have concluded already: hand in an Offer or a Set.": "Das ist "
    "ein Agreement, das zwei Parteien schon geschlossen haben: bitte ein Offer oder ein Set verwenden.",
    "The policy {} {}, and it is handed in for {}. Remove its {}, or name {}.": "Die Nutzungsbedingungen {0} {1}, "
    "verwendet werden sie aber für {2}. Bitte {3} entfernen oder {4} nennen.",
    "The rules have different targets, and an offer is about one dataset: offer each dataset by itself.": "Die "
    "Regeln haben verschiedene targets, ein Angebot gilt aber für ein Datenangebot: bitte jedes für sich  "
    "anbieten.",
    "The descriptive member {} is ignored: it is not plain text.": "Die beschreibende Angabe {0} zählt nicht: Sie "
    "ist kein einfacher Text.",
    "The policy has no @type: it is read as a Set.": "Die Nutzungsbedingungen haben keinen @type: Sie werden als "
    "Set gelesen.",
    "The policy has no identifier: add an @id.": "Die Nutzungsbedingungen haben keine Kennung: bitte eine @id "
    "ergänzen.",
    "The policy has no rule: add a permission, prohibition or obligation.": "Die Nutzungsbedingungen haben keine "
    "Regel: bitte eine permission, prohibition oder obligation ergänzen.",
    "The scope odrl:{} cannot be decided here: name the party, or write a constraint.": "Der Kreis odrl:{0} lässt sich "
    "hier nicht prüfen: bitte die Partei nennen oder eine Bedingung schreiben.",
    "The policy is for everybody (odrl:All) and for a party as well: name the party, or nobody.": "Die "
    "Nutzungsbedingungen gelten für alle (odrl:All) und zugleich für eine Partei: bitte die Partei nennen oder niemanden.",
    "A status, the value from which a comparison begins, is not supported: remove it, and write as rightOperand what "
    "is left.": "Ein Status, also der Wert, von dem ein Vergleich ausgeht, wird nicht unterstützt: bitte weglassen und "
    "als rightOperand schreiben, was noch übrig ist.",
    "A policy or rule has a status, and what is handed in has not begun yet: remove it.": "Die Nutzungsbedingungen oder "
    "eine Regel haben einen Status, obwohl noch nichts begonnen hat: bitte weglassen.",
    "Only a duty names {} as its target, and the duties of an offer are about its dataset: leave the duty out, or name "
    "the dataset as the target of the policy.": "Nur eine Pflicht nennt {0} als Gegenstand, und die Pflichten eines "
    "Angebots betreffen dessen Daten: bitte die Pflicht weglassen oder die Daten als target der ganzen Bedingungen nennen.",
    "The timestamp is not an xsd:dateTime: write it as 2026-01-31T12:00:00Z.": "Der Zeitpunkt ist kein "
    "xsd:dateTime: bitte als 2026-01-31T12:00:00Z schreiben.",
    "The {} has no identifier: add an @id, or `source` for a collection.": "Eine Angabe ({0}) hat keine Kennung: "
    "bitte eine @id ergänzen, bei einer Sammlung `source`.",
    "The {} is not a JSON object: write the rule in the document.": "Eine Angabe ({0}) ist kein JSON-Objekt: bitte "
    "die Regel in das Dokument schreiben.",
    "Unknown conflict strategy {}: use perm, prohibit or invalid.": "Unbekannte Regel für Widersprüche {0}: "
    "möglich sind perm, prohibit und invalid.",
    "The template {}: {}": "Die Vorlage {0}: {1}",
    "An offer needs a permission or a prohibition: add one.": "Ein Angebot braucht eine Erlaubnis oder ein Verbot: "
    "bitte ergänzen.",
    "The identifier {} is relative: an identifier is absolute, such as urn:example:data.": "Die Kennung {0} ist "
    "unvollständig: nötig ist eine vollständige wie urn:example:data.",
    "The obligation has several actions: write one for each action.": "Die Pflicht hat mehrere Handlungen: bitte "
    "für jede eine eigene schreiben.",
    "The rule has several actions that share a count or a duty: write a rule for each action.": "Die Regel hat "
    "mehrere Handlungen, die sich eine Zählung oder eine Pflicht teilen: bitte für jede eine Regel schreiben.",
    "The @context redefines {} as {}: rename the term.": "Der @context deutet {0} als {1}: bitte den Begriff "
    "umbenennen.",
    "The bare name {} is ambiguous under {}: write odrl:{}.": "Der Name {0} ist unter {1} mehrdeutig: bitte "
    "odrl:{2} schreiben.",
    "The bare name {} is read as odrl:{}.": "Der Name {0} wird als odrl:{1} gelesen.",
    "The context {} is not fetched: bare names are refused.": "Der Kontext {0} wird nicht nachgeladen: Namen ohne "
    "Präfix werden abgelehnt.",
    "The operator term-lteq is read as lteq.": "Der Operator term-lteq wird als lteq gelesen.",
    "$.@type is missing or is another type: expected {}.": "$.@type fehlt oder nennt eine andere Art: nötig ist {0}.",
    "The body cannot be read as JSON: {}.": "Die Nachricht lässt sich nicht als JSON lesen: {0}.",
    "A text of the body contains a lone surrogate: write whole characters.": "Ein Text der Nachricht enthält ein halbes "
    "Zeichen (einzelnes Surrogat): bitte ganze Zeichen schreiben.",
    "The body has too many values: expected at most {}.": "Die Nachricht hat zu viele Werte: möglich sind "
    "höchstens {0}.",
    "The body is nested too deeply: expected at most {} levels.": "Die Nachricht ist zu tief verschachtelt: "
    "möglich sind höchstens {0} Ebenen.",
    "The document cannot be written as JSON: {}.": "Das Dokument lässt sich nicht als JSON schreiben: {0}.",
    "The document does not follow the Dataspace Protocol schema: {}.": "Das Dokument entspricht nicht dem Schema "
    "des Dataspace Protocol: {0}.",
    "{}.@type is missing: expected {}.": "{0}.@type fehlt: nötig ist {1}.",
    "{}.{} is null: give a value or remove the member.": "{0}.{1} ist null: bitte einen Wert angeben oder die "
    "Angabe entfernen.",
    "{} is not a URI: expected one without spaces, quotes and brackets.": "{0} ist keine URI: nötig ist eine ohne "
    "Leerzeichen, Anführungszeichen und Klammern.",
    "{} is not an identifier: expected 1 to {} bytes without control characters.": "{0} ist keine Kennung: nötig "
    "sind 1 bis {1} Bytes ohne Steuerzeichen.",
    "The process ended in state {}: nothing more can be done in it.": "Der Vorgang ist beendet (Stand: {0}): "
    "darin ist nichts mehr möglich.",
    "{} cannot be sent by the {} in state {}: show the process first.": "Im Stand {2} kann die Rolle {1} nicht senden: "
    "{0}. Bitte zuerst den Vorgang anzeigen.",
    "{} is not allowed from the {} in state {}": "{0} ist von der Rolle {1} im Stand {2} nicht zulässig",
    "{} is pending and takes precedence over {}": "{0} ist unterwegs und hat Vorrang vor {1}",
    "{} cannot be read as JSON: {}.": "{0} lässt sich nicht als JSON lesen: {1}.",
    "{} has a target: expected it only in the policy itself.": "{0} hat ein target: es gehört nur an die "
    "Nutzungsbedingungen selbst.",
    "{} is not a constraint: expected a JSON object.": "{0} ist keine Bedingung: nötig ist ein JSON-Objekt.",
    "{}.timestamp is not a time that exists: expected an xsd:dateTime.": "{0}.timestamp ist kein Zeitpunkt, den es "
    "gibt: nötig ist ein xsd:dateTime.",
    "The context {} is not bundled and never fetched; write its terms into the document.": "Der Kontext {0} ist "
    "nicht mitgeliefert und wird nie nachgeladen; bitte seine Begriffe in das Dokument schreiben.",
    "The identifier {}": "Die Kennung {0}",
    "{} is relative; an identifier has to be absolute, such as urn:example:{}.": "{0} ist unvollständig; nötig ist "
    "eine vollständige Kennung wie urn:example:{1}.",
    "The document is nested more than {} deep.": "Das Dokument ist mehr als {0} Ebenen tief verschachtelt.",
    "The document is no JSON-LD: {}": "Das Dokument ist kein JSON-LD: {0}",
    "The document is a definition around a policy: hand in its member `policy` alone.": "Das Dokument ist eine "
    "Definition um die Nutzungsbedingungen herum: bitte nur ihre Angabe `policy` vorlegen.",
    "There is a context inside the document; one context at its head names all terms.": "Im Dokument steht ein "
    "Kontext; einer am Anfang nennt alle Begriffe.",
    "{} and would be lost; name it in the context or leave it out.": "{0} und ginge verloren; bitte im Kontext "
    "nennen oder weglassen.",
    "The file cannot be read as Turtle: {}.": "Die Datei lässt sich nicht als Turtle lesen: {0}.",
    "The file describes {} policies; it has to be about one.": "Die Datei beschreibt {0} Nutzungsbedingungen; "
    "möglich ist eine.",
    "The file is nested more than {} deep.": "Die Datei ist mehr als {0} Ebenen tief verschachtelt.",
    "The file is not Turtle{}.": "Die Datei ist kein Turtle{0}.",
    "What the file says is nested more than {} deep, or in a circle.": "Was die Datei sagt, ist mehr als {0} "
    "Ebenen tief verschachtelt oder bildet einen Kreis.",
    "{} Leave it out.": "{0} Bitte weglassen.",
    "Unknown parameter {} of the template {}: use {}.": "Die Vorlage {1} hat keinen Parameter {0}: möglich sind {2}.",
    "The parameter {} is missing: give {}.": "Der Parameter {0} fehlt: bitte {1} angeben.",
    "The parameter {} cannot be {}: give {}.": "Der Parameter {0} kann nicht {1} sein: bitte {2} angeben.",
    "The parameter {} is less than {}: give {}.": "Der Parameter {0} ist kleiner als {1}: bitte {2} angeben.",
    "The parameter {} is more than {}: give {}.": "Der Parameter {0} ist größer als {1}: bitte {2} angeben.",
    "The parameter {} has {} values instead of 1 to {}: give {}.": "Der Parameter {0} hat {1} Werte, möglich sind "
    "1 bis {2}: bitte {3} angeben.",
    "a number such as 2.5": "eine Zahl wie 2.5",
    "a whole number": "eine ganze Zahl",
    "a duration such as P30D or PT12H": "eine Dauer wie P30D oder PT12H",
    "a day such as 2027-01-31": "einen Tag wie 2027-01-31",
    "one of {}": "einen der Werte {0}",
    "a name of 1 to 200 printable characters": "einen Namen aus 1 bis 200 druckbaren Zeichen",
    "a text of 1 to 500 printable characters": "einen Text aus 1 bis 500 druckbaren Zeichen",
    "Only the contract enforces {}: write it outside of xone.": "{0} setzt nur der Vertrag durch: bitte außerhalb "
    "von xone schreiben.",
    "A parameter of a duty is part of a choice: write each parameter as a separate constraint.": "Ein Parameter "
    "einer Pflicht ist Teil einer Auswahl: bitte jeden als eigene Bedingung schreiben.",
    "The policy inherits over more than {} generations: copy the rules of its ancestors.": "Die "
    "Nutzungsbedingungen erben über mehr als {0} Stufen: bitte die Regeln der Vorgänger übernehmen.",
    "The policy {} inherits from itself: remove one `inheritFrom` of the cycle.": "Die Nutzungsbedingungen {0} "
    "erben von sich selbst: bitte ein `inheritFrom` des Kreises entfernen.",
    "use a term of the taxonomy": "bitte einen Begriff daraus verwenden",
    "{} is not a value of {}: {}.": "{0} ist kein Wert von {1}: {2}.",
    "A rule of the Agreement has no assigner or no assignee: name both parties.": "Eine Regel des Vertrags hat "
    "keinen assigner oder keinen assignee: bitte beide Parteien nennen.",
    "Only the contract can enforce {} ({}): remove it, or ask the operator of this connector to accept this tier.": "{0} ({1}) kann nur der Vertrag durchsetzen: bitte entfernen oder den Betreiber dieses Konnektors bitten, "
    "diese Stufe zuzulassen.",
    "The action {} is deprecated and has no successor: use an action of ODRL 2.2.": "Die Handlung {0} ist überholt "
    "und hat keine Nachfolgerin: bitte eine Handlung aus ODRL 2.2 verwenden.",
    "The operand {} is a parameter of duties: move it to the constraints of a duty.": "Das Merkmal {0} ist ein "
    "Parameter von Pflichten: bitte in die Bedingungen einer Pflicht verschieben.",
    "Values of {} have no unit: remove it.": "Werte von {0} haben keine Einheit: bitte entfernen.",
    "write a term of the taxonomy, such as {}": "möglich ist ein Begriff wie {0}",
    "write one of {}": "möglich ist {0}",
    "The @value of the value object is malformed: write a string, number or boolean.": "@value des Werts hat nicht "
    "die richtige Form: nötig ist ein Text, eine Zahl oder ein Wahrheitswert.",
    "The number is too large or too small: write one of at most 40 digits.": "Die Zahl ist zu groß oder zu klein: "
    "möglich sind höchstens 40 Ziffern.",
    "The rightOperand is malformed: write a string, a typed value object or an array of these.": "rightOperand hat "
    "nicht die richtige Form: nötig ist ein Text, ein Wert mit Typ oder eine Liste daraus.",
    "A value of type {} is not JSON: write a string, number, boolean, array or object.": "Ein Wert der Art {0} ist "
    "kein JSON: nötig ist ein Text, eine Zahl, ein Wahrheitswert, eine Liste oder ein Objekt.",
    "The document cannot be read: {}.": "Das Dokument lässt sich nicht lesen: {0}.",
    "The name of a member is not a string: write a string.": "Der Name einer Angabe ist kein Text: bitte einen "
    "Text schreiben.",
    "The received status is ignored: this connector keeps its own ledger of duties.": "Der mitgesandte Stand zählt "
    "nicht: Dieser Konnektor führt sein eigenes Verzeichnis der Pflichten.",
    "{} is not a member of {} in ODRL: {}.": "{0} ist in ODRL keine Angabe von {1}: {2}.",
    "Policies of type {} are not supported: use Set, Offer or Agreement.": "Nutzungsbedingungen der Art {0} werden "
    "nicht unterstützt: möglich sind Set, Offer und Agreement.",
    "The @type of the policy is not supported: use one of Set, Offer and Agreement.": "@type der "
    "Nutzungsbedingungen wird nicht unterstützt: möglich sind Set, Offer und Agreement.",
    "The @type of the rule is wrong here: write {}, or no @type.": "@type der Regel ist hier falsch: bitte {0} "
    "schreiben oder @type weglassen.",
    "The action of an obligation is refined: write the refinement as a constraint.": "Die Handlung einer Pflicht "
    "hat eine nähere Bestimmung: bitte sie als Bedingung schreiben.",
    "The action {} is included in itself: remove one `included_in` of the cycle.": "Die Handlung {0} ist in sich "
    "selbst enthalten: bitte ein `included_in` des Kreises entfernen.",
    "A term of the @context is malformed: write a name and its IRI.": "Ein Begriff des @context hat nicht die "
    "richtige Form: bitte einen Namen und seine IRI schreiben.",
    "The @context is malformed: write an IRI, an object of terms or an array of these.": "Der @context hat nicht "
    "die richtige Form: nötig ist eine IRI, ein Objekt mit Begriffen oder eine Liste daraus.",
    "The filter is not supported: {}. Send objects with any of {}, or no filter.": "Der Filter wird nicht "
    "unterstützt: {0}. Möglich sind Objekte mit {1} oder kein Filter.",
    "$.@context does not name the protocol: expected a list of IRIs with {}.": "$.@context nennt das Protokoll "
    "nicht: nötig ist eine Liste von IRIs mit {0}.",
    "$.offer.target is missing: expected the identifier of the offered dataset.": "$.offer.target fehlt: nötig ist "
    "die Kennung des Datenangebots.",
    "The body is not a JSON object: expected a message of the Dataspace Protocol.": "Die Nachricht ist kein "
    "JSON-Objekt: nötig ist eine Nachricht des Dataspace Protocol.",
    "{} arrived after the end of the process, which is {}": "{0} kam nach dem Ende des Vorgangs an; der Stand ist {1}",
    "{} is pending and takes precedence over a repeat of {}": "{0} ist unterwegs und hat Vorrang vor einer "
    "Wiederholung von {1}",
    "{} mixes kinds of constraint: write one comparison or one of {}.": "{0} mischt Arten von Bedingungen: möglich "
    "ist ein Vergleich oder {1}.",
    "{}.{} is not a list: expected a list of constraints.": "{0}.{1} ist keine Liste: nötig ist eine Liste von "
    "Bedingungen.",
    "A context is an address or an object of terms.": "Ein Kontext ist eine Adresse oder ein Objekt mit Begriffen.",
    "The document is no JSON-LD: a value is not of the kind that belongs there.": "Das Dokument ist kein JSON-LD: "
    "Ein Wert ist nicht von der Art, die dorthin gehört.",
    "The {} {} is no term of the context and no full IRI; write it in full, as odrl:use.": "{0} {1} ist kein "
    "Begriff des Kontexts und keine vollständige IRI; bitte ausschreiben wie odrl:use.",
    "What the context says of {} is not read here; give the term an @id and an @type.": "Was der Kontext von {0} "
    "sagt, wird hier nicht gelesen; bitte dem Begriff @id und @type geben.",
    "The document describes no policy: write a node of the type odrl:Offer or odrl:Set.": "Das Dokument beschreibt "
    "keine Nutzungsbedingungen: bitte einen Knoten der Art odrl:Offer oder odrl:Set schreiben.",
    "The document describes {} policies: hand in each in a document of its own.": "Das Dokument beschreibt {0} "
    "Nutzungsbedingungen: bitte jede in einem eigenen Dokument angeben.",
    "The document tells of {} inside of itself: break the circle.": "Das Dokument beschreibt {0} in sich selbst: "
    "bitte den Kreis auflösen.",
    "The document tells of {}, which is no part of the policy and would be lost: remove it.": "Das Dokument "
    "beschreibt {0}, das nicht zu den Nutzungsbedingungen gehört und verloren ginge: bitte entfernen.",
    "A list of the file has no end, a circle, or two continuations.": "Eine Liste der Datei hat kein Ende, einen "
    "Kreis oder zwei Fortsetzungen.",
    "The file says something about {} that is no part of the policy and would be lost.": "Die Datei sagt etwas "
    "über {0}, das nicht zu den Nutzungsbedingungen gehört und verloren ginge.",
    "The policy has more than {} rules in its normal form: use fewer actions or parties.": "Die "
    "Nutzungsbedingungen haben ausgeschrieben mehr als {0} Regeln: bitte weniger Handlungen oder Parteien "
    "verwenden.",
    "The constraint has more than {} values: use fewer.": "Die Bedingung hat mehr als {0} Werte: bitte weniger "
    "verwenden.",
    "The policy contains more than {} constraints: remove some.": "Die Nutzungsbedingungen enthalten mehr als {0} "
    "Bedingungen: bitte einige entfernen.",
    "A number has more than {} digits: write a smaller one.": "Eine Zahl hat mehr als {0} Ziffern: bitte eine "
    "kleinere schreiben.",
    "A string is larger than {} characters: shorten it.": "Ein Text ist länger als {0} Zeichen: bitte kürzen.",
    "The document contains more than {} values: shorten it.": "Das Dokument enthält mehr als {0} Werte: bitte kürzen.",
    "The document is larger than {} bytes: shorten it.": "Das Dokument ist größer als {0} Bytes: bitte kürzen.",
    "The document is larger than {} characters: shorten it.": "Das Dokument ist länger als {0} Zeichen: bitte kürzen.",
    "The policy has more than {} rules: remove some.": "Die Nutzungsbedingungen haben mehr als {0} Regeln: bitte "
    "einige entfernen.",
    "The @context has more than {} terms: remove some.": "Der @context hat mehr als {0} Begriffe: bitte einige "
    "entfernen.",
    "A document that is not in the compact form has at most {} values.": "Ein Dokument in anderer als der "
    "kompakten Form hat höchstens {0} Werte.",
    "A string has more than {} characters.": "Ein Text hat mehr als {0} Zeichen.",
    "The context has more than {} terms.": "Der Kontext hat mehr als {0} Begriffe.",
    "A policy in Turtle has at most {} bytes.": "Nutzungsbedingungen in Turtle haben höchstens {0} Bytes.",
    "A policy in Turtle has at most {} statements, written out.": "Nutzungsbedingungen in Turtle haben "
    "ausgeschrieben höchstens {0} Aussagen.",
    "A policy in Turtle has at most {} statements.": "Nutzungsbedingungen in Turtle haben höchstens {0} Aussagen.",
    # Parts of sentences.
    "Constraints on records and on the request are mixed under one logical operand:": "Bedingungen an Datensätze und an die Anfrage sind unter einem logischen Operanden gemischt:",
    "write a time in the years 2 to 9999, such as 2026-01-31T12:00:00Z": "nötig ist ein Zeitpunkt in den Jahren 2 bis 9999, etwa 2026-01-31T12:00:00Z",
    "write a length of time, such as P30D or PT12H": "nötig ist eine Dauer, etwa P30D oder PT12H",
    "write a time of the day, such as 08:30:00": "nötig ist eine Uhrzeit, etwa 08:30:00",
    "write a number without a unit, such as 5": "nötig ist eine Zahl ohne Einheit, etwa 5",
    "write true or false": "nötig ist true oder false",
    'write a string, such as "Example"': 'nötig ist ein Text, etwa "Beispiel"',
    "write a name or an IRI, such as urn:example:name": "nötig ist ein Name oder eine IRI, etwa urn:example:name",
    "write a number with a known unit ({}), such as 5": "nötig ist eine Zahl mit bekannter Einheit ({0}), etwa 5",
    "a registered left operand": "ein bekanntes Merkmal",
    "write the duty as obligation, or inside a permission": "bitte als obligation schreiben, oder als duty in einer permission",
    "write the obligation as duty, or at the policy": "bitte als duty schreiben, oder als obligation auf oberster Ebene",
    "write the remedy inside a prohibition": "bitte in eine prohibition schreiben",
    "write the duty as remedy, or as obligation at the policy": "bitte als remedy schreiben, oder als obligation auf oberster Ebene",
    "write the obligation at the policy": "bitte auf oberster Ebene schreiben",
    "it has more than {} entries": "mehr als {0} Einträge",
    "the member {} is unknown": "die Angabe {0} ist unbekannt",
    "an entry is empty": "ein Eintrag ist leer",
    "the limit is not a number of datasets, at least 1": "limit ist keine Anzahl von Datenangeboten ab 1",
    "the offset is not a number from 0 to {}; for more, follow the Link of each page": "offset ist keine Zahl von 0 bis {0}; weiter führt der Verweis jeder Seite",
    "an entry is not an object": "ein Eintrag ist kein Objekt",
    "an object contains a member twice": "ein Objekt enthält eine Angabe zweimal",
    "a number is too large": "eine Zahl ist zu groß",
    "not the canonical encoding": "nicht die übliche Schreibweise",
    # The description of an asset.
    "`{}` is {}, which is not in the list: use one of {}.": "`{0}` ist {1}, das steht nicht in der Liste: möglich sind "
    "{2}.",
    "The publisher has no name: state `publisher.name`.": "Die herausgebende Stelle hat keinen Namen: bitte "
    "`publisher.name` angeben.",
    "The contact cannot be reached: state `contact.email`, `contact.url` or `contact.telephone`.": "Der Kontakt ist "
    "nicht erreichbar: bitte `contact.email`, `contact.url` oder `contact.telephone` angeben.",
    "`contact.email` is {}, which is no e-mail address: correct it.": "`contact.email` ist {0}, das ist keine "
    "E-Mail-Adresse: bitte berichtigen.",
    "`contact.telephone` is {}, which is no telephone number: use one such as +49 721 1330.": "`contact.telephone` ist "
    "{0}, das ist keine Telefonnummer: nötig ist eine wie +49 721 1330.",
    "The place is empty: state `place.name`, `place.key`, `place.id` or `place.box`.": "Das Gebiet ist leer: bitte "
    "`place.name`, `place.key`, `place.id` oder `place.box` angeben.",
    "`place.key` is {}, which is no official key of a German area: use one of 2, 3, 5, 8, 9 or 12 digits, such as "
    "08212000.": "`place.key` ist {0}, das ist kein amtlicher Schlüssel: nötig ist einer mit 2, 3, 5, 8, 9 oder 12 "
    "Ziffern, etwa 08212000.",
    "`place.box` is no bounding box: state west, south, east and north in degrees, such as 8.28, 48.94, 8.54, "
    "49.09.": "`place.box` ist kein Rechteck: bitte West, Süd, Ost und Nord in Grad angeben, etwa 8.28, 48.94, 8.54, "
    "49.09.",
    "The period is empty: state `period.start` or `period.end`.": "Der Zeitraum ist leer: bitte `period.start` oder "
    "`period.end` angeben.",
    "The period ends at {}, before its start {}: exchange the two.": "Der Zeitraum endet am {0}, vor seinem Beginn am "
    "{1}: bitte beide tauschen.",
    "`{}` is {}, which is no date: use one such as 2026, 2026-05, 2026-05-01 or 2026-05-01T08:00:00+02:00.": "`{0}` ist "
    "{1}, das ist kein Datum: nötig ist eines wie 2026, 2026-05, 2026-05-01 oder 2026-05-01T08:00:00+02:00.",
    "`{}` has {} entries: use at most {}.": "`{0}` hat {1} Einträge: möglich sind höchstens {2}.",
    "`{}` is too long: use at most {} characters.": "`{0}` ist zu lang: möglich sind höchstens {1} Zeichen.",
    "`{}` is {}, which is no IRI: use one such as https://w3id.org/cityjson.": "`{0}` ist {1}, das ist keine IRI: nötig "
    "ist eine wie https://w3id.org/cityjson.",
    "`{}` is {}, which is no web address: use one such as https://www.example.org/data.": "`{0}` ist {1}, das ist keine "
    "Webadresse: nötig ist eine wie https://www.example.org/data.",
    "The search failed: use other words, or retry.": "Die Suche ist gescheitert: bitte andere Wörter verwenden oder "
    "erneut versuchen.",
    "The search takes longer than {} s: use more or rarer words, or retry.": "Die Suche dauert länger als {0} s: bitte "
    "mehr oder seltenere Wörter verwenden oder erneut versuchen.",
    "The search index is being built: try again in a moment.": "Der Suchindex wird gerade aufgebaut: bitte gleich noch "
    "einmal versuchen.",
    "The search index is closed: open it again.": "Der Suchindex ist geschlossen: bitte erneut öffnen.",
    "The search index cannot be written now ({}): check the disk; it is tried again.": "Der Suchindex ist zurzeit "
    "nicht beschreibbar ({0}): bitte den Datenträger prüfen; es wird erneut versucht.",
    "a file does not agree with its checksum": "eine Datei passt nicht zu ihrer Prüfsumme",
    "The area has more than {} offers: name a smaller one.": "Das Gebiet hat mehr als {0} Angebote: bitte ein kleineres "
    "wählen.",
    "The dataset that results should be like is unknown: search for its identifier.": "Das Datenangebot, dem die Treffer "
    "ähneln sollen, ist unbekannt: bitte seine Kennung suchen.",
    "bbox is {}: expected west,south,east,north in degrees, such as 7,51,7.5,51.6.": "bbox ist {0}: erwartet werden "
    "West,Süd,Ost,Nord in Grad, etwa 7,51,7.5,51.6.",
    "near is {}: expected longitude,latitude in degrees and up to {} km, such as 7.2,51.5,10.": "near ist {0}: erwartet "
    "werden Länge und Breite in Grad und bis zu {1} km, etwa 7.2,51.5,10.",
    "sort is {}: expected one of {}.": "sort ist {0}: erwartet wird eines von {1}.",
    "{} is {}: expected a date such as 2026-03-01.": "{0} ist {1}: erwartet wird ein Datum wie 2026-03-01.",
    "{} is {}: expected one of {}.": "{0} ist {1}: erwartet wird eines von {2}.",
    # Who sees an entry of the broker.
    "It is an agreement: send a Set or an Offer.": "Es ist ein Vertrag: bitte ein Set oder ein Offer senden.",
    "It is not a JSON object: send a Set or an Offer.": "Es ist kein JSON-Objekt: bitte ein Set oder ein Offer senden.",
    "The access policy admits nobody, because its rules conflict: change them.": "Die Sichtbarkeit lässt niemanden zu, "
    "weil sich ihre Regeln widersprechen: bitte die Regeln ändern.",
    "The access policy cannot be used: {}": "Die Sichtbarkeit kann nicht verwendet werden: {0}",
    "The access policy has another target than the dataset: leave the target out.": "Die Sichtbarkeit gilt für ein "
    "anderes Ziel als das Datenangebot: bitte das Ziel weglassen.",
    "The access policy is larger than {} bytes in its normal form: shorten it.": "Die Sichtbarkeit ist in ihrer Normalform "
    "größer als {0} Bytes: bitte kürzen.",
    "The access policy is larger than {} bytes: shorten it.": "Die Sichtbarkeit ist größer als {0} Bytes: bitte kürzen.",
    "The entries of one participant have more than {} different access policies: use fewer.": "Die Angebote eines "
    "Teilnehmers haben mehr als {0} verschiedene Sichtbarkeiten: bitte weniger verwenden.",
    "The entries of all participants have more than {} different access policies: use one that others use, or ask the "
    "operator of the broker.": "Die Angebote aller Teilnehmer haben mehr als {0} verschiedene Sichtbarkeiten: bitte eine "
    "verwenden, die andere verwenden, oder den Betrieb des Brokers fragen.",
    "Unknown cursor: pass the `next` of a page of this broker.": "Die Fortsetzungsmarke ist unbekannt: bitte `next` einer "
    "Seite dieses Brokers angeben.",
    "Unknown position: pass the `next` of an answer of this broker.": "Die Fortsetzungsmarke ist unbekannt: bitte `next` "
    "einer Antwort dieses Brokers angeben.",
    "The credential cannot be read: {}": "Die Selbstbeschreibung lässt sich nicht lesen: {0}",
    "The credential is not a JSON object: expected the credential at the top level.": "Die Selbstbeschreibung ist kein "
    "JSON-Objekt: erwartet wird das Credential auf der obersten Ebene.",
    "The credential does not have exactly one credentialSubject: send one for each subject.": "Die Selbstbeschreibung "
    "hat nicht genau ein credentialSubject: bitte für jeden Gegenstand eine eigene senden.",
    "The text is no secured credential: expected a compact JWS of at most {} bytes.": "Der Text ist keine signierte "
    "Selbstbeschreibung: erwartet wird ein kompaktes JWS mit höchstens {0} Bytes.",
    "The issuer of the credential is another participant: each states its own.": "Die Selbstbeschreibung ist von einem "
    "anderen Teilnehmer ausgestellt: Jeder beschreibt nur sich selbst.",
    "The credential is not valid yet: compare the clocks of both sides.": "Die Selbstbeschreibung gilt noch nicht: "
    "bitte die Uhren beider Seiten vergleichen.",
    "The credential has expired: issue a new one.": "Die Selbstbeschreibung ist abgelaufen: bitte eine neue ausstellen.",
    "The subject does not belong to the issuer: a participant describes itself under its identifier, and an offering "
    "under its identifier with a fragment.": "Der beschriebene Gegenstand gehört nicht zum Aussteller: Ein Teilnehmer "
    "beschreibt sich unter seiner Kennung, einen Dienst unter seiner Kennung mit einem Fragment.",
    "The @context of the credential is another one: expected {}.": "Der @context der Selbstbeschreibung ist ein "
    "anderer: erwartet wird {0}.",
    "The type of the credential is another one: expected {}.": "Der type der Selbstbeschreibung ist ein anderer: "
    "erwartet wird {0}.",
    "The credential has the member {}, which is not read here: leave it out.": "Die Selbstbeschreibung hat die Angabe "
    "{0}, die hier nicht gelesen wird: bitte weglassen.",
    "The credentialSubject has @id, @type or @context: write id and type.": "Das credentialSubject hat @id, @type oder "
    "@context: bitte id und type schreiben.",
    "The type of the credentialSubject is unknown: use one of {}.": "Der type des credentialSubject ist unbekannt: "
    "möglich sind {0}.",
    "The credentialSubject cannot be written as JSON: use smaller numbers.": "Das credentialSubject lässt sich nicht als "
    "JSON schreiben: bitte kleinere Zahlen verwenden.",
    "{} is {}: expected an instant such as 2026-05-01T00:00:00Z.": "{0} ist {1}: erwartet wird ein Zeitpunkt wie "
    "2026-05-01T00:00:00Z.",
    "termsOfUse cannot be read: expected the type {} or {} with a policy as {}, or none.": "termsOfUse lässt sich nicht "
    "lesen: erwartet wird der type {0} oder {1} mit Bedingungen als {2} oder keines.",
    "The signature of the credential is refused: {}": "Die Signatur der Selbstbeschreibung wird abgelehnt: {0}",
    "The participant list is missing or has expired: get a newer one.": "Die Teilnehmerliste fehlt oder ist "
    "abgelaufen: bitte eine neuere besorgen.",
    "The issuer is not on the participant list.": "Der Aussteller steht nicht in der Teilnehmerliste.",
    "cty is missing or another one; expected {}.": "cty fehlt oder ist ein anderer; erwartet wird {0}.",
    "The identity mechanism of this connector has no keys to sign with: use the mechanism `roster`.": "Das "
    "Anmeldeverfahren dieses Connectors hat keinen Schlüssel zum Signieren: bitte das Verfahren `roster` verwenden.",
    "The asset {} is not published: publish it, then describe it.": "Das Angebot {0} ist nicht veröffentlicht: bitte "
    "veröffentlichen, dann beschreiben.",
    "The body is of another type: send {}, not compressed.": "Der Inhalt hat einen anderen Typ: bitte {0} senden, "
    "nicht komprimiert.",
    "Unknown self-description: it was withdrawn, or has expired.": "Diese Selbstbeschreibung gibt es nicht: sie wurde "
    "zurückgezogen oder ist abgelaufen.",
    "You have no self-description of this name here.": "Unter diesem Namen liegt hier keine Selbstbeschreibung von "
    "Ihnen.",
    "The credential is longer than {} bytes: shorten what it states.": "Die Selbstbeschreibung ist länger als {0} "
    "Bytes: bitte kürzen.",
    "The subject does not belong to the issuer: its identifier is that of another participant.": "Der beschriebene "
    "Gegenstand gehört nicht zum Aussteller: Seine Kennung ist die eines anderen Teilnehmers.",
    "The description does not state: {}.": "In der Beschreibung fehlt: {0}.",
    "The address does not name this credential: put it at /v1/self-descriptions/{}.": "Die Adresse gehört nicht zu "
    "dieser Selbstbeschreibung: bitte an /v1/self-descriptions/{0} senden.",
    "The subject was described as another kind: withdraw that first.": "Derselbe Gegenstand wurde als etwas anderes "
    "beschrieben: bitte das zuerst zurückziehen.",
    "The participant list has no address for you: ask the data-space operator to add it.": "Die Teilnehmerliste "
    "enthält keine Adresse von Ihnen: bitte vom Betreiber des Datenraums eintragen lassen.",
    "You are new on the participant list: send it again in a few seconds.": "Sie stehen neu in der Teilnehmerliste: "
    "bitte in einigen Sekunden noch einmal senden.",
    "The identifier of the dataset is another participant's, which listed it first: use one of yours.": "Die Kennung "
    "des Datenangebots gehört einem anderen Teilnehmer, der es zuerst angeboten hat: bitte eine eigene verwenden.",
    "The participant would have more than {} self-descriptions, or more than {} bytes of them: withdraw others first.": "Der Teilnehmer hätte mehr als {0} Selbstbeschreibungen oder mehr als {1} Bytes davon: bitte zuerst andere "
    "zurückziehen.",
    "The participant is not a source of this record yet: try again in a moment.": "Der Katalog des Teilnehmers ist "
    "hier noch nicht bekannt: bitte gleich noch einmal versuchen.",
    "Unknown self-description: request those of datasets that the catalogue offers to you.": "Diese "
    "Selbstbeschreibung gibt es nicht: abrufbar sind die der Datenangebote, die der Katalog Ihnen zeigt.",
    "The broker takes no self-descriptions: ask its operator.": "Der Broker nimmt keine Selbstbeschreibungen an: bitte "
    "bei seinem Betreiber nachfragen.",
    "HTTP status {}.": "HTTP-Status {0}.",
    "The broker cannot answer now (HTTP status {}).": "Der Broker kann jetzt nicht antworten (HTTP-Status {0}).",
    "Self-descriptions that the broker does not have: {}": "Selbstbeschreibungen, die dem Broker fehlen: {0}",
}
