"""What the walks meet: an office with one of everything, and the same with the texts of a hostile peer."""

import itertools
import json
from pathlib import Path
from typing import Any

import msgspec

from connector.controlplane.usecases import payments, users
from connector.controlplane.usecases.offering import assets
from connector.controlplane.usecases.privacy import vetoes
from connector.language.catalogue import LANGUAGES
from connector.ports.changes import AddUsage, PutBlock, PutProcess, PutSubscription
from connector.ports.entities import AssetStatus, Block, CountedUse, DataClass, PaymentState, UserRole
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import Ended
from connector.views.assets import AssetOrder
from connector.views.recipes import read_recipe
from connector.views.subscriptions import SubscriptionState
from connector.views.users import UserOrder
from connector.web.recipes.draft import store_draft
from connector.web.recipes.reading import read_recipe_draft
from tests.support.plane import CITY, ME, NOW, OWNER, Desk, Listed
from tests.web import getting
from tests.web.office import OFFER, Office, encode
from tests.web.protection import PERSONAL

MARK_UP = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><x-evil evil='1'>{{7*1117}}"
FILLED_IN = str(7 * 1117)
"""What a page would have that takes a text for a template."""
TURNED = "\u202e\u2066evil\u2069 \u200fשלום\u061c and \u0001\u0008\u000b\u001f\u007f\u0085\ufffe control"
LONG = ("Straßenverkehrszählungsanlagen" * 333 + " & more <x-evil>")[:10_000]
HOSTILE = (MARK_UP, f"{MARK_UP} {TURNED}", LONG)
_KEPT = {"sessions", "users", "leaves", "leaf_counts"}
"""Tables of which nothing is a text of others."""


CODED: dict[str, Any] = {
    **OFFER,
    "permission": [{"action": "use", "constraint": [
        {"leftOperand": "purpose", "operator": "isA", "rightOperand": "https://w3id.org/dpv#ScientificResearch"},
        {"leftOperand": "dk:participantGroup", "operator": "isAnyOf", "rightOperand": ["city-departments"]},
        {"leftOperand": "dk:role", "operator": "isAnyOf", "rightOperand": ["emergency-services", "fire-brigade"]},
        {"leftOperand": "dk:organisationType", "operator": "isAnyOf", "rightOperand": ["public-body", "non-profit"]},
        {"leftOperand": "spatial", "operator": "isPartOf", "rightOperand": "DE-BW"},
    ]}],
}  # fmt: skip
"""Terms of which every value has a code: what people read has none of them."""
CLAIMS = {
    "role": ("provider", "fire-brigade"),
    "participantGroup": ("city-departments",),
    "organisationType": ("public-body",),
}


async def furnish(office: Office) -> None:
    """One of everything, and deliveries that are on and suspended; terms and claims have codes wherever they can."""
    listed = office.values.evaluator.directory
    assert isinstance(listed, Listed)
    known = listed.known
    known[CITY] = msgspec.structs.replace(known[CITY], claims=CLAIMS)
    await office.furnish()
    await office.offer("urn:d:coded", policy=encode(CODED))
    await office.ask("urn:n:coded", "urn:d:coded", asked=CODED)
    document = encode(CODED, target="urn:d:coded", assigner=ME, assignee=CITY)
    await office.agree("urn:a:coded", "urn:d:coded", document=document)
    await payments.record(office.values.evaluator, "urn:a:coded", PaymentState.SETTLED, by="w.weg", amount="9.50")
    running = getting.make_delivery("urn:uuid:00000000-0000-4000-8000-000000000002", state="STARTED")
    waiting = getting.make_delivery("urn:uuid:00000000-0000-4000-8000-000000000003", state="SUSPENDED")
    paused = getting.make_subscription("urn:s:2", state=SubscriptionState.PAUSED)
    gone = Block(owner=OWNER, participant="https://gone.example", at=NOW, by="w.weg", reason="Left.")
    await office.store.commit(
        [PutProcess(running, None), PutProcess(waiting, None), PutSubscription(paused, None), PutBlock(gone)]
    )
    office.desk.peer.datasets.append(getting.make_dataset(**{"@id": "urn:dataset:counts"}))
    await office.store.commit([_count_use(month) for month in range(6) for _ in range(month + 1)])
    await office.offer("urn:d:vetoed", status=AssetStatus.DRAFT, **PERSONAL)
    await vetoes.veto(office.values.publisher, "urn:d:vetoed", "Die Rechtsgrundlage fehlt.", by="p.schutz")
    await _make_product(office)
    await office.add_user("w.weg", UserRole.PROVIDER)
    await users.disable(office.register, "w.weg", by="test")


