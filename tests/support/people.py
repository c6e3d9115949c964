"""The people who sign in to the pages of a broker, over a store in memory."""

from collections.abc import Callable

from connector.controlplane.core.context import Context
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.usecases.users import UserRegister
from connector.ports.entities import UserRole
from connector.store.memory.store import MemoryStore
from tests.support.plane import OWNER, QUICK


def make_register(now: Callable[[], int], address: str, watch: ProcessWatch | None = None) -> UserRegister:
    """Return a register with the roles of a broker, whose pages are at an address."""
    context = Context(
        owner=OWNER,
        participant="urn:broker",
        address="https://broker.example/dsp",
        store=MemoryStore(),
        now=now,
        new_id=lambda: "urn:id:1",
        watch=watch or ProcessWatch(),
        wake=lambda _: None,
    )
    return UserRegister(context, QUICK, address, roles=(UserRole.CONSUMER, UserRole.OPERATOR))
