import msgspec
import pytest

from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import DK, AtomicConstraint
from connector.policy.model.values import Iri
from connector.ports.flow import PERSON, Untreatable
from connector.ports.treatment import Records, TransformStep, Treatment
from connector.store.memory.store import MemoryStore
from tests.benchmarks.flat import CASES, MOST_GROWTH, measure_peak
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


MONTH = TransformStep(name="generalise", fields=("datum",), precision="month")
BY_MONTH = TransformStep(name="aggregate", fields=("datum",), smallest_group=2)
DATES = "id;datum\n1;01.02.2026\n2;11.02.2026\n3;2026-03-01\n4;02.03.2026 13:00\n5;1/4/26\n6;1/4/26\n7;\n8;\n"


def test_a_value_that_cannot_be_read_is_never_the_name_of_a_group() -> None:
    made = deliver(DATES.encode(), treat(CSV, MONTH, BY_MONTH))
    assert made == b"datum;records\n2026-02;2\n2026-03;2\n;2\n"  # the last group has no date in the data
    step = TransformStep(name="suppress", fields=("datum",), smallest_group=2)
    left = deliver(DATES.encode(), treat(CSV, MONTH, step)).decode().split()
    assert [line[0] for line in left] == ["i", "1", "2", "3", "4", "7", "8"]


@pytest.mark.parametrize("rest", [(), (BY_MONTH,)])
def test_data_without_one_value_that_can_be_read_is_refused(rest: tuple[TransformStep, ...]) -> None:
    with pytest.raises(Untreatable, match="'datum'"):
        deliver(b"id;datum\n1;01/02/26\n2;02/02/26\n", treat(CSV, MONTH, *rest))


def test_a_value_that_cannot_be_read_is_empty_in_csv_and_null_in_json() -> None:
    step = TransformStep(name="generalise", fields=("n",), precision="10")
    assert deliver(b"n,m\n47,1\nx,2\n", treat(CSV, step)) == b"n,m\n40,1\n,2\n"
    json = deliver(b'[{"n": 47}, {"n": "x"}, {"n": [1]}]', treat(Records(format="json"), step))
    assert msgspec.json.decode(json) == [{"n": 40}, {"n": None}, {"n": None}]


def test_a_missing_value_gets_no_pseudonym() -> None:
    made = deliver(b"n,m\n-,1\n ,2\n", treat(CSV, TransformStep(name="pseudonymise", fields=("n",))))
    assert made == b"n,m\n-,1\n ,2\n"


PEOPLE = Records(format="csv", subject="name")
GROUPS = "name,g,n\nAnna,A,1\nBen,A,2\nk. A.,A,3\nAnna,B,1\nunbekannt,B,2\nNULL,B,3\nAnna,C,1\nBen,C,1\nCleo,C,1\n"


@pytest.mark.parametrize("name", ["aggregate", "suppress"])
def test_a_word_for_nobody_makes_no_group_larger(name: str) -> None:
    step = TransformStep(name=name, fields=("g",), measures=("n",) if name == "aggregate" else (), smallest_group=3)
    left = deliver(GROUPS.encode(), treat(PEOPLE, step)).decode()
    assert "C" in left
    assert not {"A", "B"} & set(left.replace("Anna", "").replace("Ben", ""))


def test_one_person_in_several_spellings_is_counted_once() -> None:
    data = "name,g\nM\u00fcller-L,A\nMu\u0308ller\u2011L,A\nM\u00fcl\u034fler\u2010L,A\n"
    step = TransformStep(name="suppress", fields=("g",), smallest_group=2)
    assert deliver(data.encode(), treat(PEOPLE, step)) == b"name,g\n"


async def test_somebody_with_a_name_for_nobody_may_consent() -> None:
    store = MemoryStore()
    await consented(store, "Null")
    assert await content([b"name,a\nNull,1\nUnbekannt,2\n"], WITH_CONSENT, store=store) == b"name,a\nNull,1\n"


@pytest.mark.parametrize("name", CASES)
def test_a_stream_ten_times_as_large_takes_no_more_memory(name: str) -> None:
    assert measure_peak(name, 40) - measure_peak(name, 4) <= MOST_GROWTH
