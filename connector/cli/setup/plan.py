"""The plan of a folder: everything that `init` was given or has found out, before it writes a file."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from connector.authority.card import IdentityCard
from connector.cli.frame.failure import Code, Failure
from connector.settings import ProtocolSettings

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

    @property
    def local(self) -> bool:
        """Whether only this machine can reach the connector."""
        return urlsplit(self.public_url).hostname in {"127.0.0.1", "localhost", "::1"}

    @property
    def address(self) -> str:
        """The base URL of the protocol endpoints, as in the participant list."""
        return self.public_url + ProtocolSettings(public_url=self.public_url).path


def build_slug(name: str) -> str:
    """Return a name as the last part of an identifier: lower-case ASCII letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_UMLAUTS)).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not slug:
        raise Failure(Code.USAGE, "errors.no-letter")
    return slug
