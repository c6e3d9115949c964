"""The other participants, as we ask them for their catalogues."""

from dataclasses import dataclass

from connector.ports.identity import Directory
from connector.ports.peer import Peer


@dataclass(frozen=True)
class Counterparties:
    """The participant list, and the way to the endpoints of those who are in it."""

    directory: Directory
    peer: Peer
