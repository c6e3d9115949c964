"""German texts of data protection: offers of personal data, vetoes, the record of processing, and late duties."""

SENTENCES: dict[str, str] = {
    "vetoed": (
        "Der Datenschutz hat Einspruch gegen die Freigabe eingelegt: {reason} Bitte ändern Sie das Angebot und bitten "
        "Sie den Datenschutz, den Einspruch zurückzunehmen."
    ),
    # The first page.
    "title": "Datenschutz",
    "lead": "Welche Daten über Menschen wir anbieten, wer sie bekommt, und was dabei offen ist.",
    "offered": "Angebotene Daten über Menschen",
    "waiting": "Vor der Freigabe",
    "waiting-help": (
        "Öffnen Sie ein Angebot, um Einspruch einzulegen. Solange ein Einspruch besteht, gibt es niemand frei."
    ),
    "no-offers": "Kein Angebot enthält Daten über Menschen.",
    "no-offers-help": "Hier steht jedes Angebot, dessen Daten als personenbezogen gekennzeichnet sind.",
    "vetoed-tag": "Einspruch",
    "not-stated": "nicht angegeben",
    "any-purpose": "kein Zweck genannt",
    # A veto.
    "veto-title": "Einspruch gegen die Freigabe",
    "veto-lead": (
        "Solange Ihr Einspruch besteht, kann niemand dieses Angebot freigeben. Die Begründung lesen die Kolleginnen "
        "und Kollegen hier im Haus."
    ),
    "veto-not-personal": "Dieses Angebot enthält keine Daten über Menschen: Ein Einspruch ist dafür nicht vorgesehen.",
    "veto-published": (
        "Das Angebot ist schon veröffentlicht: Bitten Sie die Datenkoordination, es zurückzuziehen, und legen Sie dann "
        "Einspruch ein."
    ),
    "veto-reason": "Begründung",
    "veto-button": "Einspruch einlegen",
    "veto-stands": "Einspruch des Datenschutzes",
    "veto-by": "{person}, {at}.",
    "veto-changed": "Das Angebot wurde danach geändert: {at}.",
    "veto-lift": "Einspruch zurücknehmen",
    "done-einspruch": "Ihr Einspruch ist eingelegt. Das Angebot wird nicht freigegeben.",
    "done-einspruch-zurueck": "Ihr Einspruch ist zurückgenommen. Das Angebot kann freigegeben werden.",
    # The record of processing activities.
    "record-title": "Verzeichnis der Verarbeitungen",
    "record-lead": (
        "Nach Artikel 30 DSGVO: jedes Angebot mit Daten über Menschen, mit jedem Vertrag darüber. Es entsteht aus den "
        "Angeboten und Verträgen selbst."
    ),
    "record-empty": "Das Verzeichnis ist leer.",
    "record-csv": "Als Tabelle herunterladen (CSV)",
    "record-json": "Für Programme herunterladen (JSON)",
    "record-file": "verzeichnis-der-verarbeitungen",
    "column-title": "Angebot",
    "column-dataset": "Kennung",
    "column-status": "Stand",
    "column-class": "Schutz",
    "column-marking": "Personenbezug",
    "column-controller": "Verantwortlich",
    "column-contact": "Kontakt",
    "column-purposes": "Zwecke",
    "column-legal-basis": "Rechtsgrundlage",
    "column-categories": "Felder der Daten",
    "column-recipient": "Empfänger",
    "column-recipients": "Laufende Verträge",
    "column-agreed": "Vertrag seit",
    "column-ends": "Vertrag bis",
    "column-deletion": "Löschung",
    "column-delete-by": "Löschen bis",
    "column-safeguards": "Schutz vor der Lieferung",
    "marking-none": "ohne Kennzeichnung",
    "marking-personal": "Daten über Menschen",
    "marking-pseudonymised": "pseudonymisiert",
    "marking-special": "besondere Kategorien",
    "no-recipient": "Noch kein Vertrag",
    "no-deletion": "keine Frist vereinbart",
    "no-safeguards": "keine Verarbeitung vor der Lieferung vereinbart",
    "delete-by": "spätestens {at}",
    # Late duties.
    "late-title": "Überfällige Löschungen und Pflichten",
    "late-lead": "Was zugesagt war und nicht rechtzeitig bestätigt ist: bei uns und bei Vertragspartnern.",
    "late-none": "Nichts ist überfällig.",
    "late-count": "{count} Pflichten sind überfällig.",
    "late-count-one": "Eine Pflicht ist überfällig.",
    "late-many": "Mindestens {count} Pflichten sind überfällig.",
    "late-many-one": "Eine Pflicht ist überfällig.",
    "late-see": "Ansehen",
    "late-owed": "{party} schuldet: {action}",
    "late-owed-here": "Wir schulden: {action}",
    "report-duty": "Pflicht „{name}“: als erledigt melden",
    "late-confirm": "Bestätigung eintragen",
    "late-note": "Vermerk",
    "late-note-hint": "Zum Beispiel: Schreiben vom 3. Mai. Der Vermerk bleibt hier im Haus.",
    "late-done": "Als erledigt eintragen",
    "late-done-erledigt": "Die Pflicht ist als verspätet erfüllt eingetragen.",
    "reminder": "Erinnerung schreiben",
    "reminder-subject": "Erinnerung: {action} („{title}“)",
    "reminder-body": (
        "Guten Tag,\n\nim Vertrag über „{title}“ vom {agreed} ist vereinbart: {action}. Die Frist war der {at}. "
        "Uns liegt noch keine Bestätigung vor.\n\nBitte bestätigen Sie uns, dass und wann dies geschehen ist.\n\n"
        "Kennung des Vertrags: {id}\n\nMit freundlichen Grüßen\n{provider}\n"
    ),
}
