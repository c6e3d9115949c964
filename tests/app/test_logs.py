"""The log: one record is one line or one JSON object, with the additions of the caller."""

import json
import logging
import sys

import pytest

from connector.app.logs import JsonFormatter, TextFormatter, set_up


def record(message: str, *arguments: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("connector.x", logging.WARNING, __file__, 1, message, arguments, None)
    made.created = 1_772_366_400.25
    vars(made).update(more)
    return made


def test_a_record_is_one_line_whatever_a_peer_sends() -> None:
    line = TextFormatter().format(record("request refused: %s", "a\nb\x1b[31m", path="/x\ny"))
    assert line.startswith("2026-03-01T12:00:00.250Z warning request refused: ")
    assert " path=" in line
    assert "\n" not in line
    assert "\x1b" not in line


def test_a_record_is_one_json_object_with_its_additions() -> None:
    entry = json.loads(JsonFormatter().format(record("sent to %s", "peer", pid="urn:uuid:1")))
    assert entry == {
        "at": "2026-03-01T12:00:00.250Z",
        "level": "warning",
        "logger": "connector.x",
        "message": "sent to peer",
        "pid": "urn:uuid:1",
    }


@pytest.mark.parametrize(("formatter", "mark"), [(TextFormatter(), "Traceback"), (JsonFormatter(), '"trace":')])
def test_the_trace_of_an_exception_is_kept(formatter: logging.Formatter, mark: str) -> None:
    made = record("request failed")
    try:
        {}["lost"]
    except KeyError:
        made.exc_info = sys.exc_info()
    text = formatter.format(made)
    assert mark in text
    assert "KeyError" in text


def test_the_chosen_level_and_form_are_in_force() -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.logThreads, logging.logProcesses, logging.logMultiprocessing)
    try:
        set_up("json", "warning")
        assert root.level == logging.WARNING
        assert isinstance(root.handlers[0].formatter, JsonFormatter)
        set_up("human", "debug")
        assert root.level == logging.DEBUG
        assert isinstance(root.handlers[0].formatter, TextFormatter)
        assert logging.getLogger("aiohttp.access").level == logging.WARNING
    finally:
        root.handlers[:], level, *flags = before
        root.setLevel(level)
        logging.logThreads, logging.logProcesses, logging.logMultiprocessing = flags
