"""English texts of subscriptions: why they end, and their pages."""

SENTENCES: dict[str, str] = {
    # Why a subscription has ended with its agreement.
    "ended-expired": "The time of the agreement is over.",
    "ended-withdrawn": "The provider has ended the agreement.",
    "ended-used-up": "The uses that the agreement allows are used up.",
    "ended-unusable": "Nothing can be used under the agreement here.",
}
