"""English sentences about streams: what is missing, why nothing arrives, and what a follower is told."""

SENTENCES: dict[str, str] = {
    "lost-too-large": "The messages are larger than the offer allows.",
    "lost-overflow": "The source sent faster than messages can be stored.",
    "lost-at-source": "The broker of the provider did not keep the messages long enough.",
    "lost-unreadable": "The messages are not in the format of the offer.",
    "lost-untreatable": "The messages cannot be treated as the agreement requires.",
    "lost-old": "The provider does not keep the messages any more.",
    "lost-unknown": "The position is unknown to the provider: messages may be missing.",
    "silence-silent": "The source has not sent anything for some time.",
    "silence-unavailable": "The source of the provider cannot be reached at present.",
}
