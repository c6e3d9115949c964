"""German phrases of which the description of a policy is made."""

SENTENCES: dict[str, str] = {
    # Who enforces it.
    "tier-provider": "hier durchgesetzt",
    "tier-consumer": "durch Ihren Konnektor",
    "tier-organisational": "nur vertraglich",
}
