"""The log: one record is one line or one JSON object, with the additions of the caller."""

import errno
import io
import json
import logging
import sys

import pytest

from connector.app.logs import BatchHandler, JsonFormatter, LeanRecord, TextFormatter, set_up
from connector.ports.store_errors import StoreFull, Unavailable
from tests.dataplane.world import eventually


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


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
@pytest.mark.parametrize("fault", [Unavailable("The disk is full."), StoreFull("The disk is full.")])
def test_a_store_that_is_away_is_told_in_one_sentence_without_a_trace(
    formatter: logging.Formatter, fault: Unavailable
) -> None:
    made = record("turn failed", peer="urn:x")
    made.exc_info = (type(fault), fault, None)
    line = formatter.format(made)
    assert "turn failed: The disk is full." in line
    assert "\n" not in line
    assert "race" not in line


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


class Written(io.StringIO):
    """A stream that keeps what each write was."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return len(text)


def told(level: int, message: str) -> logging.LogRecord:
    return logging.LogRecord("connector.x", level, __file__, 1, message, (), None)


async def test_the_lines_of_a_moment_are_one_write() -> None:
    stream = Written()
    handler = BatchHandler(stream)
    for message in ("one", "two"):
        handler.handle(told(logging.INFO, message))
    assert stream.writes == []
    await eventually(lambda: stream.writes == ["one\ntwo\n"], "the lines are not written")


async def test_a_warning_is_written_immediately_with_the_lines_before_it() -> None:
    stream = Written()
    handler = BatchHandler(stream)
    handler.handle(told(logging.INFO, "one"))
    handler.handle(told(logging.WARNING, "two"))
    assert stream.writes == ["one\ntwo\n"]
    handler.handle(told(logging.INFO, "three"))
    handler.flush()
    assert stream.writes[1:] == ["three\n"], "the end of the process writes what waits"


def test_a_line_outside_the_event_loop_is_written_immediately() -> None:
    stream = Written()
    BatchHandler(stream).handle(told(logging.INFO, "one"))
    assert stream.writes == ["one\n"]


class Full(io.StringIO):
    """A stream on a full disk."""

    full = True

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


@pytest.mark.parametrize("level", [logging.INFO, logging.WARNING])
async def test_a_log_that_cannot_be_written_ends_nobody_and_goes_on_when_there_is_room(level: int) -> None:
    stream = Full()
    handler = BatchHandler(stream)
    handler.handle(told(level, "lost"))
    handler.flush()
    stream.full = False
    handler.handle(told(level, "told"))
    handler.flush()
    assert stream.getvalue() == "told\n"


def test_a_lean_record_says_what_any_record_says_and_has_nothing_that_others_lack() -> None:
    given = ("connector.x", logging.WARNING, __file__, 1, "%(count)d to %(peer)s", ({"count": 2, "peer": "x"},), None)
    lean, usual = LeanRecord(*given), logging.LogRecord(*given)
    assert vars(lean).keys() <= vars(usual).keys()
    assert (lean.getMessage(), lean.levelname, lean.name) == (usual.getMessage(), usual.levelname, usual.name)
    for made in (lean, usual):
        made.created = 1_772_366_400.25
        vars(made).update(pid="urn:uuid:1")
    assert TextFormatter().format(lean) == TextFormatter().format(usual)
    assert TextFormatter().format(lean).endswith("2 to x pid=urn:uuid:1")
