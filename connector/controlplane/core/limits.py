"""The limits of the control plane, from the settings."""

import msgspec


class ControlLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of the control plane; times in milliseconds.

    `open_per_peer` is the number of open processes that one peer may have, `held_per_peer` the number of its requests
    that may wait for a person. `retry_base` and `retry_most` limit the exponential back-off. `refusals` is the number
    of attempts at a refused message before the process is terminated. `owed_for` is the time without an answer or a
    message of the peer after which the process is terminated, `conflict` the time for which a message is repeated that
    the peer answers with 409. `look` is the time between two checks of the peer's state, `lease` the longest duration
    of one lease. `concurrency` is the number of processes of one peer that are driven concurrently.
    """

    open_per_peer: int = 1000
    held_per_peer: int = 100
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