async def _make_product(office: Office) -> None:
    """A product of data with many rows, and the recipe of another one that somebody is writing."""
    rows = "".join(f"{number},{number % 7}.5,2026-11-{number % 28 + 1:02}\n" for number in range(12_345))
    (office.root / "werte.csv").write_text(f"nummer,wert,tag\n{rows}", "utf-8")
    plain = encode({"@type": "Offer", "@id": "urn:plain", "permission": [{"action": "use"}]})
    await office.offer(
        "urn:d:values", source={"kind": "file", "path": "werte.csv"}, media_type="text/csv", policy=plain
    )
    recipe = {
        "kind": "recipe", "inputs": [{"name": "Werte", "asset": "urn:d:values"}], "every": "day", "at": "04:30",
        "steps": [{"do": "clean", "where": ["wert>=0"]}],
    }  # fmt: skip
    order = AssetOrder(id="urn:d:product", title=office.title, source=recipe, data_class=DataClass.INTERNAL)
    await assets.add(office.values.publisher, order)
    await assets.publish(office.values.publisher, "urn:d:product")
    await office.fill_in("urn:f:recipe", answers={"rezept": store_draft(read_recipe_draft(read_recipe(recipe)))},
                         source=None, found=b"")  # fmt: skip


def _count_use(months_ago: int) -> AddUsage:
    """A delivery, so that there is something to draw."""
    at = NOW - months_ago * 30 * 86_400_000
    use = CountedUse(
        owner=OWNER, agreement_id="urn:a:1", flow_id="urn:t:1", counterparty=CITY, dataset="urn:d:1", providing=True,
        at=at, bytes_moved=2_500_000,
    )  # fmt: skip
    return AddUsage(OWNER, "urn:a:1", uses=1, at=at, use=use)


async def invite(office: Office, name: str) -> str:
    """Return the address at which a new user chooses a password."""
    order = UserOrder(name=name, person="Neu im Amt", roles=(UserRole.PROVIDER,))
    return (await users.add(office.register, order, by="test")).link.removeprefix(office.address)


async def furnish_hostile(office: Office) -> None:
    """One of everything, but whoever wrote a text of it wanted to harm; and what is hostile in more than its texts."""
    await furnish(office)
    await _add_hostile(office)
    poison_store(office.desk)


def poison_store(desk: Desk) -> None:
    """Make every text in the store, of the broker and of the provider hostile.

    A text is what has a blank, or a value beside the name of a language: identifiers and states have neither. So what
    is new in an office is hostile too, without a word about it. What is evil already stays.
    """
    texts = itertools.cycle(HOSTILE)
    for name, table in vars(desk.store._tables).items():
        if isinstance(table, dict) and name not in _KEPT:
            for key, (place, value) in table.items():
                table[key] = (place, poison(value, texts))
    desk.found = poison(desk.found, texts)
    desk.peer.datasets = poison(desk.peer.datasets, texts)


