"""The values that endpoints and pages work with; `app` puts them together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from connector.controlplane.core.context import Context
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.usecases.consents import ConsentRegister
from connector.controlplane.usecases.counterparties import Counterparties
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.controlplane.usecases.issuing.making import IssuerService
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.controlplane.usecases.users import UserRegister
from connector.desk.machine import MachineState
from connector.ports.identity import ListInUse
from connector.ports.planes import PlaneRegister
from connector.ports.seals import Seals

Search = Callable[[Mapping[str, str | Sequence[str]]], Awaitable[bytes]]
Ask = Callable[
    [str, str, Mapping[str, str | Sequence[str]] | None, bytes | None],
    Awaitable[bytes],
]
"""Sends a request to the broker: method, path in its API, query, and body in JSON; returns the JSON of the answer."""

ReadinessCheck = Callable[[], Awaitable[str | None]]


async def _look_nowhere() -> MachineState:
    return MachineState()


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """The values that endpoints and pages work with.

    `search` sends query parameters to the broker and returns the JSON of its answer; it raises PeerFailed if the broker
    is unreachable, and is None without a broker; so is `broker`, which sends any other request. `received` is the root
    of all deliveries. Each of `checks` returns why the process is not ready, or None; each of `warnings` returns
    another problem, or None. `list_in_use` returns the version and the end of the participant list. `mails` is whether
    people can be sent e-mails. `seals` signs what this participant states. `planes` is the register of data planes,
    None without a signaling listener. `credentials` is the Credential Service, None without the mechanism dcp;
    `issuing` is the Issuer Service, None without credentials that are issued here.
    `received_days` are the days after which received files go by themselves, None if they stay; `partial_days` those
    after which an upload goes that nobody made an offer of.
    `look_at_machine` returns what is found of certificate, key, disks, backup and clock.
    """

    context: Context
    evaluator: Evaluator
    enforcer: Enforcer
    publisher: Publisher
    counterparties: Counterparties
    register: ConsentRegister
    users: UserRegister
    received: Path
    search: Search | None = None
    broker: Ask | None = None
    checks: Mapping[str, ReadinessCheck] = {}
    warnings: Mapping[str, ReadinessCheck] = {}
    list_in_use: Callable[[], ListInUse | None] = lambda: None
    mails: bool = False
    seals: Seals | None = None
    planes: PlaneRegister | None = None
    credentials: CredentialService | None = None
    issuing: IssuerService | None = None
    received_days: float | None = None
    partial_days: float = 30.0
    look_at_machine: Callable[[], Awaitable[MachineState]] = _look_nowhere
