"""Bounds of the control plane, as the settings give them."""

import msgspec


class ControlLimits(msgspec.Struct, frozen=True, kw_only=True):
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
