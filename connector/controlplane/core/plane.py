"""What every use case works with: the ports, the clock and the identity of one participant context.

One value, made by `app`, handed in as the first argument. Nothing in this package reads a clock or makes an identifier
in any other way, which is what lets the simulation run whole control planes from a seed.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import msgspec

from connector.controlplane.core.watch import Watch
from connector.controlplane.judging.library import Library
from connector.ports.actions import Action
from connector.ports.dataplane import DataPlane
from connector.ports.identity import Identity
from connector.ports.peer import Peer
from connector.ports.secret import Secret
from connector.ports.store import AnyProcess, Store


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of the control plane; times in milliseconds.

    `open_per_peer` is the quota of processes one peer may have open with us. `retry_base`, `retry_most` bound the
    exponential back-off; `refusals` is how often a refused message is tried again before the process is given up;
    `owed_for` how long a message is owed to a silent peer, or an answer awaited from one, before the process is visibly
    terminated; `conflict` how long a message is tried that the peer answers with 409. `look` is how often
    a consumer looks at the state of a transfer that runs. `lease` is the longest leave a data flow gets at once.
    `concurrency` is how many processes of one peer are driven at once.
    """

    open_per_peer: int = 1000
    page: int = 50
    page_most: int = 500
    retry_base: int = 250
    retry_most: int = 300_000
    refusals: int = 4
    owed_for: int = 7 * 86_400_000
    conflict: int = 180_000
    look: int = 60_000
    lease: int = 300_000
    concurrency: int = 64


@dataclass(frozen=True)
class Plane:
    """The wiring of one control plane.

    `participant` is who we are, `address` the public base URL of our DSP endpoints (our callbackAddress). `now` gives
    milliseconds since the Unix epoch, `new_id` a fresh URN, `wake` tells the worker that a process may be due,
    `watch` those who wait for a process that it was committed, `announce` the broker that our catalogue has changed.
    `address_problem` says why a callback address that a
    participant named must not be dialled, or None. `signalling` holds a lock for each transfer whose data flow is being
    told something, so that what was decided later is also told later. `actions` perform duties, by the action's IRI.
    `secret` is what references to people are made with; without it no consent is kept.
    """

    owner: str
    participant: str
    address: str
    store: Store
    identity: Identity
    peer: Peer
    dataplane: DataPlane
    library: Library
    now: Callable[[], int]
    new_id: Callable[[], str]
    wake: Callable[[AnyProcess], None]
    watch: Watch
    announce: Callable[[], None]
    address_problem: Callable[[str, str], str | None]
    limits: Limits
    actions: Mapping[str, Action] = field(default_factory=dict)
    secret: Secret | None = None
    signalling: "WeakValueDictionary[str, asyncio.Lock]" = field(default_factory=WeakValueDictionary)
