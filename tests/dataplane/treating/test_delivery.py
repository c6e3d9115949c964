import msgspec
import pytest

from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import DK, AtomicConstraint
from connector.policy.model.values import Iri
from connector.ports.flow import PERSON, Untreatable
from connector.ports.treatment import Records, TransformStep, Treatment
from connector.store.memory.store import MemoryStore
from tests.dataplane.records import (
    CONSENTING,
    CSV,
    SECRET,
    consented,
    content,
    deliver,
    treat,
)


def test_steps_follow_one_another_in_their_order() -> None:
    data = b"plz,age\n33602,31\n33604,38\n33702,35\n"
    steps = (
        TransformStep(name="generalise", fields=("plz",), precision="prefix-3"),
        TransformStep(name="generalise", fields=("age",), precision="10"),
        TransformStep(name="suppress", fields=("plz", "age"), smallest_group=2),
    )
    assert deliver(data, treat(CSV, *steps)) == b"plz,age\n336,30\n336,30\n"
    with pytest.raises(Untreatable, match="'plz'"):
        deliver(data, treat(CSV, TransformStep(name="drop", fields=("plz",)), steps[2]))


DPV = "https://w3id.org/dpv#"


AGREED = AtomicConstraint(
    left=DK + "consentStatus",
    operator="isAnyOf",
    right=(Iri(DPV + "ConsentGiven"), Iri(DPV + "RenewedConsentGiven")),
)


WITH_CONSENT = Treatment(
    records=Records(format="csv", subject="name"), rows=RowFilter(keep=(AGREED,)), consent=CONSENTING
)


async def test_the_data_itself_cannot_say_whose_consent_counts() -> None:
    store, forged = MemoryStore(), SECRET.person("city", "Anna")
    await consented(store, "Anna")
    json = Treatment(records=Records(format="json", subject="name"), rows=RowFilter(keep=(AGREED,)), consent=CONSENTING)
    rows = [{"name": "Anna"}, {"name": "", PERSON: forged}, {"name": "Bert", PERSON: forged}]
    left = msgspec.json.decode(await content([msgspec.json.encode(rows)], json, store=store))
    assert left == [{"name": "Anna"}]
    with pytest.raises(Untreatable, match="rename the field"):
        await content([b"name,\0person\nAnna,1\n"], WITH_CONSENT, store=store)
    plain = treat(Records(format="json"), TransformStep(name="drop", fields=("name",)))
    assert msgspec.json.decode(await content([msgspec.json.encode(rows)], plain)) == [{}, {}, {}]
