"""English sentences about negotiations, transfers and agreements, for the counterparty and the operator."""

SENTENCES: dict[str, str] = {
    "no-agreement": "There is no finalized agreement for this transfer.",
    "withdrawn": "The provider has withdrawn from the agreement.",
    "possible-again": "Possible again from {at}.",
    "unreadable": "{reason}",
    "duty-failed": "{reason}",
    "other-terms": "The request asks for other terms than the offer.",
    "own-offer": "The provider makes an offer of its own.",
    "offer-differs": "The offer differs from what was asked for.",
    "new-duties": "The offer demands duties that were not asked for: {duties}.",
    "by-person": "Data of class {data_class} is agreed by a person.",
}
