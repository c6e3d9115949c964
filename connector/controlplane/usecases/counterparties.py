"""The other participants, for requests of their catalogues."""

from dataclasses import dataclass

from connector.ports.identity import Directory
from connector.ports.peer import Peer


@dataclass(frozen=True)
class Counterparties:
    """The participant list, and the client of the endpoints of its participants."""

    directory: Directory
    peer: Peer
