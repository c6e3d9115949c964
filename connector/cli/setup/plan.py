"""The plan of a folder: everything that `init` was given or has found out, before it writes a file."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from connector.authority.card import IdentityCard
from connector.cli.frame.failure import Code, Failure
from connector.net.addresses import format_origin, parse_url
from connector.net.errors import Blocked
from connector.settings import ProtocolSettings

PortBaseOption = Annotated[
    int | None, typer.Option(metavar="N", min=1, max=65_531, help="First of five ports (default: free ports).")
]
SecondUrlOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Public URL of the data, or at a broker of the search (default: the public URL with a port of its own).",
    ),
]

SETTINGS, KEY, CARD, OPERATOR, LIST, MEMBERS = (
    "datenkontor.toml",
    "key.pem",
    "card.json",
    "operator.jwk",
    "roster.jws",
    "members.json",
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Plan:
    """The plan of one folder."""

    directory: Path
    id: str
    name: str
    public_url: str
    ports: dict[str, int]
    is_broker: bool
    broker: IdentityCard | None
    roster: str | None
    data: Path | None
    public: bool = False
    """Whether everybody may read a broker."""

    by_document: bool = False
    """Whether it proves itself by its document and its credential (`dcp`), or by its key on the list (`roster`)."""

    second_url: str | None = None
    """The second public URL, if it is not the first one with another port."""

    @property
    def second(self) -> str:
        """The second public address: that of the data, or at a broker that of the search."""
        port = self.ports["broker" if self.is_broker else "data"]
        return self.second_url or replace_port(self.public_url, port)

    @property
    def local(self) -> bool:
        """Whether only this machine can reach the connector."""
        return urlsplit(self.public_url).hostname in {"127.0.0.1", "localhost", "::1"}

    @property
    def address(self) -> str:
        """The base URL of the protocol endpoints, as in the participant list."""
        return self.public_url + ProtocolSettings(public_url=self.public_url).path


def replace_port(url: str, port: int) -> str:
    """Return the origin of a URL with another port."""
    parts = urlsplit(url)
    return format_origin(parts.scheme, parts.hostname or "", port)


def check_urls(plan: Plan) -> None:
    """Raise Failure if a public URL is none that others can open."""
    try:
        parse_url(plan.public_url)
        parse_url(plan.second)
    except Blocked as fault:
        raise Failure(Code.USAGE, "errors.reported", reason={"en": fault.reason}) from None


def build_slug(name: str) -> str:
    """Return a name as the last part of an identifier: lower-case ASCII letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_UMLAUTS)).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not slug:
        raise Failure(Code.USAGE, "errors.no-letter")
    return slug
