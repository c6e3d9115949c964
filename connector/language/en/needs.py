"""English sentences about needs: why an offer matches one, and what participants are told."""

SENTENCES: dict[str, str] = {
    "purpose-met": "Allows the purpose: {value}",
    "purpose-unmet": "Does not allow the purpose: {value}",
    "purpose-unsaid": "Does not say whether the purpose is allowed: {value}",
    "area-met": "Is about the area",
    "area-unmet": "Is about another area",
    "area-unsaid": "States no area that can be compared",
    "time-met": "Is about the time",
    "time-unmet": "Is about another time",
    "time-unsaid": "States no time",
    "frequency-met": "Is updated at least as often: {value}",
    "frequency-unmet": "Is updated less often than needed: {value}",
    "frequency-unsaid": "Does not say how often it is updated; needed: {value}",
    "budget-met": "Free of charge",
    "budget-unmet": "Has to be paid",
    "budget-unsaid": "Only the terms state the price",
    "notice-matched": "An offer matches your need.",
    "notice-answered": "Your need has an answer.",
    "notice-wanted": "A need matches your data.",
    "notice-closed": "A need that you answered is closed.",
}
