"""Messages of a stream are treated as the records of a file are, one by one."""

import msgspec
import pytest

from connector.dataplane.control.gate import Gate
from connector.dataplane.control.register import Register
from connector.dataplane.treating.messages import TreatedMessages, treat_messages
from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import DK, AtomicConstraint
from connector.policy.model.values import Iri
from connector.ports.flow import Untreatable
from connector.ports.streams import Lost
from connector.ports.treatment import Records, TransformStep, Treatment
from connector.store.memory.store import MemoryStore
from tests.dataplane.records import CONSENTING, CSV, LINES, TREATING, consented, content, flow, treat
from tests.dataplane.world import lease, now_ms

AGREED = AtomicConstraint(left=DK + "consentStatus", operator="eq", right=(Iri("https://w3id.org/dpv#ConsentGiven"),))


def begin(treatment: Treatment, store: MemoryStore | None = None) -> TreatedMessages:
    gate = Gate(now_ms)
    gate.grant(lease(treatment=msgspec.json.encode(treatment)))
    made = treat_messages(flow(), gate, TREATING, Register(store or MemoryStore(), now_ms))
    assert made is not None
    return made


async def test_the_result_is_that_of_a_file_with_the_same_records() -> None:
    steps = (
        TransformStep(name="drop", fields=("name",)),
        TransformStep(name="generalise", fields=("age",), precision="10"),
        TransformStep(name="pseudonymise", fields=("id",)),
    )
    messages = [b'{"id": "a", "name": "Anna", "age": 31}', b'{"id": "b", "age": 44, "name": "Bert", "more": 1.50}']
    treated = await begin(treat(LINES, *steps)).treat(messages)
    file = await content([b"\n".join(messages) + b"\n"], treat(LINES, *steps))
    assert treated == file.splitlines()


async def test_persons_without_consent_are_left_out_from_the_next_message_on() -> None:
    store = MemoryStore()
    await consented(store, "Anna")
    treatment = Treatment(
        records=Records(format="ndjson", subject="name"), rows=RowFilter(keep=(AGREED,)), consent=CONSENTING
    )
    made = begin(treatment, store)
    assert await made.treat([b'{"name": "Bert"}', b'{"name": "Anna"}']) == [None, b'{"name":"Anna"}']
    await consented(store, "Bert")
    assert await made.treat([b'{"name": "Bert"}']) == [b'{"name":"Bert"}']


async def test_a_message_that_cannot_be_treated_stops_no_other() -> None:
    records = Records(format="ndjson", fields=("id", "age"))
    made = begin(treat(records, TransformStep(name="drop", fields=("age",))))
    messages = [b'{"id": 1, "age": 2}', b"[1]", b'{"id": 1, "new": 2}', b'{"id": NaN}', b'{\n"id": 3}']
    assert await made.treat(messages) == [b'{"id":1}', Lost.UNREADABLE, Lost.UNTREATABLE, Lost.UNREADABLE, b'{"id":3}']


async def test_a_treatment_that_needs_all_records_is_refused() -> None:
    step = TransformStep(name="suppress", fields=("age",), smallest_group=2)
    with pytest.raises(Untreatable, match="no last one"):
        begin(treat(LINES, step))


async def test_a_stream_of_csv_is_refused() -> None:
    with pytest.raises(Untreatable, match="CSV"):
        begin(treat(CSV, TransformStep(name="drop", fields=("age",))))
