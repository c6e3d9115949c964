from connector.ports.treatment import Records, TransformStep
from tests.dataplane.records import deliver, treat


def test_people_are_counted_and_not_their_records() -> None:
    data = b"who,street\nAnna,A\nAnna,A\nAnna,A\nBert,B\nCem,B\n"
    people = Records(format="csv", subject="who")
    small = TransformStep(name="suppress", fields=("street",), smallest_group=2)
    assert deliver(data, treat(people, small)) == b"who,street\nBert,B\nCem,B\n"
    # Also where the name itself does not leave.
    dropped = treat(people, TransformStep(name="drop", fields=("who",)), small)
    assert deliver(data, dropped) == b"street\nB\nB\n"
    summed = TransformStep(name="aggregate", fields=("street",), smallest_group=2)
    assert deliver(data, treat(people, summed)) == b"street,records\nB,2\n"
