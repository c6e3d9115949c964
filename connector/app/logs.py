"""The log on standard error: a line for people, or a JSON object for a log collector. It never contains a secret.

The lines of a moment are one write. A kill loses those of the last moment at most: what has happened is in the store.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from functools import lru_cache
from itertools import islice
from typing import Any, Literal, TextIO

import msgspec

from connector.ports.store_errors import Unavailable
from connector.protocol.dsp.errors import clean

LONGEST = 2000
MOMENT_S = 0.05
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_LEVELS = {
    level: logging.getLevelName(level) for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)
}


class LeanRecord(logging.LogRecord):
    """A record without the place of its caller, which no formatter uses (logging how-to, "Optimization")."""

    def __init__(
        self,
        name: str,
        level: int,
        pathname: str,
        lineno: int,
        msg: object,
        args: Any,
        exc_info: Any,
        func: str | None = None,
        sinfo: str | None = None,
        **_: object,
    ) -> None:
        self.name, self.msg = name, msg
        # One mapping alone gives the values of a text with names.
        self.args = args[0] if args and len(args) == 1 and isinstance(args[0], Mapping) and args[0] else args
        self.levelno, self.levelname = level, _LEVELS[level] if level in _LEVELS else logging.getLevelName(level)
        self.pathname, self.filename, self.module, self.lineno, self.funcName = pathname, "", "", lineno, func or ""
        self.exc_info, self.exc_text, self.stack_info = exc_info, None, sinfo
        self.created = time.time()
        self.msecs = self.created % 1 * 1000
        self.relativeCreated = 0.0
        self.thread = self.threadName = self.processName = self.process = None


_OWN = len(vars(LeanRecord("", 0, "", 0, "", (), None)))


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, message and the caller's additions (`pid`, `peer`, `path`)."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        entry: dict[str, object] = {
            "at": _stamp(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {name: str(value) for name, value in _list_added(record)}
        if foreseen := _find_foreseen(record):
            entry["message"] = f"{entry['message']}: {foreseen}"
        elif record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(entry).decode()


class TextFormatter(logging.Formatter):
    """A line for people; the caller's additions follow the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, and its trace in the lines below."""
        # A path or an identifier of a peer can contain line breaks: `clean` keeps one record on one line.
        added, message, foreseen = _list_added(record), record.getMessage(), _find_foreseen(record)
        if foreseen:
            message = f"{message}: {foreseen}"
        text = " ".join([message, *[f"{name}={value}" for name, value in added]])
        # What is clean as a whole is clean in each part, which is the usual case.
        if clean(text) != text:
            text = " ".join([clean(message, LONGEST), *[f"{name}={clean(str(value))}" for name, value in added]])
        line = f"{_stamp(record.created)} {record.levelname.lower():7} {text}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info and not foreseen else line


class BatchHandler(logging.StreamHandler[TextIO]):
    """Writes the records of a moment of the event loop at once; a warning, and a record of no loop, immediately."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: list[str] = []
        self._loop: asyncio.AbstractEventLoop | None = None  # which writes the lines soon

    def handle(self, record: logging.LogRecord) -> bool:
        """Take one record; this handler has no filters."""
        with self.lock or nullcontext():
            self.emit(record)
        return True

    def emit(self, record: logging.LogRecord) -> None:
        """Take one record; the caller has the lock of the handler."""
        try:
            self._lines.append(self.format(record))
        except Exception:  # noqa: BLE001 - as every handler: a record that cannot be written must not end its caller
            self.handleError(record)
            return
        loop = _find_loop()
        if record.levelno >= logging.WARNING or loop is None:
            self.flush()
        elif self._loop is not loop:
            self._loop = loop
            loop.call_later(MOMENT_S, self.flush)

    def flush(self) -> None:
        """Write the lines that wait; at the end of the process, `logging` calls it.

        Lines that cannot be written, as on a full disk, are lost: that must not end who logs.
        """
        with self.lock or nullcontext(), suppress(OSError, ValueError):
            lines, self._lines, self._loop = self._lines, [], None
            if lines:
                self.stream.write("\n".join(lines) + "\n")
            super().flush()


def _find_foreseen(record: logging.LogRecord) -> str:
    """Return the sentence of a fault of the disk or the database, which needs no trace; else an empty text."""
    fault = record.exc_info[1] if record.exc_info else None
    return str(fault) if isinstance(fault, Unavailable) else ""


def _list_added(record: logging.LogRecord) -> list[tuple[str, object]]:
    """Return the caller's additions, which follow the attributes that each record has (others have more)."""
    return [added for added in islice(vars(record).items(), _OWN, None) if added[0] not in _STANDARD]


def _find_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def set_up(form: Literal["human", "json"], level: str) -> None:
    """Write records of `level` and above to standard error, in the given form."""
    logging.setLogRecordFactory(LeanRecord)
    handler = BatchHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("aiohttp.access", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Its warning is a line for each caller that speaks no HTTP.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    # No formatter uses these values, so logging does not have to collect them (logging how-to, "Optimization").
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - the how-to names it


def _stamp(seconds: float) -> str:
    whole = int(seconds * 1000)
    return f"{_second(whole // 1000)}.{whole % 1000:03d}Z"


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