def poison(value: Any, texts: "itertools.cycle[str]") -> Any:
    """Return a value in which each text is the next of `texts`."""
    if isinstance(value, str):
        return next(texts) if " " in value and "evil" not in value else value
    if isinstance(value, bytes):
        return _poison_document(value, texts)
    if isinstance(value, dict):
        said = bool(value) and value.keys() <= set(LANGUAGES)
        return {name: next(texts) if said else poison(one, texts) for name, one in value.items()}
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return type(value)(poison(one, texts) for one in value)
    if isinstance(value, msgspec.Struct):
        changed = {name: poison(getattr(value, name), texts) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **changed)
    return value


def _poison_document(value: bytes, texts: "itertools.cycle[str]") -> bytes:
    try:
        document = json.loads(value)
    except ValueError:
        return value
    return json.dumps(poison(document, texts), ensure_ascii=False).encode()


async def _add_hostile(office: Office) -> None:
    """Identifiers, names of files, and values of the wrong kind."""
    evil, texts = MARK_UP, dict.fromkeys(LANGUAGES, MARK_UP)
    purpose = {"leftOperand": "purpose", "operator": "isA", "rightOperand": f"https://evil.example/{evil.split()[0]}"}
    policy = {**OFFER, "permission": [{"action": "use", "constraint": [purpose]}]}
    await office.offer(evil, title=texts, description=texts)
    await office.ask(evil, dataset=evil, asked=policy, peer=evil, reason=texts)
    await office.ask("urn:n:2", dataset=evil, role=Role.CONSUMER, peer="urn:peer", state="OFFERED")
    await office.agree("urn:a:2", dataset=evil, withdrawn_at=NOW, withdrawn_because=evil)
    await office.agree("urn:a:3", dataset=evil, counterparty=evil)
    request = getting.make_request("urn:n:ended", title=texts, state="TERMINATED", ended=Ended("refused", evil, CITY))
    delivery = getting.make_delivery("urn:uuid:00000000-0000-4000-8000-000000000004", title=texts, dataset=evil)
    block = Block(owner=OWNER, participant=evil, at=NOW, by=evil, reason=evil)
    await office.store.commit([PutBlock(block), PutProcess(request, None), PutProcess(delivery, None)])
    office.desk.warning = evil
    _write_files(office.desk.received / delivery.id.rpartition(":")[2])
    match = {"field": "title", "text": evil, "marks": [[0, 9], [3, 7], [20, 30], [-4, 2], [5, 9**9]]}
    office.desk.found = getting.make_results(
        {}, {"id": evil, "title": texts, "publisher": evil, "terms_in_words": texts, "matches": [match],
             "only_for": [evil], "data_formats": [evil], "frequency": evil, "prices": [evil], "liveness": evil},
        facets={"theme": [{"value": evil, "count": 1, "label": texts}], "licence": [{"value": evil, "count": 1}]},
        corrected=True,
    )  # fmt: skip
    told = [{"@value": evil, "@language": tag} for tag in texts]
    harmful = {"vcard:fn": evil, "vcard:hasURL": "javascript:alert(1)"}
    office.desk.peer.datasets.append(
        getting.make_dataset(
            {**OFFER, "@id": evil},
            **{"@id": evil, "dct:title": told, "dct:description": told, "dcat:keyword": [evil],
               "dct:license": {"@id": evil}, "dct:publisher": {"foaf:name": evil}, "dcat:contactPoint": harmful,
               "dct:spatial": {"skos:prefLabel": evil, "dcat:bbox": evil}},
        )
    )  # fmt: skip


def _write_files(folder: Path) -> None:
    folder.mkdir(parents=True)
    plain = MARK_UP.replace("/", "").replace('"', "")
    (folder / f"{plain}\u202e.csv").write_text(f'a,{plain}\n"{plain}{TURNED}",1\n', encoding="utf-8")
    feature = {"type": "Feature", "properties": {MARK_UP: LONG}, "geometry": {"type": MARK_UP, "coordinates": [LONG]}}
    (folder / "evil.geojson").write_text(json.dumps({"features": [feature]}), encoding="utf-8")
