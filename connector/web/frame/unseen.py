"""Signs that nobody sees and that hide or turn the others: each is shown as a sign of its own. Pure."""

import re

SHOWN = "\ufffd"
# Control characters without tab and line ends, those that turn the direction of all that follows (Unicode, UAX #9), and
# what is no character (HTML, section 13.2.3.5).
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)


def show_unseen(value: object) -> object:
    """Return a value of a template as it is written into a page; a text with `SHOWN` in place of each unseen sign.

    >>> show_unseen("in\\u202evoice"), show_unseen("a\\tb"), show_unseen(7)
    ('in\ufffdvoice', 'a\\tb', 7)
    """
    if not isinstance(value, str) or not _UNSEEN.search(value):
        return value
    # What was mark-up before stays mark-up.
    return type(value)(_UNSEEN.sub(SHOWN, value))
