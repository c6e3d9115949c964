from connector.ports.treatment import TransformStep
from tests.dataplane.records import CSV, JSON, deliver, treat


def test_a_person_has_one_pseudonym_under_an_agreement_and_another_under_the_next() -> None:
    step = treat(CSV, TransformStep(name="pseudonymise", fields=("who",)))
    data = b"who,what\nAnna,1\nBert,2\nAnna,3\n,4\n"
    first, second, third, fourth = deliver(data, step).decode().splitlines()[1:]
    assert first.split(",")[0] == third.split(",")[0] != second.split(",")[0]
    assert fourth == ",4"
    assert deliver(data, step) == deliver(data, step)
    assert deliver(data, step, agreement="another") != deliver(data, step)


def test_a_number_in_json_has_the_pseudonym_of_its_text() -> None:
    step = treat(JSON, TransformStep(name="pseudonymise", fields=("who",)))
    assert deliver(b'[{"who": 7}]', step) == deliver(b'[{"who": "7"}]', step)
