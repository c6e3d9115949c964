from connector.dataplane.transforms.drop import build
from connector.ports.treatment import TransformStep


def test_the_named_fields_are_gone_and_the_others_keep_their_order() -> None:
    drop = build(TransformStep(name="drop", fields=("b", "d")), b"")
    assert drop.begin(("a", "b", "c", "d")) == ("a", "c")
    assert drop.take({"a": 1, "b": 2, "c": 3}) == {"a": 1, "c": 3}, "an object may lack a field"
