"""English phrases of which the description of a policy is made."""

SENTENCES: dict[str, str] = {
    # Who enforces it.
    "tier-provider": "enforced here",
    "tier-consumer": "by your connector",
    "tier-organisational": "contractual only",
}
