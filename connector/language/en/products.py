"""English texts of products: why they cannot be made or offered, and why they were stopped."""

SENTENCES: dict[str, str] = {
    # Why a product cannot be made or offered.
    "no-input": "The input {name} cannot be used.",
    "nothing-arrived": "Nothing has arrived under the agreement of the input {name}: get its data into a file first.",
    "unreadable": "The terms of {title} cannot be read, so that nothing can be derived from it.",
    "unreadable-offer": "The terms of the product cannot be read: correct its policy.",
    "no-derive": "The agreement about {title} does not permit to derive data from it: ask for other terms.",
    "no-distribute": "The agreement about {title} does not permit to distribute what is derived: ask for other terms.",
    "void": "The terms of {title} and of the other inputs exclude each other: nothing can be offered of them together.",
    "unknown": "Nobody can tell what {title} and the other inputs allow together: change the terms of your own inputs.",
    "wider": "The policy offers more than the inputs allow: narrow it, or leave it out to offer what they allow.",
    "wider-in": "The policy offers more than the inputs allow ({parts}): narrow it, or leave it out to offer what they "
    "allow.",
    "personal": "An input is about persons: state the class personal, or group with at least 5 rows (`least`).",
    "of-itself": "The product would be made of itself: choose another input.",
    # On the page of an offer.
    "title": "Made of",
    "from": "from {party}",
    "made": "Version {number}, made {at}",
    "quality": "Quality of the data",
    "measured": "{rows} rows, {missing} cells without a value, {repeated} repeated rows.",
    # Why a product was stopped.
    "asset-withdrawn": "The input {title} is withdrawn.",
    "input-vetoed": "The input {title} was objected to: {reason}",
    "agreement-expired": "The agreement about the input {title} has expired.",
    "agreement-withdrawn": "The provider of the input {title} has ended the agreement.",
    "agreement-unusable": "Nothing can be used under the agreement about the input {title} any more.",
}
