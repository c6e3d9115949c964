"""The values that the provider's catalogue needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from connector.controlplane.core.context import Context
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.judging.evaluator import Evaluator
from connector.ports.credentials import CredentialKeys
from connector.ports.deriving import Deriver
from connector.ports.treatment import Records
from connector.views.descriptions import Contact
from connector.views.sightings import Sighting

Look = Callable[[dict[str, Any], str, Records | None], Awaitable[Sighting | str]]


@dataclass(frozen=True)
class Publisher:
    """The participant context, its policy decisions, and the notice of changes.

    `supports(source, sink)` returns the reason why the data plane cannot serve an address, or None. `announce` tells
    the broker that an asset has changed, by its identifier. `look(source, media_type, records)` tries a source and
    returns what it shows, or why it cannot be read; None if sources are not tried. `contact` is the contact of an asset
    that states none. `keys` sign self-descriptions; None if the identity mechanism has none.
    `deriver` makes products; None if this process makes none.
    """

    context: Context
    evaluator: Evaluator
    supports: Callable[[dict[str, Any] | None, dict[str, Any] | None], str | None]
    announce: Callable[[str], None]
    limits: ControlLimits
    look: Look | None = None
    contact: Contact | None = None
    keys: CredentialKeys | None = None
    deriver: Deriver | None = None
