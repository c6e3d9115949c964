"""Links that open a letter in the mail program of a reader: nothing of it is kept here. Pure."""

from urllib.parse import quote

_LONGEST_SUBJECT = 200


def make_letter(email: str, subject: str, body: str = "") -> str:
    """Return the address of a letter (RFC 6068): to whom, about what, and how it begins.

    >>> make_letter("daten@stadt.example", "Bäume & mehr")
    'mailto:daten@stadt.example?subject=B%C3%A4ume%20%26%20mehr'
    """
    lines = "\r\n".join(_clean(line) for line in body.split("\n"))
    begun = f"&body={quote(lines, safe='')}" if body else ""
    return f"mailto:{quote(email, safe='@')}?subject={quote(_clean(subject)[:_LONGEST_SUBJECT], safe='')}{begun}"


def _clean(text: str) -> str:
    """Return a text without control characters and halves of characters, which would end a field of a letter."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
