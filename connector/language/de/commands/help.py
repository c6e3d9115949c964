"""German help of the commands: each paragraph under its English, which the code declares."""

SENTENCES: dict[str, str] = {
    "The private keys of the participant: list, protect, create, rotate, revoke.": "Die privaten Schlüssel des Teilnehmers: auflisten, schützen, anlegen, wechseln, beenden.",
    "List the private keys: which one signs, which others are in the document, and how each is kept.": "Die privaten Schlüssel auflisten: welcher signiert, welche anderen im Dokument stehen und wie jeder aufbewahrt wird.",
    "A key that is announced does not sign yet; a former one does so no more.": "Ein angekündigter Schlüssel signiert noch nicht, ein früherer nicht mehr.",
    "Encrypt the private keys with the pass phrase that the settings refer to; a process reads them as before.": "Die privaten Schlüssel mit dem Passwort verschlüsseln, auf das die Einstellungen verweisen; ein Prozess liest sie wie bisher.",
    "The issuer key of an authority beside the settings is encrypted too. Copies of before, in backups too, stay open.": "Auch der Signaturschlüssel einer Vertrauensstelle neben den Einstellungen wird verschlüsselt. Frühere Kopien, auch in Sicherungen, bleiben offen.",
    "Make the private key in the token that the settings name (`identity.hardware`); it cannot leave the token.": "Den privaten Schlüssel in dem Token anlegen, das die Einstellungen nennen (`identity.hardware`); er kann es nicht verlassen.",
    "Before the participant is a member: the card is written with the new key.": "Bevor der Teilnehmer Mitglied ist: Der Ausweis wird mit dem neuen Schlüssel geschrieben.",
    "Make a new private key, let the authority list it beside the old one, and use it from the next start on.": "Einen neuen privaten Schlüssel anlegen, von der Vertrauensstelle neben dem alten eintragen lassen und ab dem nächsten Start verwenden.",
    "What the old key has signed stays valid, and running negotiations go on. Later, `key revoke` ends the old one. A key that was announced is the one that is used.": "Was der alte Schlüssel signiert hat, bleibt gültig, und laufende Verhandlungen gehen weiter. Später beendet `key revoke` den alten. Ein angekündigter Schlüssel ist der, der verwendet wird.",
    "End a former key: the list and the document have it no more, and nothing that it signs is accepted.": "Einen früheren Schlüssel beenden: Er steht nicht mehr auf der Liste und im Dokument, und nichts, was er signiert, gilt.",
    "The document follows at the next start. The file stays; delete it when no backup needs it.": "Das Dokument folgt beim nächsten Start. Die Datei bleibt; sie kann weg, wenn keine Sicherung sie braucht.",
    "Datenkontor, the data-space connector a city can run.": "Datenkontor, der Konnektor für Datenräume, den eine Stadt selbst betreiben kann.",
    "Set up a connector or a broker in a folder.": "Einen Konnektor oder einen Broker in einem Ordner einrichten.",
    "Write the identity card anew: after a change of the settings, or with a new key.": "Den Teilnehmerausweis neu schreiben: nach einer Änderung der Einstellungen oder mit einem neuen Schlüssel.",
    "Write the identity card anew, after a change of the settings or with a new key.": "Den Teilnehmerausweis neu schreiben, nach einer Änderung der Einstellungen oder mit einem neuen Schlüssel.",
    "The settings stay; with --search they state the search too. Send the card to the data-space operator, and restart when a list with a new key is published.": "Die Einstellungen bleiben; mit --search nennen auch sie die Suche. Den Ausweis an den Betreiber des Datenraums senden; nach einem neuen Schlüssel in der Liste den Konnektor neu starten.",
    "Run a connector.": "Einen Konnektor betreiben.",
    "Run a small data space on this machine, step by step.": "Einen kleinen Datenraum auf diesem Rechner vorführen, Schritt für Schritt.",
    "Check a connector: settings, key, ports, participant list, addresses.": "Einen Konnektor prüfen: Einstellungen, Schlüssel, Ports, Teilnehmerliste, Adressen.",
    "Search the offers of the whole data space at its broker.": "Die Angebote des ganzen Datenraums beim Broker durchsuchen.",
    "Get a dataset: negotiate, transfer, check, save.": "Ein Datenangebot beziehen: verhandeln, übertragen, prüfen, speichern.",
    "Keep a folder up to date with the data of all agreements.": "Einen Ordner mit den Daten aller Verträge aktuell halten.",
    "Assets of this participant.": "Angebote dieses Teilnehmers.",
    "Policies: check, explain, compare, try out, fill in from templates.": "Nutzungsbedingungen: prüfen, erklären, vergleichen, ausprobieren, aus Vorlagen füllen.",
    "Catalogue of a participant, or the list of participants.": "Katalog eines Teilnehmers oder die Liste der Teilnehmer.",
    "Participants of the data space: list, block, unblock.": "Teilnehmer des Datenraums: auflisten, ausschließen, wieder zulassen.",
    "Contract negotiations as provider and as consumer.": "Vertragsverhandlungen als Anbieter und als Bezieher.",
    "Agreements as provider and as consumer.": "Verträge als Anbieter und als Bezieher.",
    "Transfers as provider and as consumer.": "Lieferungen als Anbieter und als Bezieher.",
    "Received files: list them, remove old ones.": "Empfangene Dateien: auflisten, alte löschen.",
    "Events that policies can refer to.": "Ereignisse, auf die sich Nutzungsbedingungen beziehen können.",
    "Consents of persons whom data is about.": "Einwilligungen der Personen, die Daten betreffen.",
    "Data protection: record of processing, late duties, vetoes.": "Datenschutz: Verzeichnis der Verarbeitungen, überfällige Pflichten, Einsprüche.",
    "List the record of processing activities (GDPR Art. 30): each offer of personal data with its recipients.": "Das Verzeichnis der Verarbeitungstätigkeiten auflisten (Art. 30 DSGVO): jedes Angebot personenbezogener Daten mit seinen Empfängern.",
    "List the duties that were not performed in time, such as deletions: who owes what, since when.": "Nicht rechtzeitig erfüllte Pflichten auflisten, etwa Löschungen: wer was schuldet, seit wann.",
    "Veto the release of an offer of personal data: nobody publishes it until the veto is lifted.": "Einspruch gegen die Freigabe eines Angebots personenbezogener Daten einlegen: Niemand veröffentlicht es, bis er zurückgenommen ist.",
    "Take the veto against an offer back: who may release it can publish it again.": "Den Einspruch gegen ein Angebot zurücknehmen: Wer es freigeben darf, kann es wieder veröffentlichen.",
    "The audit log: list, show, export, verify.": "Das Prüfprotokoll: auflisten, anzeigen, ausgeben, prüfen.",
    "Holds: processes that wait for a person.": "Vorgänge, die auf die Entscheidung eines Menschen warten.",
    "The broker: run it, or show its state.": "Der Broker: betreiben oder seinen Stand anzeigen.",
    "The participant list, for the data-space operator.": "Die Teilnehmerliste, für den Betreiber des Datenraums.",
    "The store: move it to another database.": "Die Datenbank: an einen anderen Ort bringen.",
    "Move the store to another database, also while the connector runs: it takes no changes meanwhile and after.": "Die Datenbank an einen anderen Ort bringen, auch im Betrieb: Solange und danach nimmt sie keine Änderungen an.",
    "Each table is compared with its copy. Then name the new store in the settings and start the connector again. The password of an address is that of the settings.": "Jede Tabelle wird mit ihrer Kopie verglichen. Danach die neue Datenbank in den Einstellungen nennen und den Konnektor neu starten. Das Kennwort zu einer Adresse ist das der Einstellungen.",
    "Write a backup of a connector or a broker.": "Eine Sicherung eines Konnektors oder eines Brokers schreiben.",
    "Restore a backup into a folder.": "Eine Sicherung in einen Ordner zurückspielen.",
    "Show the version.": "Die Version anzeigen.",
    "Set up a connector or a broker: settings, private key, identity card.": "Einen Konnektor oder einen Broker einrichten: Einstellungen, privater Schlüssel, Teilnehmerausweis.",
    "Existing files are overwritten only with --force; a private key is never overwritten.": "Vorhandene Dateien werden nur mit --force überschrieben, ein privater Schlüssel nie.",
    "Run a connector until Ctrl-C or SIGTERM; one line reports that it is ready, with its addresses.": "Einen Konnektor betreiben bis Strg+C oder SIGTERM; eine Zeile meldet, dass er bereit ist, mit seinen "
    "Adressen.",
    "Run a small data space on this machine: a broker, a department and two companies, step by step.": "Einen kleinen Datenraum auf diesem Rechner vorführen: ein Broker, ein Amt und zwei Unternehmen, Schritt "
    "für Schritt.",
    "With --json each step is one JSON value. --tour waits for Enter after each station; with --once it does not.": (
        "Mit --json ist jeder Schritt ein JSON-Wert. --tour wartet nach jeder Station auf Enter; mit --once nicht."
    ),
    "Check settings, key, clock, ports, store, participant list, addresses and peers.": "Einstellungen, Schlüssel, Uhr, Ports, Datenbank, Teilnehmerliste, Adressen und Partner prüfen.",
    "Changes nothing. Exit code 1 if a check fails.": "Ändert nichts. Rückgabewert 1, wenn eine Prüfung scheitert.",
    "Words in quotes are a phrase, -WORD excludes a word after `--`, and the last word may be the beginning of one.": "Wörter in Anführungszeichen sind eine Wortfolge, -WORT schließt nach `--` ein Wort aus, und das letzte Wort darf der Anfang eines Wortes sein.",
    "Search at the broker; case and umlauts make no difference.": "Beim Broker suchen; Groß- und Kleinschreibung und Umlaute machen keinen Unterschied.",
    "Get a dataset: find, negotiate, transfer, check the SHA-256, save.": "Ein Datenangebot beziehen: finden, verhandeln, übertragen, SHA-256 prüfen, speichern.",
    "Run it again to resume: an existing agreement is used, and data that has arrived and was not "
    "saved is saved without another use. A refusal stops it: only --renew asks again, or the end of "
    "an agreement's time. --purpose declares what the data is for, if the terms ask for it and the "
    "participant list does not confirm it: a term such as dpv:AcademicResearch, or an absolute IRI. "
    "-o - writes one file to standard output. --if-changed compares digest, size and date first, and "
    "uses nothing if they are the same, or if nothing is stated of data whose uses are limited; a "
    "file that was not delivered earlier is replaced only with --yes. Exit code 4 if the counterparty"
    " refuses or has refused, 6 if a person has to approve first. --follow reads a stream: it appends to the file. --to delivers to another sink.": "Ein erneuter Aufruf setzt fort: Ein bestehender Vertrag wird genutzt, und angekommene Daten, die"
    " noch nicht gespeichert sind, werden ohne weitere Nutzung gespeichert. Eine Ablehnung beendet "
    "ihn: Neu angefragt wird nur mit --renew oder wenn die Zeit eines Vertrags abgelaufen ist. "
    "--purpose gibt an, wozu die Daten dienen, wenn die Bedingungen danach fragen und die "
    "Teilnehmerliste es nicht bestätigt: ein Begriff wie dpv:AcademicResearch oder eine absolute IRI."
    " -o - schreibt eine Datei auf die Standardausgabe. --if-changed vergleicht zuerst Prüfsumme, "
    "Größe und Datum und nutzt nichts, wenn sie gleich sind oder wenn zu Daten mit begrenzten "
    "Nutzungen nichts davon genannt ist; eine Datei, die nicht früher geliefert wurde, wird nur mit "
    "--yes ersetzt. Rückgabewert 4, wenn der Vertragspartner ablehnt oder abgelehnt hat, 6, wenn "
    "zuerst ein Mensch zustimmen muss. --follow liest einen Datenstrom und hängt ihn an die Datei an. --to liefert in eine andere Ablage.",
    "Only the policy of an asset, a negotiation or an agreement needs a connector.": "Nur die Bedingungen eines Angebots, einer Verhandlung oder eines Vertrags brauchen einen Konnektor.",
    "Get the data of every active agreement as consumer that changed since the last run.": "Für alle geltenden Verträge als Bezieher die Daten beziehen, die sich seit dem letzten Mal geändert haben.",
    "The provider states digest, size and date of its data. Data of which it states nothing is "
    "transferred each time, unless the agreement limits its uses: then it is left as it is, and that "
    "is said. Each transfer is a use. A file that is missing or damaged in the folder is restored "
    "from the last delivery, without a use while the connector holds it. One that was changed there "
    "is replaced, and kept beside the new one as NAME.changed unless --yes is given. Files that no "
    "delivery put there are left alone: one in the way of a new file is overwritten only after a "
    "confirmation or with --yes (exit code 2). Files that the newest delivery no longer has are "
    "named, and removed with --delete unless they were changed.": "Der Anbieter nennt Prüfsumme, Größe und Datum seiner Daten. Daten ohne diese Angaben werden "
    "jedes Mal übertragen, außer wenn der Vertrag die Nutzungen begrenzt: Dann bleiben sie, wie sie "
    "sind, und das wird gesagt. Jede Übertragung ist eine Nutzung. Eine Datei, die im Ordner fehlt "
    "oder beschädigt ist, wird aus der letzten Lieferung wiederhergestellt, ohne Nutzung, solange der"
    " Konnektor sie noch hat. Eine, die dort geändert wurde, wird ersetzt und neben der neuen als "
    "NAME.changed aufgehoben, außer mit --yes. Dateien, die nicht aus einer Lieferung stammen, "
    "bleiben unberührt: Steht eine davon einer neuen Datei im Weg, wird sie nur nach Rückfrage oder "
    "mit --yes überschrieben (Rückgabewert 2). Dateien, die die neueste Lieferung nicht mehr enthält,"
    " werden genannt und mit --delete entfernt, wenn sie unverändert sind.",
    "Exit code 4 at each run in which a dataset of the folder gets no data, as under an agreement "
    "that is withdrawn, over or used up, with the command to ask again; it is not requested again "
    "before the agreement or the data has changed. A dataset whose agreement has ended is left out "
    "when its folder is deleted, or if there never was one. Data that does not arrive within ten "
    "seconds is waited for after the other datasets. Exit code 1 if data could not be transferred. "
    "The rest is up to date.": "Rückgabewert 4 bei jedem Aufruf, bei dem ein Datenangebot des Ordners keine Daten erhält, etwa "
    "weil der Vertrag zurückgezogen, abgelaufen oder aufgebraucht ist, mit dem Befehl für eine neue "
    "Anfrage; angefragt wird es erst wieder, wenn sich Vertrag oder Daten geändert haben. Ein "
    "Datenangebot, dessen Vertrag beendet ist, entfällt, sobald sein Ordner gelöscht ist oder wenn es"
    " nie einen hatte. Auf Daten, die nicht binnen zehn Sekunden ankommen, wird nach den übrigen "
    "gewartet. Rückgabewert 1, wenn Daten nicht übertragen werden konnten. Alles andere ist aktuell.",
    "Assets of this participant: drafts until they are published.": "Angebote dieses Teilnehmers: Entwürfe, bis sie veröffentlicht werden.",
    "Inspect a file before it is offered; nothing is added.": "Eine Datei prüfen, bevor sie angeboten wird; nichts anlegen.",
    "Shows the title, fields with their types and units, the time span and the area that a description could state, which fields may be about persons, and what is wrong with the data.": "Zeigt Titel, Felder mit Art und Einheit, Zeitraum und Gebiet, die eine Beschreibung nennen könnte, welche Felder Personen betreffen können, und was an den Daten nicht stimmt.",
    "Add an asset: a file, a folder, an HTTP source or a source of another kind, with its title and policy.": "Ein Angebot anlegen: eine Datei, ein Ordner, eine HTTP-Quelle oder eine andere Quelle, mit Titel und Nutzungsbedingungen.",
    "Without --policy and --template every participant may use it. The source is tried first: what does not "
    "fit the description or the policy is refused. What --publish cannot publish is not added either.": "Ohne --policy und --template dürfen alle Teilnehmer es nutzen. Die Quelle wird zuerst probiert: Was "
    "nicht zur Beschreibung oder zu den Nutzungsbedingungen passt, wird abgelehnt. Was --publish nicht veröffentlichen kann, "
    "wird auch nicht angelegt.",
    "List the assets, newest first.": "Die Angebote auflisten, neueste zuerst.",
    "Make the result of a recipe now, whole or not at all; show what it was made of.": "Das Ergebnis eines Rezepts jetzt herstellen, ganz oder gar nicht; zeigen, woraus es hergestellt wurde.",
    "A product that was stopped is made again if its inputs can be used again.": "Ein angehaltenes Produkt wird wieder hergestellt, wenn seine Eingaben wieder verwendet werden dürfen.",
    "Show what the newest result of a recipe was made of, and what came of the last run.": "Zeigen, woraus das neueste Ergebnis eines Rezepts hergestellt wurde und wie der letzte Lauf ausging.",
    "List what the address of a source has in it, by kind, as --source reads it.": "Zeigen, was in der Adresse einer Quelle steht, nach ihrer Art, so wie --source sie liest.",
    "Show the measured quality of the data of an asset, and whether its promised update cycle is kept.": "Die gemessene Qualität der Daten eines Angebots zeigen, und ob der versprochene Rhythmus eingehalten wird.",
    "Each version is measured when it is made, or first delivered.": "Jede Fassung wird gemessen, wenn sie hergestellt oder zum ersten Mal geliefert wird.",
    "Show one asset with its source and its policies.": "Ein Angebot mit Quelle und Nutzungsbedingungen anzeigen.",
    "Change an asset: what is not given stays as it is.": "Ein Angebot ändern: Was nicht angegeben ist, bleibt.",
    "A published asset stays published, and agreements keep what was agreed. Other terms get a new offer. "
    "If the policy of a published asset is removed, every participant may use it: that is confirmed first.": "Ein veröffentlichtes Angebot bleibt veröffentlicht, Verträge behalten das Vereinbarte. Andere "
    "Bedingungen gelten als neues Angebot. Werden die Bedingungen eines veröffentlichten Angebots entfernt, dürfen es "
    "alle Teilnehmer nutzen: Das wird zuvor bestätigt.",
    "Offer a new version of the data; dataset, search result and agreements stay the same.": "Eine neue Version der Daten anbieten; Datenangebot, Treffer und Verträge bleiben dieselben.",
    "Without a source the data is the same file or address, whose content has changed.": "Ohne Quelle sind die Daten dieselbe Datei oder Adresse, deren Inhalt sich geändert hat.",
    "Remove an asset that is not published and that no agreement refers to; its data is not touched.": "Ein Angebot löschen, das nicht veröffentlicht ist und zu dem es keinen Vertrag gibt; die Daten bleiben "
    "unberührt.",
    "Publish an asset in the catalogue.": "Ein Angebot im Katalog veröffentlichen.",
    "Withdraw an asset from the catalogue.": "Ein Angebot aus dem Katalog zurückziehen.",
    "Agreements remain valid and active transfers continue, unless --end-agreements is given.": "Verträge gelten weiter und laufende Lieferungen gehen weiter, außer mit --end-agreements.",
    "Check a policy: errors that prevent an offer, and warnings.": "Nutzungsbedingungen prüfen: Fehler, die ein Angebot verhindern, und Warnungen.",
    "Exit code 1 if the policy cannot be offered.": "Rückgabewert 1, wenn sie nicht angeboten werden können.",
    "Explain a policy in plain language: purposes, prohibitions, times, duties and price.": "Nutzungsbedingungen in einfacher Sprache erklären: Zwecke, Verbote, Zeiten, Pflichten und Preis.",
    "Compare two policies: the changes, and whether the second stays within the first.": "Zwei Nutzungsbedingungen vergleichen: die Änderungen, und ob die zweiten innerhalb der ersten bleiben.",
    "Decide the cases of a policy and compare the results with the expected ones.": "Die Fälle zu Nutzungsbedingungen entscheiden und mit dem erwarteten Ergebnis vergleichen.",
    "Exit code 1 if a result differs.": "Rückgabewert 1, wenn ein Ergebnis abweicht.",
    "Try out a policy: whether an action is permitted at a time, why, and what would change it.": "Nutzungsbedingungen ausprobieren: ob eine Handlung zu einer Zeit erlaubt ist, warum, und was daran etwas "
    "ändern würde.",
    "An offer is evaluated as the agreement that it would become. Exit code 4 if the policy denies the action.": "Ein Angebot wird als der Vertrag bewertet, zu dem es würde. Rückgabewert 4, wenn die Handlung abgelehnt "
    "wird.",
    "Let a connector decide on an action, with the facts that it has: claims, policies and uses.": "Einen Konnektor über eine Handlung entscheiden lassen, mit seinen Angaben: über Teilnehmer, Bedingungen "
    "und Nutzungen.",
    "The decision is not counted or stored. Exit code 4 if the policy denies the action.": "Die Entscheidung wird weder gezählt noch gespeichert. Rückgabewert 4, wenn die Handlung abgelehnt wird.",
    "Templates of policies.": "Vorlagen für Nutzungsbedingungen.",
    "List the templates.": "Die Vorlagen auflisten.",
    "Show a template: its use, its parameters and their bounds.": "Eine Vorlage anzeigen: wozu sie dient, ihre Parameter und deren Grenzen.",
    "Fill in a template: print the policy as JSON, or write it to a file.": "Eine Vorlage ausfüllen: die Nutzungsbedingungen als JSON ausgeben oder in eine Datei schreiben.",
    "Fetch the catalogue of a participant: one page, all pages or one dataset.": "Den Katalog eines Teilnehmers lesen: eine Seite, alle Seiten oder ein Datenangebot.",
    "Participants of the data space, and those that are excluded here.": "Teilnehmer des Datenraums und die, die hier ausgeschlossen sind.",
    "List the participants; those that are excluded here with the reason.": "Die Teilnehmer auflisten; die hier ausgeschlossenen mit der Begründung.",
    "Exclude a participant: its requests are refused, open negotiations and transfers end, and it sees no "
    "offers.": "Einen Teilnehmer ausschließen: Anfragen werden abgelehnt, offene Verhandlungen und Lieferungen enden, "
    "Angebote sind verborgen.",
    "The participant receives the reason. Agreements stay on record. `participant unblock` admits it again.": "Der Teilnehmer erhält die Begründung. Verträge bleiben verzeichnet. `participant unblock` lässt ihn "
    "wieder zu.",
    "Admit an excluded participant again; what was ended stays ended.": "Einen ausgeschlossenen Teilnehmer wieder zulassen; was beendet wurde, bleibt beendet.",
    "Request an agreement on a dataset; --policy requests another policy than the offer.": "Einen Vertrag über ein Datenangebot anfragen; --policy fragt nach anderen Nutzungsbedingungen als den "
    "angebotenen.",
    "List the negotiations, newest first.": "Die Verhandlungen auflisten, neueste zuerst.",
    "Of a request that waits at its provider, it is said what it asks for otherwise than the offer of the asset.": "Zu "
    "einer Anfrage, die beim Anbieter wartet, steht dabei, worin sie vom Angebot abweicht.",
    "Show one negotiation: its state, the current offer and the reason why it waits.": "Eine Verhandlung anzeigen: ihren Stand, das aktuelle Angebot und den Grund, aus dem sie wartet.",
    "Wait until a negotiation has ended or waits for a person of this participant.": "Warten, bis eine Verhandlung beendet ist oder auf einen Menschen dieses Teilnehmers wartet.",
    "Exit code 0 if finalized, 4 if terminated, 6 if a person has to decide or the time is over.": "Rückgabewert 0, wenn abgeschlossen, 4, wenn abgebrochen, 6, wenn ein Mensch entscheiden muss oder die "
    "Zeit um ist.",
    "Approve the step that waits for a person: agree, accept, verify or finalize.": "Dem Schritt zustimmen, der auf einen Menschen wartet: vereinbaren, annehmen, prüfen oder abschließen.",
    "If the offer has other terms since the request waits, the contract is made on those that were asked for, after a question. What was withdrawn is not agreed.": "Wurden die Bedingungen des Angebots geändert, seit die Anfrage wartet, wird der Vertrag nach einer Rückfrage zu den "
    "angefragten geschlossen. Einer Anfrage nach einem zurückgezogenen Angebot kann niemand mehr zustimmen.",
    "Reject the step that waits for a person: the negotiation ends, and the counterparty receives the reason.": "Den Schritt ablehnen, der auf einen Menschen wartet: Die Verhandlung endet, der Vertragspartner erhält "
    "die Begründung.",
    "Answer with another policy: a counter-offer of the provider, or a new request of the consumer.": "Mit anderen Nutzungsbedingungen antworten: Gegenangebot des Anbieters oder neue Anfrage des Beziehers.",
    "Terminate a negotiation; the counterparty receives the reason.": "Eine Verhandlung abbrechen; der Vertragspartner erhält die Begründung.",
    "List the agreements, newest first, with their state and their end.": "Die Verträge auflisten, neueste zuerst, mit Stand und Ende.",
    "Show one agreement with its policy and its use.": "Einen Vertrag mit Nutzungsbedingungen und Nutzung anzeigen.",
    "List who used what, when and for which purpose, oldest use first.": "Auflisten, wer was wann zu welchem Zweck genutzt hat, älteste Nutzung zuerst.",
    "Show who used what for which purpose, by month, as sums.": "Zeigen, wer was zu welchem Zweck genutzt hat, nach Monaten, als Summen.",
    "Counted are agreements, deliveries, bytes, and transfers that a policy denied.": "Gezählt werden Verträge, Lieferungen, Bytes und Lieferungen, die die Bedingungen abgelehnt haben.",
    "Withdraw an agreement: active transfers end and no new one starts; the agreement stays on record.": "Von einem Vertrag zurücktreten: Laufende Lieferungen enden, keine neue beginnt; der Vertrag bleibt "
    "verzeichnet.",
    "List the duties of an agreement with their states.": "Die Pflichten eines Vertrags mit ihrem Stand auflisten.",
    "Confirm that a duty is fulfilled, such as the deletion of the data.": "Bestätigen, dass eine Pflicht erfüllt ist, etwa das Löschen der Daten.",
    "Record, correct or show payments; the policies of active transfers are evaluated again immediately.": "Zahlungen erfassen, berichtigen oder anzeigen; die Bedingungen laufender Lieferungen werden sofort neu bewertet.",
    "Transfers under an agreement, as provider and as consumer.": "Lieferungen zu einem Vertrag, als Anbieter und als Bezieher.",
    "Request the data of an agreement.": "Die Daten eines Vertrags anfragen.",
    "--to names another sink than a folder: a table, an object store, a message broker. --push of a stream lets the provider send its messages in batches, --follow takes them from it; both go on by themselves until the transfer ends.": "--to nennt eine andere Ablage als einen Ordner: eine Tabelle, einen Objektspeicher, einen Nachrichtenbroker. --push eines Datenstroms lässt den Anbieter seine Nachrichten in Stapeln senden, --follow holt sie bei ihm ab; beides läuft von selbst weiter, bis die Lieferung endet.",
    "List the transfers, newest first.": "Die Lieferungen auflisten, neueste zuerst.",
    "Show one transfer: its state, its progress and the reason why it waits.": "Eine Lieferung anzeigen: ihren Stand, den Fortschritt und den Grund, aus dem sie wartet.",
    "Wait until the data has arrived or the transfer has ended; -o saves the files.": "Warten, bis die Daten da sind oder die Lieferung beendet ist; -o speichert die Dateien.",
    "Exit code 0 if the data has arrived, 4 if the transfer was terminated, 6 if it continues.": "Rückgabewert 0, wenn die Daten da sind, 4, wenn die Lieferung abgebrochen wurde, 6, wenn sie weiterläuft.",
    "Follow a stream: write each message as it arrives, a line of JSON with its identifier.": "Einen Datenstrom lesen: jede Nachricht bei ihrer Ankunft schreiben, eine Zeile JSON mit ihrer Kennung.",
    "It continues by itself after a break, and behind the last line of the file. A gap is a line too. Interrupt it to "
    "stop. Exit code 4 if the provider ended the stream.": "Nach einer Unterbrechung geht es von selbst weiter, hinter "
    "der letzten Zeile der Datei. Auch eine Lücke ist eine Zeile. Abbrechen beendet das Lesen. Rückgabewert 4, wenn der "
    "Anbieter den Datenstrom beendet hat.",
    "Pull again from a transfer that is kept open; -o saves the files.": "Von einer offen gehaltenen Lieferung erneut abrufen; -o speichert die Dateien.",
    "Suspend a transfer: no data moves until it is resumed.": "Eine Lieferung unterbrechen: Bis zur Fortsetzung fließen keine Daten.",
    "Resume a transfer that this participant suspended.": "Eine Lieferung fortsetzen, die dieser Teilnehmer unterbrochen hat.",
    "Complete a transfer.": "Eine Lieferung als fertig melden.",
    "Terminate a transfer: no more data moves, and the counterparty receives the reason.": "Eine Lieferung abbrechen: Es fließen keine Daten mehr, der Vertragspartner erhält die Begründung.",
    "The folder of received data.": "Der Ordner der empfangenen Daten.",
    "List the received files and the partial ones, oldest first, with what they are and from whom.": "Die empfangenen und die unvollständigen Dateien auflisten, älteste zuerst, mit Inhalt und Anbieter.",
    "Listed is the folder of the connector. Copies that `get` or `sync` saved are where those commands were told, and `transfer show` names the place of data that a transfer delivers elsewhere.": "Aufgelistet wird der Ordner des Konnektors. Kopien, die `get` oder `sync` gespeichert hat, liegen in dem dort angegebenen Ordner; `transfer show` nennt die Ablage von Daten, die woandershin gehen.",
    "Remove received files that are older than a number of days. Files that were saved elsewhere stay.": "Empfangene Dateien löschen, die älter sind als eine Zahl von Tagen. Anderswo gespeicherte Dateien bleiben.",
    "Events that policies can refer to, declared by the operator.": "Ereignisse, auf die sich Nutzungsbedingungen beziehen können, festgestellt vom Betrieb.",
    "Declare that an event has begun; the policies of active transfers are evaluated again.": "Den Beginn eines Ereignisses feststellen; die Bedingungen laufender Lieferungen werden neu bewertet.",
    "Declare that an event is over; the policies of active transfers are evaluated again.": "Das Ende eines Ereignisses feststellen; die Bedingungen laufender Lieferungen werden neu bewertet.",
    "List all declared events, latest first.": "Alle festgestellten Ereignisse auflisten, neueste zuerst.",
    "Consents of persons: recorded, withdrawn, and checked for each record of a transfer.": "Einwilligungen von Personen: erfasst, widerrufen und für jeden Datensatz einer Lieferung geprüft.",
    "Record the consent of a person; only a keyed reference to the person is stored.": "Die Einwilligung einer Person erfassen; gespeichert wird nur ein verschlüsselter Bezug auf die Person.",
    "Record a withdrawal: records of the person leave no more, also in active transfers.": "Einen Widerruf erfassen: Datensätze der Person werden nicht mehr herausgegeben, auch nicht in laufenden "
    "Lieferungen.",
    "List the entries of the register, newest first.": "Die Einträge des Einwilligungsregisters auflisten, neueste zuerst.",
    "Make a link with which a person sees, changes and withdraws the own consents, without an account.": "Einen Link erzeugen, mit dem eine Person ihre Einwilligungen sieht, ändert und widerruft, ohne Konto.",
    "An earlier link of the person ends. The link is printed once; give it to the person, and to nobody else.": "Ein früherer Link der Person endet. Der Link erscheint einmal; bitte der Person geben und sonst niemandem.",
    "Record the consents in a CSV file.": "Die Einwilligungen aus einer CSV-Datei erfassen.",
    "Columns: subject and purpose; state (such as ConsentGiven, ConsentRefused or ConsentWithdrawn), dataset and until "
    "are optional. The file is recorded in parts of 500. If a line is refused, the parts before it stay recorded. The "
    "import can be repeated: the latest entry of a person counts.": "Spalten: subject und purpose; state (etwa "
    "ConsentGiven, ConsentRefused oder ConsentWithdrawn), dataset und until sind freiwillig. Die Datei wird in Teilen von 500 "
    "erfasst. Wird eine Zeile abgelehnt, bleiben die Teile davor erfasst. Der Import lässt sich "
    "wiederholen: Der neueste Eintrag einer Person zählt.",
    "The audit log: read it, export it with its proofs, verify an export.": "Das Prüfprotokoll: lesen, mit Prüfnachweisen ausgeben, eine Ausgabe prüfen.",
    "List the entries of the audit log, oldest first.": "Die Einträge des Prüfprotokolls auflisten, älteste zuerst.",
    "Show all that the audit log has about one process, asset or participant, with the recorded facts.": "Alles anzeigen, was das Prüfprotokoll zu einem Vorgang, Angebot oder Teilnehmer enthält, mit den "
    "erfassten Angaben.",
    "Export the entries of a period, each with the proof that it belongs to the log (JSON Lines).": "Die Einträge eines Zeitraums ausgeben, jeden mit dem Nachweis, dass er zum Protokoll gehört (JSON Lines).",
    "Verify an export without a connector: no entry was changed, added, omitted or moved.": "Eine Ausgabe ohne Konnektor prüfen: Kein Eintrag wurde geändert, ergänzt, ausgelassen oder verschoben.",
    "Exit code 1 if it is broken.": "Rückgabewert 1, wenn sie nicht unversehrt ist.",
    "List the Holds, oldest first; answer with `negotiation approve`, `reject` or `counter`.": "Die wartenden Vorgänge auflisten, älteste zuerst; Antwort mit `negotiation approve`, `reject` oder "
    "`counter`.",
    "The broker: it crawls the catalogues of the participants and answers searches.": "Der Broker: Er liest die Kataloge der Teilnehmer ein und beantwortet Suchen.",
    "Run a broker until Ctrl-C or SIGTERM; one line reports that it is ready, with its addresses.": "Einen Broker betreiben bis Strg+C oder SIGTERM; eine Zeile meldet, dass er bereit ist, mit seinen "
    "Adressen.",
    "List the crawled participants and portals: the state of each source, its datasets, and its latest error.": "Die eingelesenen Teilnehmer und Portale auflisten: Stand jeder Quelle, ihre Datenangebote und ihr letzter Fehler.",
    "A catalogue in RDF is Turtle, RDF/XML or JSON-LD in the terms of DCAT-AP; its pages are followed.": "Ein Katalog in RDF ist Turtle, RDF/XML oder JSON-LD in den Begriffen von DCAT-AP; alle seine Seiten werden gelesen.",
    "Show whether a broker is ready; with a management key its sources, entries, index and crawls too.": "Anzeigen, ob ein Broker bereit ist; mit einem Verwaltungsschlüssel auch seine Quellen, Einträge, seinen Suchindex und das Einlesen.",
    "Members become sources by the signed participant list; the data-space operator invites them with `authority member invite`, or adds them with `roster add`.": "Mitglieder werden durch die signierte Teilnehmerliste zu Quellen; der Betreiber des Datenraums lädt sie mit `authority member invite` ein oder trägt sie mit `roster add` ein.",
    "The sources of the broker: participants whose catalogues it crawls, and portals that it harvests.": "Die Quellen des Brokers: Teilnehmer, deren Kataloge er einliest, und Portale, deren Datenangebote er als Verweise aufnimmt.",
    "Add a portal or a participant to a running broker, also again after it was removed; it is read at once.": "Ein Portal oder einen Teilnehmer bei einem laufenden Broker eintragen, auch wieder, nachdem die Quelle entfernt wurde; sie wird sofort gelesen.",
    "Show a source: its state, its crawls of the last 30 days, its marks, and what could not be read.": "Eine Quelle anzeigen: ihren Stand, das Einlesen der letzten 30 Tage, ihre Kennzeichen und was nicht lesbar war.",
    "Members need no registration: those that the signed participant list has with an address are sources by themselves. The data-space operator invites members with `datenkontor authority member invite`; where there is a list without an authority, with `datenkontor roster add` and `datenkontor roster publish`.": "Für Mitglieder ist das nicht nötig: Wer mit einer Adresse in der signierten Teilnehmerliste steht, ist von selbst eine Quelle. Mitglieder lädt der Betreiber des Datenraums mit `datenkontor authority member invite` ein; ohne Vertrauensstelle nimmt er sie mit `datenkontor roster add` und `datenkontor roster publish` auf.",
    "Suspend a source: it is not crawled, and its offers leave every output until `broker source resume`.": "Eine Quelle aussetzen: Sie wird nicht eingelesen, und ihre Angebote sind nirgends zu sehen, bis `broker source resume` folgt.",
    "Resume a suspended source: its offers come back at once, and it is crawled again.": "Eine ausgesetzte Quelle fortsetzen: Ihre Angebote sind sofort wieder da, und sie wird wieder eingelesen.",
    "Remove a source: its offers are deleted here, and feeds tell it.": "Eine Quelle entfernen: Ihre Angebote werden hier gelöscht, und Feeds melden es.",
    "It is not crawled any more, also if it stays on the participant list, until `broker source add` or `broker undo`.": "Sie wird nicht mehr eingelesen, auch wenn sie in der Teilnehmerliste bleibt, bis `broker source add` oder `broker undo` folgt.",
    "Crawl sources now: before those that are due, but not before their crawls that run.": "Quellen jetzt einlesen: vor denen, die an der Reihe sind; ein laufendes Einlesen wird erst beendet.",
    "Hide one offer, or all of a source, from every search, export and feed; the source is crawled on.": "Ein Angebot oder alle einer Quelle ausblenden, in jeder Suche, jedem Export und jedem Feed; die Quelle wird weiter eingelesen.",
    "Show again what was hidden.": "Ausgeblendetes wieder zeigen.",
    "Mark an offer or a source as a test: only searches that ask for tests find it.": "Ein Angebot oder eine Quelle als Test kennzeichnen: Nur Suchen, die nach Tests fragen, finden es.",
    "Take the mark of a test away.": "Die Kennzeichnung als Test aufheben.",
    "Show how often was searched on each day, how often without a result, and the most frequent words.": "Zeigen, wie oft an jedem Tag gesucht wurde, wie oft ohne Treffer, und die häufigsten Wörter.",
    "A word is counted from the fifth participant on that searches for it on one day, and nobody is named. The setting `broker.statistics` switches the counting off.": "Ein Wort zählt erst, wenn an einem Tag fünf Teilnehmer danach gesucht haben, und niemand wird genannt. Die Einstellung `broker.statistics` schaltet das Zählen aus.",
    "Show the quality of the offers of each source: shares in percent, and a score from 0 to 100.": "Die Qualität der Angebote jeder Quelle zeigen: Anteile in Prozent und Punkte von 0 bis 100.",
    "Completeness: the recommended members of DCAT-AP.de that are stated. Freshness: the datasets that were updated as often as they promise. Reachability: the crawls of the last 30 days that succeeded. Conformity: the datasets in which the shapes find nothing. docs/quality.md has the formula.": "Vollständigkeit: welche von DCAT-AP.de empfohlenen Angaben vorhanden sind. Aktualität: welche Datenangebote so oft aktualisiert wurden wie versprochen. Erreichbarkeit: wie oft das Einlesen in den letzten 30 Tagen gelang. Regeltreue: an welchen Datenangeboten die Prüfregeln nichts finden. Die Formel steht in docs/quality.md.",
    "List what is hidden, suspended, removed, registered by hand or marked as a test, with who, when and why.": "Auflisten, was ausgeblendet, ausgesetzt, entfernt, von Hand aufgenommen oder als Test gekennzeichnet ist, mit wer, wann und warum.",
    "List possible duplicates: datasets of several participants with one identifier, or one address of the data.": "Mögliche Dubletten auflisten: Datenangebote mehrerer Teilnehmer mit derselben Kennung oder derselben Adresse der Daten.",
    "If they agree in title, licence and price, a search shows them as one result. If not, both are shown and marked.": "Stimmen Titel, Lizenz und Preis überein, zeigt die Suche sie als einen Treffer. Sonst zeigt sie beide und kennzeichnet sie.",
    "List the acts of the operator, the newest first; `broker undo` takes their numbers.": "Die Eingriffe des Betriebs auflisten, die neuesten zuerst; `broker undo` nimmt ihre Nummern.",
    "Undo an act, unless a later one has changed the same; an undo can be undone too.": "Einen Eingriff zurücknehmen, wenn kein späterer dasselbe geändert hat; auch das lässt sich zurücknehmen.",
    "Say why an offer is shown by the broker, or why it is not: step by step, up to the first that fails.": "Sagen, warum der Broker ein Angebot zeigt oder nicht: Schritt für Schritt bis zum ersten Hindernis.",
    "With the settings of a connector about its own offers, with those of the broker about all.": "Mit den Einstellungen eines Konnektors über die eigenen Angebote, mit denen des Brokers über alle.",
    "Build the search index of a running broker anew; the present index answers until the new one takes its place.": "Den Suchindex eines laufenden Brokers neu aufbauen; der bisherige antwortet, bis der neue ihn ersetzt.",
    "The participant list: the members of the data space, signed by the data-space operator.": "Die Teilnehmerliste: die Mitglieder des Datenraums, signiert vom Betreiber des Datenraums.",
    "NEW: not crawled yet. ONLINE: the last crawl succeeded. SUSPECT: the last crawl failed; its datasets remain in searches, and it is tried again soon. OFFLINE: three crawls failed, or none succeeded for 15 minutes; its datasets are marked as possibly outdated, and hidden after a day. DEAD: no crawl succeeded for five days, or the participant left the list; its datasets are not found any more. A crawl that succeeds makes a source ONLINE again.": "neu: noch nicht eingelesen. erreichbar: zuletzt erfolgreich eingelesen. antwortet nicht: Das letzte Einlesen ist fehlgeschlagen; die Datenangebote bleiben auffindbar, ein neuer Versuch folgt bald. nicht erreichbar: Das Einlesen ist dreimal oder seit 15 Minuten fehlgeschlagen; die Datenangebote gelten als möglicherweise veraltet und werden nach einem Tag verborgen. aufgegeben: Das Einlesen ist seit fünf Tagen fehlgeschlagen, oder der Teilnehmer steht nicht mehr auf der Liste; die Datenangebote sind nicht mehr auffindbar. Gelingt das Einlesen, ist die Quelle wieder erreichbar. In der JSON-Ausgabe heißen sie NEW, ONLINE, SUSPECT, OFFLINE und DEAD.",
    "Create a participant list; `init --role broker` does this too.": "Eine Teilnehmerliste anlegen; `init --role broker` tut das auch.",
    "Add members by their identity cards. Roles and claims come from you, never from the card.": "Mitglieder mit ihren Teilnehmerausweisen aufnehmen. Rollen und Angaben kommen vom Betreiber, nie aus dem "
    "Ausweis.",
    "Remove a member; after the next published list all participants refuse its requests.": "Ein Mitglied streichen; nach der nächsten Veröffentlichung lehnen alle Teilnehmer seine Anfragen ab.",
    "Sign the next version of the list; it replaces the signed list. A list without members is confirmed first.": "Die nächste Version der Liste signieren; sie ersetzt die signierte Liste. Bei einer Liste ohne Mitglieder wird gefragt.",
    "Show the working file: the members of the next published list.": "Die Arbeitsdatei anzeigen: die Mitglieder der nächsten veröffentlichten Liste.",
    "Verify a signed list as every participant does: signature, format and times.": "Eine signierte Liste prüfen wie jeder Teilnehmer: Signatur, Form und Zeiten.",
    "Write a backup: settings, keys, store and participant list, also while the connector runs.": "Eine Sicherung schreiben: Einstellungen, Schlüssel, Datenbank und Teilnehmerliste, auch im laufenden "
    "Betrieb.",
    "Offered and received data is not in it. Keep it as safe as the private key.": "Angebotene und empfangene Daten sind nicht enthalten. So sicher aufbewahren wie den privaten Schlüssel.",
    "Restore a backup. Stop the old process first: two connectors with one identity disagree with their peers.": "Eine Sicherung zurückspielen. Vorher den alten Prozess beenden: Zwei Konnektoren mit einer Identität "
    "geraten mit ihren Gegenstellen in Widerspruch.",
    "Credentials that this participant shows to others.": "Nachweise, die dieser Teilnehmer anderen vorlegt.",
    "Credentials that this participant holds, and shows to those who verify it.": "Nachweise dieses Teilnehmers: er legt sie denen vor, die ihn prüfen.",
    "List the credentials, and whether they can be shown; then what issuers offer.": "Die Nachweise auflisten, und ob sie vorgelegt werden können; danach, was Aussteller anbieten.",
    "Show a credential with what it says about this participant.": "Einen Nachweis anzeigen, mit dem, was er über diesen Teilnehmer sagt.",
    "Verify a credential and store it; it takes the place of the one that it renews.": "Einen Nachweis prüfen und speichern; er tritt an die Stelle dessen, den er erneuert.",
    "Ask an issuer for credentials; the request is sent until the issuer has taken it.": "Nachweise bei einem Aussteller beantragen; der Antrag wird gesendet, bis der Aussteller ihn angenommen hat.",
    "List the requests to issuers and what issuers offer.": "Die Anträge bei Ausstellern auflisten, und was Aussteller anbieten.",
    "Credentials that this process issues to members.": "Nachweise, die dieser Prozess Mitgliedern ausstellt.",
    "Credentials that this process issues to members, and their requests.": "Nachweise, die dieser Prozess Mitgliedern ausstellt, und deren Anträge.",
    "List the requests of members and the offers to them, newest first.": "Die Anträge von Mitgliedern und die Angebote an sie auflisten, die neuesten zuerst.",
    "Issue the credentials of a request that waits.": "Die Nachweise eines wartenden Antrags ausstellen.",
    "Reject a request that waits; the member is told the reason.": "Einen wartenden Antrag ablehnen; das Mitglied erfährt den Grund.",
    "Tell a member again what became of its request, or send an offer again.": "Einem Mitglied noch einmal mitteilen, was aus seinem Antrag geworden ist, oder ein Angebot noch einmal senden.",
    "Offer credentials to a member: when it asks for them, it gets them at once.": "Einem Mitglied Nachweise anbieten: Beantragt es sie, bekommt es sie sofort.",
    "List the issued credentials, newest first.": "Die ausgestellten Nachweise auflisten, die neuesten zuerst.",
    "Show an issued credential with its place in the status lists, and as it was signed.": "Einen ausgestellten Nachweis anzeigen, mit seinem Platz in den Statuslisten und so, wie er unterschrieben wurde.",
    "Issue credentials that are handed over in another way, and print them (JWT), one a line.": "Nachweise ausstellen, die auf anderem Weg übergeben werden, und sie ausgeben (JWT), je Zeile einen.",
    "The member stores one with `credential import`.": "Das Mitglied speichert einen mit `credential import`.",
    "End an issued credential for good; it is on the status list at once.": "Einen ausgestellten Nachweis endgültig widerrufen; er steht sofort auf der Statusliste.",
    "End an issued credential for a time.": "Einen ausgestellten Nachweis vorübergehend aussetzen.",
    "Let a suspended credential count again.": "Einen ausgesetzten Nachweis wieder gelten lassen.",
    "Remove a credential: it is shown to nobody any more.": "Einen Nachweis entfernen: er wird niemandem mehr vorgelegt.",
    "Users: people who sign in to the pages.": "Benutzer: wer sich an den Seiten im Browser anmeldet.",
    "List the users of the pages with their roles.": "Die Benutzer der Seiten mit ihren Rollen auflisten.",
    "Add a user of the pages; the printed link lets the person choose a password, once and for a day.": "Ein Benutzerkonto anlegen; mit dem ausgegebenen Link wählt die Person ein Passwort, einmal und einen Tag lang.",
    "Print a new link for a password: the old password and all sessions end.": "Einen neuen Link für ein Passwort ausgeben: das alte Passwort und alle Anmeldungen enden.",
    "A disabled user is admitted again.": "Ein gesperrtes Konto ist danach wieder offen.",
    "Disable a user: the person cannot sign in, and all sessions end.": "Ein Benutzerkonto sperren: die Person kann sich nicht mehr anmelden, und alle Anmeldungen enden.",
    "Admit a disabled user again: the person signs in as before.": "Die Sperre eines Benutzerkontos aufheben: die Person meldet sich an wie zuvor.",
    "Sign the profile of the data space, which members with the mechanism `dcp` read: whose credentials count.": "Das Profil des Datenraums signieren, das Mitglieder mit dem Verfahren `dcp` lesen: wessen Nachweise zählen.",
    "Signed self-descriptions: show them, check any.": "Signierte Selbstbeschreibungen: anzeigen und prüfen.",
    "Signed self-descriptions of this participant and its assets, and the check of any.": "Signierte Selbstbeschreibungen dieses Teilnehmers und seiner Angebote; Prüfung jeder anderen.",
    "Show the self-description of this participant, or of a published asset, as it is signed.": "Die Selbstbeschreibung dieses Teilnehmers oder eines veröffentlichten Angebots zeigen, wie sie signiert wird.",
    "Check a self-description by the participant list: who states what, until when, and whether it holds now.": "Eine Selbstbeschreibung anhand der Teilnehmerliste prüfen: wer sagt was, bis wann, und gilt es jetzt.",
    "The exit code is 1 if the signature is not that of the issuer, or if the description does not hold now.": "Der Rückgabewert ist 1, wenn die Signatur nicht die des Ausstellers ist oder die Beschreibung jetzt nicht gilt.",
    "Needs for data: post them, answer those of others.": "Bedarf an Daten: melden, und auf den anderer antworten.",
    "Needs: data that participants look for, with the offers that match and the answers of others.": "Bedarf: Daten, die Teilnehmer suchen, mit passenden Angeboten und den Antworten anderer.",
    "Post a need at the broker; all participants see it until its last day, and are told if their data matches.": "Einen Bedarf beim Broker melden; alle Teilnehmer sehen ihn bis zum letzten Tag und erfahren, wenn ihre Daten passen.",
    "List the needs at the broker, the newest first.": "Die Bedarfe beim Broker auflisten, die neuesten zuerst.",
    "Show a need with all that it states.": "Einen Bedarf mit allen Angaben anzeigen.",
    "Change a need of this participant; what is not named stays, and an empty text removes it.": "Einen eigenen Bedarf ändern; was nicht genannt ist, bleibt, ein leerer Text entfernt es.",
    "Close a need of this participant: it takes no more answers, and who answered it is told.": "Einen eigenen Bedarf abschließen: er nimmt keine Antworten mehr an, und wer geantwortet hat, erfährt es.",
    "Answer a need of another participant: with an offer, the day from which there will be one, or none.": "Auf den Bedarf eines anderen Teilnehmers antworten: mit einem Angebot, dem Tag, ab dem es eines gibt, oder keinem.",
    "List the answers to a need, the oldest first: all to an own need, the own ones to another.": "Die Antworten auf einen Bedarf auflisten, die ältesten zuerst: alle auf einen eigenen, die eigenen auf einen anderen.",
    "List the offers that match a need now, the best first, with the reasons in words.": "Die Angebote auflisten, die jetzt zu einem Bedarf passen, die besten zuerst, mit Begründung.",
    "List what this participant is told: matches and answers to its needs, and needs that its data matches.": "Die Nachrichten auflisten: Treffer und Antworten zum eigenen Bedarf und Bedarf, zu dem die eigenen Daten passen.",
    "Subscriptions: get the data of agreements regularly.": "Abos: Daten aus Verträgen regelmäßig beziehen.",
    "Subscriptions: standing orders that get the data of agreements regularly, as far as it has changed.": "Abos: Daten aus Verträgen regelmäßig beziehen, soweit sie sich geändert haben.",
    "Order the data of an agreement regularly, the first time at once.": "Daten eines Vertrags regelmäßig bestellen, das erste Mal sofort.",
    "The connector runs it by itself. The provider states digest and date of its data, and only what has changed is delivered; a look spends no use. Data of which nothing is stated is delivered each time, unless the agreement limits its uses. What was missed is caught up once, a failure is tried again and told once, and a subscription ends with its agreement. The same order again is the same subscription. `stream` follows a stream: its messages go to the sink as they arrive, and what was missed meanwhile is caught up.": "Der Konnektor führt es selbst aus. Der Anbieter nennt Prüfsumme und Datum seiner Daten, und nur was sich geändert hat, wird geliefert; das Nachsehen verbraucht keine Nutzung. Daten, über die nichts gesagt ist, werden jedes Mal geliefert, außer der Vertrag begrenzt die Nutzungen. Versäumtes wird einmal nachgeholt, ein Fehler wird wiederholt und einmal gemeldet, und ein Abo endet mit seinem Vertrag. Dieselbe Bestellung noch einmal ist dasselbe Abo. `stream` folgt einem Datenstrom: Seine Nachrichten gehen laufend in die Ablage, und inzwischen Versäumtes wird nachgeholt.",
    "List the subscriptions, newest first.": "Abos auflisten, die neuesten zuerst.",
    "Show one subscription: when it looks for data, what the last run came to, and the next one.": "Ein Abo zeigen: wann es nach Daten sucht, was der letzte Lauf ergab, und den nächsten.",
    "Pause a subscription; a delivery under way arrives.": "Ein Abo anhalten; eine laufende Lieferung kommt noch an.",
    "Resume a paused subscription: it looks for changed data at once.": "Ein angehaltenes Abo fortsetzen: Es sucht sofort nach geänderten Daten.",
    "Remove a subscription; what was delivered stays.": "Ein Abo entfernen; gelieferte Daten bleiben.",
    "Look for changed data now; it runs in the connector.": "Jetzt nach geänderten Daten suchen; das geschieht im Konnektor.",
    "Saved searches: what is new in them, and their feeds.": "Gespeicherte Suchen: was darin neu ist, und ihre Feeds.",
    "Saved searches: `search --save` saves one, and the broker tells each new or changed result once.": "Gespeicherte Suchen: `search --save` speichert eine, und der Broker meldet jeden neuen oder geänderten Treffer einmal.",
    "List the saved searches of this participant, the oldest first.": "Die eigenen gespeicherten Suchen auflisten, die ältesten zuerst.",
    "List the results that are new or have changed since the last call; their numbers are those for `get`.": "Die Treffer auflisten, die seit dem letzten Aufruf neu oder geändert sind; ihre Nummern gelten für `get`.",
    "Give a saved search another name.": "Einer gespeicherten Suche einen anderen Namen geben.",
    "Make a new secret address for the Atom feed of a saved search; the old address ends.": "Eine neue geheime Adresse für den Atom-Feed einer gespeicherten Suche erzeugen; die alte endet.",
    "Let the broker post new results to an address, signed with a secret that is shown once.": "Den Broker neue Treffer an eine Adresse senden lassen, signiert mit einem Geheimnis, das einmal gezeigt wird.",
    "Remove a saved search; its feed and its webhook end.": "Eine gespeicherte Suche entfernen; ihr Feed und ihr Webhook enden.",
    "Write what both sides have signed of a final agreement to a file, which anybody can verify.": "In eine Datei schreiben, was beide Seiten zu einem geschlossenen Vertrag signiert haben; jeder kann sie prüfen.",
    "Verify the evidence of an agreement without a connector: who agreed to what, and when.": "Den Beleg eines Vertrags ohne Konnektor prüfen: wer wann worin übereinkam.",
    "Without a participant list or documents, the file proves only that its own keys have signed. Exit code 1 if a part was changed, or if a key is not on the list and in no document.": "Ohne Teilnehmerliste oder Dokumente belegt die Datei nur, dass ihre eigenen Schlüssel signiert haben. Rückgabewert 1, wenn ein Teil verändert wurde oder ein Schlüssel weder auf der Liste noch in einem Dokument steht.",
    "Data planes in processes of their own.": "Datenebenen als eigene Prozesse.",
    "Data planes in processes of their own: run one, list, add, drain, remove.": "Datenebenen als eigene Prozesse: betreiben, auflisten, anmelden, leerlaufen lassen, entfernen.",
    "Run a data plane until Ctrl-C or SIGTERM; one line reports that it is ready, with its addresses.": "Eine Datenebene betreiben bis Strg+C oder SIGTERM; eine Zeile meldet, dass sie bereit ist, mit ihren Adressen.",
    "Connectors drive it over the listener of the section [signaling]. Add it to one with `dataplane add`.": "Konnektoren steuern sie über den Zugang des Abschnitts [signaling]. Angemeldet wird sie dort mit `dataplane add`.",
    "List the data planes of a connector: labels, flows that have not ended, and whether they take new ones.": "Die Datenebenen eines Konnektors auflisten: Schlagworte, laufende Datenflüsse, und ob sie neue annehmen.",
    "Register a data plane, or replace what was registered.": "Eine Datenebene anmelden oder ihre Anmeldung ersetzen.",
    "A data plane of Datenkontor says itself what it is: the variable DATENKONTOR_PLANE holds a management key of it with the scope admin. Another one is described with --id, --profile and --keys.": "Eine Datenebene von Datenkontor sagt selbst, was sie ist: Die Variable DATENKONTOR_PLANE enthält einen ihrer Verwaltungsschlüssel mit dem Recht admin. Eine andere beschreiben --id, --profile und --keys.",
    "Keep new flows away from a data plane; those that it has go on until they end.": "Einer Datenebene keine neuen Datenflüsse geben; die vorhandenen laufen bis zu ihrem Ende weiter.",
    "Remove a data plane that has no flows any more.": "Eine Datenebene ohne laufende Datenflüsse entfernen.",
    "A connector that was a member by the key on its card keeps its identifier and its agreements. It must not run meanwhile. What was refused has changed nothing; after a lost answer, the same call goes on.": "Ein Konnektor, der nach dem Schlüssel seines Ausweises Mitglied war, behält Kennung und Verträge. Er"
    " darf währenddessen nicht laufen. Was abgelehnt wird, hat nichts verändert; nach einer verlorenen Antwort geht derselbe Aufruf weiter.",
    "Add a member by its identity card, without an invitation; it gets its credential with `credential renew`.": "Ein Mitglied mit seinem Teilnehmerausweis aufnehmen, ohne Einladung; seinen Nachweis holt es mit"
    " `credential renew`.",
    "Issue the credential of a member anew, and print it (JWT): for one whose wallet is another product.": "Den Nachweis eines Mitglieds neu ausstellen und ausgeben (JWT), wenn es seine Nachweise mit einem anderen Produkt hält.",
    "A Datenkontor gets its own with `credential renew`.": "Ein Datenkontor holt sich seinen mit `credential renew`.",
    "Admit a suspended member again.": "Ein Mitglied, dessen Mitgliedschaft ruht, wieder zulassen.",
    "Ask the authority of the data space for the own credential anew, and store it.": "Den eigenen Nachweis bei der Vertrauensstelle des Datenraums neu anfordern und speichern.",
    "Become a member of a data space by an invitation.": "Mit einer Einladung Mitglied eines Datenraums werden.",
    "Become a member of a data space: keys are made here, the authority looks at them, and a credential is stored.": "Mitglied eines Datenraums werden: Die Schlüssel entstehen hier, die Vertrauensstelle prüft sie, und ein"
    " Nachweis wird gespeichert.",
    "Go on with the spare root, after the first root was lost or stolen: members refuse the first one from then on.": "Mit dem Ersatzschlüssel weitermachen, nachdem der erste Hauptschlüssel verloren oder gestohlen ist: Die"
    " Mitglieder lehnen den ersten von da an ab.",
    "Make a new pair of roots, after a root was lost or stolen; move the old ones away from this machine before.": "Ein neues Paar von Hauptschlüsseln erzeugen, wenn einer verloren oder gestohlen ist; die alten vorher von diesem Rechner wegbringen.",
    "The spare root names the new pair, and members follow by themselves: they refuse the old roots for good. If both roots are lost, use --by-hand within the 90 days of the issuer key: until these are over, old and new roots count.": "Der Ersatzschlüssel benennt das neue Paar, und die Mitglieder folgen von selbst: Sie lehnen die alten Hauptschlüssel endgültig ab. Sind beide verloren, --by-hand verwenden, innerhalb der 90 Tage des Signaturschlüssels: Bis zu deren Ende zählen alte und neue.",
    "Take the new roots of the authority, as a member, instead of those that are pinned here.": "Als Mitglied die neuen Hauptschlüssel der Vertrauensstelle eintragen, anstelle der bisherigen.",
    "Ask the data-space operator for the thumbprint by telephone: it is what proves the roots. What was refused has changed nothing.": "Den Fingerabdruck beim Betreiber des Datenraums am Telefon erfragen: Er belegt die Hauptschlüssel. Was abgelehnt wurde, hat nichts geändert.",
    "List the authorities of other data spaces, and the thumbprint of the own root, which theirs need.": "Die Vertrauensstellen anderer Datenräume auflisten, mit dem Fingerabdruck des eigenen Hauptschlüssels,"
    " den jene brauchen.",
    "List the authority of another data space: its members and yours meet, once it lists yours too.": "Die Vertrauensstelle eines anderen Datenraums eintragen: Deren Mitglieder und die eigenen begegnen sich,"
    " sobald sie auch die eigene einträgt.",
    "The invitations to the data space: list, agree, withdraw.": "Die Einladungen in den Datenraum: auflisten, zustimmen, zurückziehen.",
    "Agree to an invitation that waits for a second person: its link can be used from now on.": "Einer Einladung zustimmen, die auf eine zweite Person wartet: Ihr Link gilt von da an.",
    "List what was done about members and invitations, the newest first: who, when and why.": "Auflisten, was mit Mitgliedern und Einladungen geschah, das Neueste zuerst: wer, wann und warum.",
    "List the invitations: who was invited, until when, and what became of it. No link is shown again.": "Die Einladungen auflisten: wer eingeladen ist, bis wann, und was daraus wurde. Kein Link wird noch einmal gezeigt.",
    "Withdraw an invitation that nobody has used: its link makes nobody a member any more.": "Eine Einladung zurückziehen, die noch niemand verwendet hat: Mit ihrem Link wird niemand mehr Mitglied.",
    "List the members, then the invitations that nobody has used.": "Die Mitglieder auflisten, dann die Einladungen, die noch niemand verwendet hat.",
    "Make a link with which one organisation joins, once: `datenkontor join LINK DIR`.": "Einen Link erzeugen, mit dem eine Organisation beitritt, einmal: `datenkontor join LINK DIR`.",
    "Make a new issuer key, certified by the root for 90 days, and publish the list with it.": "Einen neuen Signaturschlüssel erzeugen, vom Hauptschlüssel für 90 Tage zertifiziert, und die Liste damit"
    " veröffentlichen.",
    "Make the authority of the data space, in the folder `authority` beside the settings of its broker.": "Die Vertrauensstelle des Datenraums anlegen, im Ordner `authority` neben den Einstellungen ihres"
    " Brokers.",
    "Nobody has to change a setting. There is no spare left: `authority renew` makes the next pair, with the same key.": "Niemand muss eine Einstellung ändern. Ein Ersatzschlüssel fehlt dann: `authority renew` erzeugt mit demselben Schlüssel das nächste Paar.",
    "Of its list count names, addresses and keys. Its roles, claims, profile and partners do not.": "Von ihrer Liste zählen Namen, Adressen und Schlüssel. Rollen, Angaben, Profil und Partner zählen nicht.",
    "Sign the next participant list, with the profile of the data space, and tell the members that it is there.": "Die nächste Teilnehmerliste signieren, mit dem Profil des Datenraums, und den Mitgliedern Bescheid"
    " geben.",
    "Suspend a member: nobody speaks with it, and what runs with it ends, until `member admit`.": "Eine Mitgliedschaft ruhen lassen: Niemand spricht mit dem Mitglied, und was läuft, endet, bis `member"
    " admit`.",
    "Take a member off the list and end its credentials, for good; the members are told at once.": "Ein Mitglied von der Liste nehmen und seine Nachweise beenden, endgültig; die Mitglieder erfahren es"
    " sofort.",
    "Take the authority of another data space off the list: what runs with its members ends.": "Die Vertrauensstelle eines anderen Datenraums von der Liste nehmen: Was mit deren Mitgliedern läuft,"
    " endet.",
    "The authorities of other data spaces, whose members yours meet: list, add, remove.": "Die Vertrauensstellen anderer Datenräume, deren Mitgliedern die eigenen begegnen: auflisten, eintragen,"
    " streichen.",
    "The authority of a data space: its keys, its members, the signed list.": "Die Vertrauensstelle eines Datenraums: Schlüssel, Mitglieder, signierte Liste.",
    "The authority of a data space: its keys, its members, the signed participant list.": "Die Vertrauensstelle eines Datenraums: ihre Schlüssel, ihre Mitglieder, die signierte Teilnehmerliste.",
    "The link is shown once. Send it on a way on which nobody else reads it.": "Der Link wird einmal angezeigt. Ihn so senden, dass niemand sonst ihn liest.",
    "The members of the data space: invite, add, change, suspend, revoke, list.": "Die Mitglieder des Datenraums: einladen, aufnehmen, ändern, ruhen lassen, widerrufen, auflisten.",
    "Change the roles or the claims of a member, and publish the list; what is not given stays.": "Rollen oder Angaben eines Mitglieds ändern und die Liste veröffentlichen; was nicht angegeben ist, bleibt.",
    "A credential that states a role which the member loses ends at once. Its process asks for the next one by itself.": "Ein Nachweis mit einer Rolle, die das Mitglied verliert, endet sofort. Den nächsten fordert sein Prozess von selbst an.",
    "Two roots are made, of which one is the spare. Move both away from this machine, to two places. The broker must not run meanwhile; it proves itself by its document from then on. Members of before go on until they have joined. If the command is interrupted, call it again.": "Zwei Hauptschlüssel entstehen, einer davon als Ersatz. Beide von diesem Rechner wegbringen, an zwei"
    " Orte. Der Broker darf währenddessen nicht laufen; er weist sich von da an mit seinem Dokument aus. Für"
    " bisherige Mitglieder geht es weiter, bis sie beigetreten sind. Wird der Befehl unterbrochen, bitte noch einmal aufrufen.",
    "What the key of before has signed stays valid. With --stolen it ends at once: each process asks for its credential anew as soon as it sees the list, and a list that a thief signs is refused.": "Was der bisherige Schlüssel signiert hat, bleibt gültig. Mit --stolen endet es sofort: Jeder Prozess"
    " fordert seinen Nachweis neu an, sobald er die Liste sieht, und eine Liste des Diebs wird abgelehnt.",
    "Tenants: other participants in the process of this one.": "Mandanten: weitere Teilnehmer im Prozess dieses Konnektors.",
    "Add a tenant: its folder with settings, private key and identity card. A running process seats it at once.": "Einen Mandanten anlegen: seinen Ordner mit Einstellungen, privatem Schlüssel und Teilnehmerausweis. Ein laufender Prozess nimmt ihn sofort auf.",
    "The management key is shown once. Hand the card to the data-space operator.": "Der Verwaltungsschlüssel erscheint nur einmal. Den Ausweis dem Betreiber des Datenraums geben.",
    "List the tenants with their state and address.": "Die Mandanten mit Stand und Adresse auflisten.",
    "Let a tenant take no part for a time: its peers are put off, its people cannot sign in. Its data stays.": "Einen Mandanten eine Zeit lang nicht teilnehmen lassen: Vertragspartner werden vertröstet, niemand kann sich anmelden. Seine Daten bleiben.",
    "Let a suspended tenant take part again.": "Einen angehaltenen Mandanten wieder teilnehmen lassen.",
    "Write all that is a tenant's own into one file: rows as JSON lines, settings, key, offered and received files.": "Alles, was einem Mandanten gehört, in eine Datei schreiben: Zeilen als JSON, Einstellungen, Schlüssel, angebotene und empfangene Dateien.",
    "Also while the process runs. Keep the file as safe as the private key.": "Auch im Betrieb. Die Datei so sicher aufbewahren wie den privaten Schlüssel.",
    "Remove a tenant with all its data: rows, audit log, keys, offered and received files. It cannot be undone.": "Einen Mandanten mit allen Daten entfernen: Zeilen, Prüfprotokoll, Schlüssel, angebotene und empfangene Dateien. Das lässt sich nicht rückgängig machen.",
    "Export it before. Its agreements are not terminated at its counterparties.": "Vorher ausgeben lassen. Seine Verträge enden bei den Vertragspartnern dadurch nicht.",
}
