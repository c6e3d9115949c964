"""German sentences about the record of a decision."""

SENTENCES: dict[str, str] = {
    # The verdict.
    "verdict-permit": "Die Nutzungsbedingungen erlauben es.",
    "verdict-deferred": "Die Nutzungsbedingungen erlauben es, soweit bekannt.",
    "verdict-deny": "Die Nutzungsbedingungen erlauben es nicht.",
    "verdict-open": "Die Nutzungsbedingungen lassen es offen.",
    # A condition that is not met or not known.
    "condition-false": "{operand}: nicht erfüllt{found}{declared}.",
    "condition-unknown": "{operand}: nicht bekannt{found}{declared}.",
    "found": "; gefunden {values}",
    "declared": " (nur angegeben)",
}
