"""One participant context: its identity, its store, and its only clock and source of identifiers.

`app` creates it, and functions take it as first argument. No other code of this package reads a clock or creates an
identifier: the simulation runs whole control planes from a seed.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from connector.audit.leaves import SALT_BYTES
from connector.controlplane.core.acknowledged import Acknowledgements
from connector.controlplane.core.watch import ProcessWatch
from connector.ports.store import AnyProcess, Store

_new_salt = partial(os.urandom, SALT_BYTES)


@dataclass(frozen=True)
class Context:
    """One participant context (in the words of connectors: one tenant).

    `owner` is the key of its rows, `participant` its identifier in the data space, `address` the public base URL of its
    DSP endpoints and its callbackAddress. `now` returns milliseconds since the Unix epoch, `new_id` a new URN. `watch`
    notifies readers of a commit of a process; `wake` notifies the worker that a process may be due. `find_name` returns
    the name of a participant in the participant list, empty if it is unknown. `acknowledged` is what peers have
    acknowledged since the last commits of their processes. `shared` says that other processes may use the store too.
    `new_salt` returns the salt of an audit leaf, random bytes.
    """

    owner: str
    participant: str
    address: str
    store: Store
    now: Callable[[], int]
    new_id: Callable[[], str]
    watch: ProcessWatch
    wake: Callable[[AnyProcess], None]
    find_name: Callable[[str], str] = lambda _: ""
    acknowledged: Acknowledgements = field(default_factory=Acknowledgements)
    shared: bool = False
    new_salt: Callable[[], bytes] = _new_salt
