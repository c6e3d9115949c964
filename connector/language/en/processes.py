"""English sentences about negotiations, transfers and agreements, for the counterparty and the operator."""

SENTENCES: dict[str, str] = {
    "no-agreement": "There is no finalized agreement for this transfer.",
    "blocked": "The counterparty has excluded this participant.",
    "refused-there": "The provider refused the last transfer: {reason}",
    "excluded-here": "This participant is excluded here: `participant unblock` admits it again.",
    "withdrawn": "The provider has withdrawn from the agreement.",
    "possible-again": "Possible again from {at}.",
    "unreadable": "{reason}",
    "unfit": "{reason}",
    "not-for-us": "The offer is for {parties} only.",
    "no-offer-acceptable": "No offer of the dataset can be accepted here. {reasons}",
    "not-acceptable": "These terms cannot be accepted here. {reason}",
    "unknown-purpose": "The purpose {purpose} is unknown: "
    "name a term of the Data Privacy Vocabulary, such as dpv:AcademicResearch, or an absolute IRI.",
    "not-for-purpose": "These terms exclude the purpose: nothing was asked. {reason}",
    "duty-failed": "{reason}",
    "other-terms": "The request asks for other terms than the offer.",
    "own-offer": "The provider makes an offer of its own.",
    "offer-differs": "The offer differs from what was asked for.",
    "new-duties": "The offer demands duties that were not asked for: {duties}.",
    "unseen-text": "The other side's policy contains a member {member} that is not part of"
    " the terms here: a person decides whether to sign it.",
    "flow-not-found": "The provider's source is not available (not found).",
    "flow-not-allowed": "The provider's source is not available (access to it is refused).",
    "flow-unavailable": "The provider's source is not available at present.",
    "flow-untreatable": "The data cannot be treated as the agreement requires.",
    "flow-not-stored": "The receiver could not store the data.",
    "flow-no-space": "The receiver has no space left for the data.",
    "flow-address": "The data address is not at an origin that the participant list contains for its sender.",
    "flow-peer": "The data endpoint at the given data address did not work.",
    "flow-limit": "The limit of bytes that the agreement allows is reached.",
    "flow-internal": "The connector that moves the data has an internal error.",
    "negotiating-fault": "The negotiation is not finalized after {seconds:g} seconds and is tried again: {fault}",
    "transferring-fault": "The transfer is not completed after {seconds:g} seconds and is tried again: {fault}",
    "message-refused": "The {message} of {by} was refused here: {reason}",
    "negotiation-stuck": "The provider has to correct its connector; `datenkontor negotiation terminate {id}` ends "
    "this negotiation, and a new one can begin.",
    "transfer-stuck": "The provider has to correct its connector; `datenkontor transfer terminate {id}` ends this "
    "transfer, and a new one can begin.",
    "negotiation-ended": "The negotiation was ended by {by}: {reason}",
    "transfer-ended": "The transfer was ended by {by}: {reason}",
    "negotiation-ended-silently": "The negotiation was ended without a reason.",
    "transfer-ended-silently": "The transfer was ended without a reason.",
    "ask-again": "To ask again, request a new agreement (--renew).",
    "approve-withdrawn": "The offer has ended: the data is not offered any more. Reject the request, or publish the "
    "asset again.",
    "approve-changed": "The offer has other terms since this request began to wait: look at both, then approve the "
    "request as it is, counter or reject it.",
    "offer-withdrawn": "The offer was withdrawn since: this request cannot be approved.",
    "offer-changed": "The offer was changed since: an approval makes the contract on the terms that were asked for.",
    "by-person": "Data of class {data_class} is agreed by a person.",
}
