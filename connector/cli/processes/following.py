"""A stream is followed to a file or to standard output: it continues by itself after a break, and shows its progress.

A file has one line for each message, with its identifier, and one for each gap. Its last complete line is the position
at which the next call continues, so that no message is in it twice.
"""

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output, strip_controls
from connector.client.connector import Connector
from connector.client.frame.errors import NotReachable
from connector.client.stream import StreamLine
from connector.language.catalogue import find_sentence

_PAUSES_S = (0.5, 15.0)
_REDRAWN_S = 0.2
_BLOCK = 64 * 1024


StreamOutput = Annotated[
    str | None, typer.Option("--out", "-o", metavar="FILE", help="File to append to (default: standard output).")
]
CountOption = Annotated[
    int | None, typer.Option("--count", metavar="N", min=1, help="Stop after this number of messages.")
]


class _Position(msgspec.Struct, frozen=True):
    id: str = ""


class StreamFile:
    """The lines that arrived. `path` is None for standard output; `position` is the identifier of the last one."""

    def __init__(self, path: Path | None) -> None:
        self._file: BinaryIO = sys.stdout.buffer if path is None else path.open("a+b")
        self._own = path is not None
        try:
            self.position = _find_position(self._file) if self._own else ""
        except Failure:
            self._file.close()
            raise

    def write(self, line: StreamLine) -> None:
        """Append a line."""
        self._file.write(line.line + b"\n")
        self._file.flush()

    def settle(self) -> None:
        """Put what was written on the disk: the position is confirmed to the provider next."""
        if self._own:
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self.settle()
        if self._own:
            self._file.close()


class FollowedStream:
    """Follows one transfer. `most` is the number of messages after which it stops, None for no end."""

    def __init__(
        self, call: CommandCall, connector: Connector, transfer: str, file: StreamFile, most: int | None
    ) -> None:
        self._output = call.output
        self._connector = connector
        self._transfer = transfer
        self._file = file
        self._most = most
        self._bar = _Counter(call.output)
        self._told = ""
        self.count = 0
        self.missing = 0

    def run(self, after: str = "") -> StreamLine | None:
        """Follow until the stream ends for good, or `most` messages have arrived; return the last event, if any.

        Raises ClientError for what another attempt does not change.
        """
        position, shortest, longest = self._file.position or after, *_PAUSES_S
        pause = shortest
        while True:
            before = self.count
            try:
                end = self._connector.transfers.follow(self._transfer, self._take, after=position)
            except NotReachable as error:
                end = StreamLine(event="interrupted", message=str(error), again=True)
            finally:
                self._bar.close()
                self._file.settle()
            position = self._file.position or position
            if end is None or not end.again:
                return end
            self._hint(end.message)
            pause = shortest if self.count > before else min(2 * pause, longest)
            time.sleep(pause)

    def _take(self, line: StreamLine) -> bool:
        if line.id:
            self._file.position = line.id
        if line.event in {"", "gap", "bytes"}:
            self._file.write(line)
        if line.event == "gap":
            self.missing += line.count or 0
            self._bar.close()
            why = self._explain(f"lost-{line.reason}", line.message)
            self._hint(self._output.say("cli.stream-gap", count=line.count or 0, message=why))
        elif line.event == "silence":
            self._bar.close()
            self._hint(self._explain(f"silence-{line.reason}", line.message))
        elif not line.event:
            self.count += 1
            self._told = ""
            self._bar.show(self.count, len(line.line))
        return self._most is None or self.count < self._most

    def _explain(self, key: str, told: str) -> str:
        """Return our sentence for a reason that is known here, else what the provider told."""
        return find_sentence(self._output.lang, f"streams.{key}") or strip_controls(told)

    def _hint(self, sentence: str) -> None:
        """Tell something once, however often it happens in a row."""
        if sentence != self._told:
            self._told = sentence
            self._output.print_hint(self._output.translate(sentence))


def open_file(out: str | None) -> StreamFile:
    """Open the file for a stream, standard output without one. Raises Failure."""
    if out is None or out == "-":
        return StreamFile(None)
    try:
        return StreamFile(Path(out).expanduser())
    except OSError as error:
        raise Failure(Code.FAILED, "errors.stream-file", path=out, reason=error.strerror or "") from None


def follow_stream(
    call: CommandCall,
    connector: Connector,
    transfer: str,
    out: str | None,
    *,
    after: str = "",
    count: int | None = None,
) -> None:
    """Follow a transfer until a person interrupts it, `count` messages have arrived, or the provider ends it.

    Raises Failure if the provider ends it.
    """
    file = open_file(out)
    followed = FollowedStream(call, connector, transfer, file, count)
    try:
        end = followed.run(after)
    except KeyboardInterrupt:
        end = None
    finally:
        file.close()
    call.output.print_hint(call.output.say("cli.stream-count", count=followed.count))
    if followed.missing:
        call.output.print_hint(call.output.say("cli.stream-missing", count=followed.missing))
    if end is not None:
        raise Failure(Code.REFUSED, "errors.stream-ended", reason=end.message)


class _Counter:
    """The number of messages on one line of standard error, if that is a terminal."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._live = sys.stderr.isatty() and not output.json
        self._drawn_at = 0.0
        self._open = False
        self._size = 0

    def show(self, count: int, size: int) -> None:
        """Show that a message of a size in bytes has arrived."""
        self._size += size
        now = time.monotonic()
        if not self._live or now - self._drawn_at < _REDRAWN_S:
            return
        self._drawn_at, self._open = now, True
        text = self._output.say("cli.stream-progress", count=count, size=self._output.format_size(self._size))
        print("\r" + text[: shutil.get_terminal_size().columns - 1], end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the line."""
        if self._open:
            print(file=sys.stderr)
            self._open = False


def _find_position(file: BinaryIO) -> str:
    """Return the identifier in the last complete line of a file, and cut off what is behind that line."""
    end = file.seek(0, os.SEEK_END)
    tail = b""
    while end > 0 and tail.count(b"\n") < 2:
        size = min(_BLOCK, end)
        file.seek(end - size)
        tail, end = file.read(size) + tail, end - size
    whole = tail.rpartition(b"\n")[0]
    last = whole.rpartition(b"\n")[2]
    try:
        position = msgspec.json.decode(last, type=_Position).id if last else ""
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Failure(Code.USAGE, "errors.not-a-stream") from None
    if not last and tail and not tail.startswith(b"{"):
        raise Failure(Code.USAGE, "errors.not-a-stream")
    file.truncate(end + (len(whole) + 1 if b"\n" in tail else 0))
    file.seek(0, os.SEEK_END)
    return position
