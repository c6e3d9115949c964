"""One participant context: who we are, where its rows lie, and the only clock and source of identifiers it has.

Made by `app` and handed in as the first argument. Nothing in this package reads a clock or makes an identifier in any
other way: the simulation runs whole control planes from a seed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from connector.controlplane.core.watch import ProcessWatch
from connector.ports.store import AnyProcess, Store


@dataclass(frozen=True)
class Context:
    """One participant context (in the words of connectors: one tenant).

    `owner` is the key of its rows, `participant` its identifier in the data space, `address` the public base URL of its
    DSP endpoints, which is our callbackAddress. `now` gives milliseconds since the Unix epoch, `new_id` a fresh URN.
    `watch` tells readers that a process was committed; `wake` tells the worker that a process may be due.
    """

    owner: str
    participant: str
    address: str
    store: Store
    now: Callable[[], int]
    new_id: Callable[[], str]
    watch: ProcessWatch
    wake: Callable[[AnyProcess], None]
