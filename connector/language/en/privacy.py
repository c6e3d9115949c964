"""English texts of data protection: offers of personal data, vetoes, the record of processing, and late duties."""

SENTENCES: dict[str, str] = {
    "vetoed": (
        "Data protection has a veto against the release: {reason} Change the offer, and ask data protection to lift "
        "the veto."
    ),
    # The first page.
    "title": "Data protection",
    "lead": "Which data about people we offer, who receives it, and what is open.",
    "offered": "Data about people on offer",
    "waiting": "Before the release",
    "waiting-help": "Open an offer for a veto against its release. While there is one, nobody releases it.",
    "no-offers": "No offer contains data about people.",
    "no-offers-help": "Every offer whose data is marked as personal is listed here.",
    "vetoed-tag": "veto",
    "not-stated": "not stated",
    "any-purpose": "no purpose named",
    # A veto.
    "veto-title": "Veto against the release",
    "veto-lead": "While your veto stands, nobody can release this offer. Your colleagues here read the reason.",
    "veto-not-personal": "This offer has no data about people: a veto is not for it.",
    "veto-published": (
        "The offer is published already: ask for its withdrawal (`asset withdraw`), then veto its release."
    ),
    "veto-reason": "Reason",
    "veto-button": "Veto the release",
    "veto-stands": "Veto of data protection",
    "veto-by": "{person}, {at}.",
    "veto-changed": "The offer was changed after that: {at}.",
    "veto-lift": "Lift the veto",
    "done-einspruch": "Your veto stands. The offer is not released.",
    "done-einspruch-zurueck": "Your veto is lifted. The offer can be released.",
    # The record of processing activities.
    "record-title": "Record of processing",
    "record-lead": (
        "Article 30 GDPR: every offer of data about people, with every agreement about it. It is made from the offers "
        "and agreements themselves."
    ),
    "record-empty": "The record is empty.",
    "record-csv": "Download as a table (CSV)",
    "record-json": "Download for programs (JSON)",
    "record-file": "record-of-processing",
    "column-title": "Offer",
    "column-dataset": "Identifier",
    "column-status": "State",
    "column-class": "Protection",
    "column-marking": "About people",
    "column-controller": "Controller",
    "column-contact": "Contact",
    "column-purposes": "Purposes",
    "column-legal-basis": "Legal basis",
    "column-categories": "Fields of the data",
    "column-recipient": "Recipient",
    "column-recipients": "Agreements in force",
    "column-agreed": "Agreed",
    "column-ends": "Ends",
    "column-deletion": "Deletion",
    "column-delete-by": "Delete by",
    "column-safeguards": "Safeguards before delivery",
    "marking-none": "not marked",
    "marking-personal": "data about people",
    "marking-pseudonymised": "pseudonymised",
    "marking-special": "special categories",
    "no-recipient": "No agreement yet",
    "no-deletion": "no deadline agreed",
    "no-safeguards": "no treatment before delivery agreed",
    "delete-by": "at the latest {at}",
    # Late duties.
    "late-title": "Late deletions and duties",
    "late-lead": "What was promised and is not confirmed in time: here and at counterparties.",
    "late-none": "Nothing is late.",
    "late-count": "{count} duties are late.",
    "late-count-one": "One duty is late.",
    "late-many": "At least {count} duties are late.",
    "late-many-one": "One duty is late.",
    "late-see": "See them",
    "late-owed": "{party} owes: {action}",
    "late-owed-here": "We owe: {action}",
    "report-duty": "Duty “{name}”: report it as done",
    "late-confirm": "Enter a confirmation",
    "late-note": "Note",
    "late-note-hint": "For example: letter of 3 May. The note stays here.",
    "late-done": "Enter as done",
    "late-done-erledigt": "The duty is entered as done late.",
    "reminder": "Write a reminder",
    "reminder-subject": "Reminder: {action} (“{title}”)",
    "reminder-body": (
        "Hello,\n\nthe agreement on “{title}” of {agreed} says: {action}. The deadline was {at}. We have no "
        "confirmation yet.\n\nPlease confirm that this was done, and when.\n\nIdentifier of the agreement: {id}\n\n"
        "Kind regards\n{provider}\n"
    ),
}
