"""Every public method of the client has an example in its docstring, and every example holds.

An example runs against a management API in process, which `furnish` fills; it may use `connector`, a `folder` of its
own, the names of its module and those of the views.
"""

import asyncio
import doctest
import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import httpx
import msgspec
import pytest

import connector.client
import connector.views
from connector.client import Connector
from connector.ports.changes import PutAgreement, PutIssuance, PutProcess, PutSubscription
from connector.ports.entities import Agreement, CredentialRequest, Issuance, IssuedCredential
from connector.ports.issuing_store import PutCredentialRequest, PutIssuedCredential
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import FlowState
from connector.views.assets import AssetOrder
from connector.views.consents import ConsentOrder
from connector.views.credentials import IssuanceState
from connector.views.issuing import RequestState
from connector.views.subscriptions import RunOutcome
from tests.contract import values
from tests.identity.dcp.places import FIRM
from tests.support.holding import hold, member
from tests.support.issuing import found_issuer
from tests.support.plane import ADDRESS, CITY, ME, NOW, OWNER, Blocked, Desk
from tests.support.planes import Register

CSV = b"station;no2\n"
AGREEMENT = {
    "@type": "Agreement",
    "@id": "urn:agreement:1",
    "assigner": ME,
    "assignee": CITY,
    "target": "urn:dataset:air",
    "permission": [{"action": "use"}],
    "obligation": [{"action": "delete"}],
}
GIVEN = {"assigner": CITY, "assignee": ME}


def modules(room: ModuleType) -> list[ModuleType]:
    found = pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
    return [importlib.import_module(entry.name) for entry in found]


def functions() -> Iterator[FunctionType]:
    """Yield the functions and classes of the client with an example."""
    for module in modules(connector.client):
        for value in vars(module).values():
            documented = inspect.isfunction(value) or inspect.isclass(value)
            if documented and value.__module__ == module.__name__ and ">>>" in (value.__doc__ or ""):
                yield value


