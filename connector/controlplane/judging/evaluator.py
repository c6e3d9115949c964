"""The values that a decision needs: the compiled policies, the participant list, and the age of the data."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from connector.controlplane.core.context import Context
from connector.controlplane.judging.library import Library
from connector.ports.entities import DataFacts
from connector.ports.identity import Directory, Exclusion


def exclude_nobody(_participant: str) -> None:
    """Exclude nobody."""


@dataclass(frozen=True)
class Evaluator:
    """The participant context, its compiled policies, and the sources of facts.

    `directory` is the participant list with its claims. `changed_at` returns the last change of the data at an address
    in milliseconds since the Unix epoch, or None if it is unknown. `describe` returns what is known of the data at an
    address now, for the catalogue; None if nothing is asked. `exclude` returns why nothing may be delivered to a
    participant any more, or None.
    """

    context: Context
    library: Library
    directory: Directory
    changed_at: Callable[[dict[str, Any]], Awaitable[int | None]]
    describe: Callable[[dict[str, Any]], Awaitable[DataFacts]] | None = None
    exclude: Callable[[str], Exclusion | None] = exclude_nobody
