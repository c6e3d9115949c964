"""The two forms of a stream."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.streaming.framing import FORMS, EventStream, JsonStream, choose_form, is_json
from connector.dataplane.wire.stream_lines import LINES

ID, AT = "a.1", "2026-01-01T00:00:00.000Z"


@given(st.binary(max_size=200))
def test_a_line_is_one_line_of_json_and_keeps_the_message(data: bytes) -> None:
    written = JsonStream().write_message(ID, AT, data)
    assert written.count(b"\n") == 1
    line = json.loads(written)
    assert (line["id"], line["at"]) == (ID, AT)
    assert len(line.keys() & {"data", "text", "base64"}) == 1
    if "data" in line:
        assert line["data"] == json.loads(data)


@given(st.text(max_size=200))
def test_an_event_is_read_back_as_its_text(text: str) -> None:
    if "\0" in text:
        return
    written = EventStream().write_message(ID, AT, text.encode()).decode()
    assert written.endswith("\n\n")
    lines = [line.removeprefix("data: ") for line in written[:-2].split("\n")[1:]]
    assert "\n".join(lines) == text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(
    ("accept", "media_type", "form"),
    [
        ([], "application/json", "text/event-stream"),
        ([], "application/x-ndjson", LINES),
        (["*/*"], "application/x-ndjson", LINES),
        (["text/event-stream"], "application/x-ndjson", "text/event-stream"),
        (["text/html, application/x-ndjson;q=0.5"], "application/json", LINES),
        (["application/*"], "application/json", LINES),
        (["application/x-ndjson;q=0, text/*"], "application/json", "text/event-stream"),
    ],
)
def test_the_form_is_the_accepted_one_else_that_of_the_data(accept: list[str], media_type: str, form: str) -> None:
    assert choose_form(accept, media_type) is FORMS[form]


def test_no_form_is_no_form() -> None:
    assert choose_form(["application/xml"], "application/json") is None


@pytest.mark.parametrize("data", [b"NaN", b'{"a": NaN}', b"", b"\xff", b"[" * 5_000, b"{} {}"])
def test_what_is_no_json_is_none(data: bytes) -> None:
    assert not is_json(data)
