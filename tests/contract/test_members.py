"""Members that some JSON objects omit: what is taken when an asset is added can be delivered, and only that."""

import msgspec
from hypothesis import event, given, settings
from hypothesis import strategies as st

from connector.dataplane.formats.looking import look
from connector.ports.flow import Untreatable
from connector.ports.treatment import Records, TransformStep
from tests.dataplane.records import deliver, treat

NAMES = ("name", "phone", "count")
OBJECTS = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 99) | st.none(), min_size=1)
STEPS = st.sampled_from(
    [
        TransformStep(name="drop", fields=("phone",)),
        TransformStep(name="generalise", fields=("phone",), precision="10"),
        TransformStep(name="pseudonymise", fields=("phone",)),
        TransformStep(name="aggregate", fields=("phone",), measures=("count",)),
        TransformStep(name="suppress", fields=("phone",), smallest_group=1),
    ]
)


@given(st.lists(OBJECTS, min_size=1, max_size=6), STEPS, st.sampled_from(["json", "ndjson"]), st.booleans())
@settings(max_examples=200, deadline=None)
def test_what_the_look_shows_of_optional_members_is_what_a_delivery_can_treat(
    objects: list[dict[str, int | None]], step: TransformStep, form: str, declared: bool
) -> None:
    records = Records(format=form, fields=NAMES if declared else ())  # type: ignore[arg-type]  # one of its formats
    written = [msgspec.json.encode(entry) for entry in objects]
    data = b"[" + b",".join(written) + b"]" if form == "json" else b"\n".join(written)
    shown = {field.name for field in look(data, True, records, "application/json").fields}
    needed = {*step.fields, *step.measures}
    try:
        made = deliver(data, treat(records, step))
    except Untreatable:
        event("refused")
        assert not declared
        assert needed - shown
        return
    event("delivered")
    assert declared or needed <= shown
    if step.name == "drop":
        assert b"phone" not in made
