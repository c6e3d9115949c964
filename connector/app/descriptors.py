"""The files that the system lets this process open, and how many connections of listeners fit among them."""

import logging
import resource
from contextlib import suppress

import msgspec

from connector.net.serving.bounds import ServingBounds

LISTENERS = 3
# Connections to peers, the store, the files of deliveries, and what the interpreter opens.
KEPT = 768

_log = logging.getLogger(__name__)


def allow_descriptors(wanted: int) -> int:
    """Raise the limit of open files to `wanted` if the system allows it; return the limit that holds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    if soft < wanted:
        raised = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            soft = raised
    return soft


def fit_bounds(bounds: ServingBounds) -> ServingBounds:
    """Return bounds whose connections leave the process files for everything else; fewer than asked for is logged."""
    limit = allow_descriptors(KEPT + LISTENERS * bounds.connections)
    fitting = fit_connections(bounds.connections, limit)
    if fitting == bounds.connections:
        return bounds
    _log.warning(
        "The system allows this process %d open files: each listener takes %d connections instead of %d. "
        "Raise the limit (LimitNOFILE of systemd, ulimit -n), or lower limits.connections.",
        limit,
        fitting,
        bounds.connections,
    )
    share = max(1, bounds.per_address * fitting // bounds.connections)
    return msgspec.structs.replace(bounds, connections=fitting, per_address=share)


def fit_connections(wanted: int, limit: int) -> int:
    """Return how many connections each listener may have under a limit of open files; at least eight.

    >>> fit_connections(512, 4096), fit_connections(512, 1024), fit_connections(4, 256)
    (512, 85, 4)
    """
    return min(wanted, max(8, (limit - KEPT) // LISTENERS))
