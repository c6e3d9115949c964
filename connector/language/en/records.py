"""English sentences about the record of a decision."""

SENTENCES: dict[str, str] = {
    # The verdict.
    "verdict-permit": "The policy permits it.",
    "verdict-deferred": "The policy permits it, as far as is known.",
    "verdict-deny": "The policy does not permit it.",
    "verdict-open": "The policy leaves it open.",
    # A condition that is not met or not known.
    "condition-false": "{operand}: not met{found}{declared}.",
    "condition-unknown": "{operand}: not known{found}{declared}.",
    "found": "; found {values}",
    "declared": " (declared only)",
}
