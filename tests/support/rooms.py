"""The values that the rooms of one control plane work with, made in one go for tests of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

from connector.audit.leaves import SALT_BYTES
from connector.binding.dsp.gatekeeper import Gatekeeper
from connector.controlplane.core.context import Context
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.library import Library
from connector.controlplane.processes.receiver import MessageReceiver
from connector.controlplane.processes.sending.backoff import PeerBackoff
from connector.controlplane.processes.sending.driver import ProcessDriver
from connector.controlplane.usecases.consents import ConsentRegister
from connector.controlplane.usecases.counterparties import Counterparties
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.ports.actions import Executor
from connector.ports.credentials import CredentialKeys
from connector.ports.dataplane import DataPlane
from connector.ports.decider import Decider, Wait
from connector.ports.entities import Backoff
from connector.ports.identity import Identity, find_name
from connector.ports.peer import Peer
from connector.ports.secret import Secret
from connector.ports.store import AnyProcess, Store
from tests.support.deriver import MemoryDeriver


class Undecided:
    """Decides nothing, so that a test sees a message received and no more. Implements `ports.decider.Decider`."""

    async def decide(self, process: AnyProcess, now: int) -> Wait:
        return Wait()


@dataclass(frozen=True)
class Rooms:
    """One value for each room."""

    context: Context
    evaluator: Evaluator
    enforcer: Enforcer
    receiver: MessageReceiver
    publisher: Publisher
    counterparties: Counterparties
    register: ConsentRegister
    gatekeeper: Gatekeeper
    given: Mapping[str, Any]

    def driver(
        self, decider: Decider, *, rows: Iterable[Backoff] = (), spread: Callable[[], float] = lambda: 1.0
    ) -> ProcessDriver:
        """Return what a worker drives processes with."""
        context, limits = self.context, self.enforcer.limits
        backoff = PeerBackoff(context.owner, rows, limits=limits, now=context.now, spread=spread)
        return ProcessDriver(context, self.enforcer, self.counterparties.peer, decider, backoff, limits)

    def but(self, **fields: Any) -> "Rooms":
        """Return the rooms as `make_rooms` makes them with these arguments in the place of those it was given."""
        return make_rooms(**{**self.given, **fields})


def make_rooms(
    *,
    owner: str,
    participant: str,
    address: str,
    store: Store,
    identity: Identity,
    peer: Peer,
    dataplane: DataPlane,
    library: Library,
    now: Callable[[], int],
    new_id: Callable[[], str],
    wake: Callable[[AnyProcess], None],
    watch: ProcessWatch | None = None,
    announce: Callable[[str], None] = lambda _: None,
    address_problem: Callable[[str, str], str | None] = lambda *_: None,
    data_problem: Callable[[str, str], str | None] = lambda *_: None,
    limits: ControlLimits | None = None,
    actions: Mapping[str, Executor] | None = None,
    secret: Secret | None = None,
    keys: CredentialKeys | None = None,
    decider: Callable[[Enforcer], Decider] = lambda _: Undecided(),
    deriver: MemoryDeriver | None = None,
) -> Rooms:
    """Compose the rooms as `app` does; with the default `decider`, messages are received and nothing else happens."""
    given = dict(locals())
    limits = limits or ControlLimits()
    context = Context(
        owner=owner,
        participant=participant,
        address=address,
        store=store,
        now=now,
        new_id=new_id,
        watch=watch or ProcessWatch(),
        wake=wake,
        find_name=partial(find_name, identity),
        # A world that is made from a seed has no other source.
        new_salt=lambda: sha256(new_id().encode()).digest()[:SALT_BYTES],
    )
    if actions is not None:
        library = Library(library.operands, executors=actions)
    evaluator = Evaluator(context=context, library=library, directory=identity, changed_at=dataplane.changed_at)
    enforcer = Enforcer(context=context, evaluator=evaluator, dataplane=dataplane, limits=limits)
    return Rooms(
        context=context,
        evaluator=evaluator,
        enforcer=enforcer,
        receiver=MessageReceiver(
            context=context,
            enforcer=enforcer,
            decider=decider(enforcer),
            address_problem=address_problem,
            data_problem=data_problem,
            limits=limits,
        ),
        publisher=Publisher(
            context=context,
            evaluator=evaluator,
            supports=dataplane.supports,
            announce=announce,
            limits=limits,
            keys=keys,
            deriver=deriver or MemoryDeriver(),
        ),
        counterparties=Counterparties(directory=identity, peer=peer, address_problem=address_problem),
        register=ConsentRegister(context=context, evaluator=evaluator, secret=secret),
        gatekeeper=Gatekeeper(identity=identity, store=store),
        given=given,
    )