class Provided(Blocked):
    """The transport of a connector whose peer delivers at once: each new transfer is completed, with its file."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.app)
        self._desk = desk

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if (request.method, request.url.path) == ("POST", "/v1/transfers"):
            begun = json.loads(answer.read())
            self._desk.arrive(begun["sink"]["path"] + "air.csv", CSV)
            asyncio.run(self._desk.become(begun["id"], "COMPLETED"))
        return answer


async def rename(desk: Desk, id: str, new: str, state: str | None, **members: Any) -> None:
    """Keep a copy of a process under another identifier, in a state."""
    process = await desk.store.negotiation(OWNER, id) or await desk.store.transfer(OWNER, id)
    assert process is not None
    members = {"id": new, "peer_pid": f"peer of {new}", "state": state, "pending": None, "version": 1, **members}
    await desk.store.commit([PutProcess(msgspec.structs.replace(process, **members), None)])


def furnish_issuer(desk: Desk) -> None:
    """Let there be requests to an issuer, one that it has answered, and a credential."""
    firm, city = asyncio.run(hold()).service, asyncio.run(found_issuer()).service
    desk.app.state.desk = msgspec.structs.replace(desk.values, credentials=firm, issuing=city)
    answered = Issuance(
        owner=OWNER, id="urn:issuance:1", issuer="did:web:stadt.example", types=(), state=IssuanceState.ISSUED, at=0
    )
    asyncio.run(firm.context.store.commit([PutIssuance(answered)]))
    objects = (next(each.id for each in city.list_supported() if each.kind == "UtilityCredential"),)
    asked = CredentialRequest(
        owner=OWNER,
        id="7c1",
        version=1,
        holder=FIRM,
        holder_pid="1",
        objects=objects,
        state=RequestState.RECEIVED,
        at=0,
    )
    refused = msgspec.structs.replace(asked, id="7c2", holder_pid="2", state=RequestState.REJECTED)
    issued = IssuedCredential(
        owner=OWNER,
        id="urn:credential:1",
        version=1,
        request="7c0",
        holder=FIRM,
        type="UtilityCredential",
        profile="vc20-bssl/jwt",
        list=1,
        index=4711,
        secured="e30.e30.e30",
        issued_at=0,
        valid_until=city.context.now() + 1,
    )
    kept = [PutCredentialRequest(asked, None), PutCredentialRequest(refused, None), PutIssuedCredential(issued, None)]
    asyncio.run(city.context.store.commit(kept))


def furnish(desk: Desk, made: Connector) -> None:
    """Let there be a credential, an asset, two agreements, a negotiation that waits for somebody, and transfers."""
    furnish_issuer(desk)
    made.credentials.add(member())
    source = {"kind": "file", "path": "air.csv"}
    with httpx.Client(transport=Blocked(desk.app), base_url="http://x", headers={"X-Api-Key": "chief"}) as http:
        order = {
            "id": "urn:asset:1",
            "title": {"de": "Luft"},
            "source": source,
            "data_class": "open",
            "licence": "cc-by/4.0",
        }
        assert http.post("/v1/assets", json=order).status_code == 201
    recipe = {"kind": "recipe", "inputs": [{"name": "air", "asset": "urn:asset:1"}]}
    made.assets.add(AssetOrder(id="urn:asset:product", title={"de": "Produkt"}, source=recipe))
    made.consents.add(ConsentOrder(subject="4710", purpose="dpv:PublicBenefit"))
    made.events.begin("dk:emergency")
    for name, role in (("urn:agreement:1", Role.PROVIDER), ("urn:agreement:2", Role.CONSUMER)):
        agreement = Agreement(
            owner=OWNER,
            id=name,
            role=role,
            counterparty=CITY,
            address=ADDRESS,
            dataset="urn:dataset:air",
            negotiation_id="urn:negotiation:0",
            document=msgspec.json.encode(AGREEMENT | {"@id": name} | (GIVEN if role is Role.CONSUMER else {})),
            evidence=b'{"claims": {}}',
            agreed_at=NOW,
            finalized_at=NOW,
        )
        asyncio.run(desk.store.commit([PutAgreement(agreement)]))
    ordered = values.subscription("urn:subscription:1", deliveries=2, outcome=RunOutcome.UNCHANGED)
    asyncio.run(desk.store.commit([PutSubscription(ordered, None)]))
    begun = made.negotiations.start(CITY, "urn:dataset:air")
    asyncio.run(rename(desk, begun.id, "urn:negotiation:1", "OFFERED", offered_by=Role.PROVIDER))
    asyncio.run(desk.hold("urn:negotiation:1", "A person decides."))
    asyncio.run(desk.become(begun.id, "TERMINATED", reason="No need."))
    started = made.transfers.start("urn:agreement:2", keep=True)
    flow = {"flow_wanted": FlowState.STARTED, "flow_reported": FlowState.STARTED}
    sink = started.sink or {}
    desk.arrive(f"{sink['path']}air.csv", CSV)
    for new, state, members in (
        ("urn:transfer:1", "STARTED", flow),
        ("urn:transfer:2", "COMPLETED", {}),
        ("urn:transfer:3", "SUSPENDED", {"suspended_by": Role.CONSUMER}),
    ):
        asyncio.run(rename(desk, started.id, new, state, **members))


@pytest.mark.parametrize("function", list(functions()), ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_an_example_holds(function: FunctionType, desk: Desk, tmp_path: Path) -> None:
    desk.planes = Register()
    desk.serve(desk.rooms)
    with Connector("http://connector", "chief", transport=Blocked(desk.app)) as made:
        furnish(desk, made)
    names: dict[str, Any] = {"Decimal": Decimal, "folder": tmp_path, "membership": member()}
    for module in [*modules(connector.views), importlib.import_module(function.__module__)]:
        names |= vars(module)
    with Connector("http://connector", "chief", transport=Provided(desk)) as names["connector"]:
        test = doctest.DocTestParser().get_doctest(function.__doc__ or "", names, function.__name__, None, 0)
        said: list[str] = []
        doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    assert not said, "".join(said)


def test_every_public_method_has_an_example() -> None:
    made = Connector("http://connector", "key", transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    chapters = {name: value for name, value in vars(made).items() if not name.startswith("_") and name != "driver"}
    methods = {
        f"{place}.{name}": getattr(holder, name)
        for place, holder in {"connector": made, **chapters}.items()
        for name in dir(holder)
        if not name.startswith("_") and name not in {"driver", "close"} and callable(getattr(holder, name))
    }
    bare = [
        name for name, method in methods.items() if name.split(".")[1] not in chapters and ">>>" not in method.__doc__
    ]
    assert bare == []
