"""The other participants, for requests of their catalogues."""

from collections.abc import Callable
from dataclasses import dataclass

from connector.ports.identity import Directory
from connector.ports.peer import Peer


@dataclass(frozen=True)
class Counterparties:
    """The participant list, and the client of the endpoints of its participants.

    `address_problem(participant, url)` returns why a URL must not be dialled as an endpoint of a participant, or None.
    """

    directory: Directory
    peer: Peer
    address_problem: Callable[[str, str], str | None]
