"""The messages to people: plain text in the language of the person, with titles and links and nothing else. Pure."""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from connector.language.catalogue import LANGUAGES, Language, say
from connector.ports.entities import User, UserNotice
from connector.protocol.webhooks import SignedMessage, sign_message
from connector.views.conversion import moment
from connector.views.users import UserNoticeKind

MOST_LINES = 20
_LONGEST_TITLE = 120
_TYPE = "notices.new"
_PLACES = {
    UserNoticeKind.REQUEST: "/eingang/anfrage",
    UserNoticeKind.COUNTER_OFFER: "/eingang/anfrage",
    UserNoticeKind.RELEASE: "/angebote/angebot",
    UserNoticeKind.DELIVERY: "/lieferungen/lieferung",
    UserNoticeKind.ENDING: "/vertraege/vertrag",
    UserNoticeKind.CERTIFICATE: "/betrieb",
    UserNoticeKind.SEARCH: "/suche/gespeichert/neu",
}


class NoticeMail(msgspec.Struct, frozen=True):
    """A message: its subject, one line, and its text."""

    subject: str
    text: str


def write_message(user: User, notices: Sequence[UserNotice], *, pages: str, provider: str) -> NoticeMail:
    """Return the e-mail about notices; `pages` is the address of the pages, `provider` the name of the participant."""
    language = read_language(user)
    lines = [say(language, "notices.hello", person=clean_title(user.person)), ""]
    for notice in notices[:MOST_LINES]:
        lines += [f"- {_write_line(language, notice)}", f"  {make_address(pages, notice)}"]
    more = len(notices) - MOST_LINES
    if more > 0:
        lines.append(say(language, "notices.more", count=more))
    lines += ["", say(language, "notices.foot", provider=clean_title(provider)), f"{pages}/konto"]
    if len(notices) == 1:
        return NoticeMail(_write_line(language, notices[0]), "\n".join(lines) + "\n")
    return NoticeMail(say(language, "notices.subject", count=len(notices)), "\n".join(lines) + "\n")


def write_signed(user: User, notices: Sequence[UserNotice], *, pages: str, key: str, now: int) -> SignedMessage:
    """Return what a webhook is sent at `now` (ms): what happened, when, and where to look; `key` names it."""
    told = [
        {
            "kind": notice.kind,
            "at": moment(notice.at),
            "title": {code: clean_title(text) for code, text in notice.title.items() if code in LANGUAGES},
            "url": make_address(pages, notice),
        }
        for notice in notices[:MOST_LINES]
    ]
    # A signed identifier has no full stop (Standard Webhooks 1.0), and a name may have one.
    named = hashlib.sha256(key.encode()).hexdigest()[:32]
    data = {"user": user.name, "count": len(notices), "notices": told}
    return sign_message(user.webhook_secret, named, _TYPE, data, moment(now))


def make_address(pages: str, notice: UserNotice) -> str:
    """Return the address of the page that a notice leads to."""
    place = f"{pages}{_PLACES[notice.kind]}"
    return place if notice.kind is UserNoticeKind.CERTIFICATE else f"{place}?{urlencode({'id': notice.subject})}"


def read_language(user: User) -> Language:
    """Return the language of a person; German first."""
    return next((known for known in LANGUAGES if known == user.language), "de")


def clean_title(text: str) -> str:
    """Return a text of a peer on one line, bounded, and without what steers a reader or leads elsewhere.

    >>> clean_title("Luft\\r\\nBcc: all@city.example http://evil.example")
    'Luft Bcc: all@city.example http: //evil.example'
    """
    plain = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text[:1000])
    # A mail program makes a link of an address, whoever wrote it.
    line = " ".join(plain.split()).replace("://", ": //")
    return line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1].rstrip() + "…"


def _write_line(language: Language, notice: UserNotice) -> str:
    titles: Mapping[str, str] = notice.title
    title = titles.get(language) or next(filter(None, titles.values()), "")
    return say(language, f"notices.{notice.kind}", title=clean_title(title) or say(language, "pages.untitled"))
