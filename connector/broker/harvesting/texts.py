"""Texts of portals as plain text: many are HTML, which no page shows and no search should find. Pure."""

import html
import re

# Elements of texts; other signs between angle brackets are no mark-up, as in "a < b".
_UNSEEN = re.compile(r"<(script|style|iframe|object)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(
    r"</?(?:p|br|hr|div|span|a|b|i|u|em|strong|small|sub|sup|font|center|h[1-6]|ul|ol|li|dl|dt|dd|blockquote|pre|code"
    r"|table|thead|tbody|tr|td|th|img|figure|section|article|o:p)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_INLINE = re.compile(r"</?(?:b|i|u|em|strong|small|sub|sup|font|span|a)[\s/>]", re.IGNORECASE)
_LONGEST = 20_000


def strip_markup(text: str) -> str:
    """Return a text without HTML; one without any is returned unchanged.

    >>> strip_markup("<p>Die <b>Lärm</b>karte zeigt&nbsp;mehr.</p><ul><li>a &lt; b</li></ul>")
    'Die Lärmkarte zeigt mehr. a < b'
    >>> strip_markup("a < b & c > d")
    'a < b & c > d'
    """
    text = text[:_LONGEST]
    if "<" not in text and "&" not in text:
        return text
    bare = _TAG.sub(lambda tag: "" if _INLINE.match(tag[0]) else " ", _UNSEEN.sub(" ", text))
    return " ".join(html.unescape(bare).split()) if bare != text or "&" in text else text
