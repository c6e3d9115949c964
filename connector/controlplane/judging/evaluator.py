"""What a judgement stands on: the compiled policies, the participant list, and the age of the data."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from connector.controlplane.core.context import Context
from connector.controlplane.judging.library import Library
from connector.ports.identity import Directory


@dataclass(frozen=True)
class Evaluator:
    """The participant context, and what its policies are asked about.

    `directory` is the participant list with its claims. `changed_at` tells when the data behind an address last changed
    (milliseconds since the Unix epoch), or None if nobody knows.
    """

    context: Context
    library: Library
    directory: Directory
    changed_at: Callable[[dict[str, Any]], Awaitable[int | None]]
