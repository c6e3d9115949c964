"""How a long way is shown: a sentence a step, a bar while bytes come; and how what arrived is saved and reported."""

import shutil
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from connector.cli.frame.context import CommandCall
from connector.cli.frame.output import Output, plain, size
from connector.client.connector import Connector
from connector.client.delivery import Saved
from connector.client.frame.flow import Progress

OutputOption = Annotated[
    str | None, typer.Option("--out", "-o", metavar="FILE|DIR", help="Where to save it; else the working directory.")
]
OverwriteOption = Annotated[bool, typer.Option("--yes", "-y", help="Overwrite a file of other content without asking.")]

_REDRAWN_S = 0.1
_WIDTH = 30


class Bar:
    """Shows progress on standard error: steps as sentences; bytes as a bar, on a terminal alone."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._live = sys.stderr.isatty() and not output.json
        self._drawn_at = 0.0
        self._open = False

    def __call__(self, progress: Progress) -> None:
        """Take a report of the client."""
        if progress.step == "downloading":
            self._bytes(progress)
        elif progress.step in {"negotiating", "agreed", "transferring"}:
            self.close()
            self._output.hint(self._output.say(f"step-{progress.step}", id=progress.process_id))

    def close(self) -> None:
        """Leave the line of the bar."""
        if self._open:
            print(file=sys.stderr)
            self._open = False

    def _bytes(self, progress: Progress) -> None:
        done, total, now = progress.bytes_done or 0, progress.bytes_total, time.monotonic()
        if not self._live or (now - self._drawn_at < _REDRAWN_S and done != total):
            return
        self._drawn_at, self._open = now, True
        share = 1.0 if not total else min(done / total, 1.0)
        drawn = f"{'█' * round(share * _WIDTH):<{_WIDTH}} {share:4.0%} {size(done)} {plain(progress.file or '')}"
        print("\r" + drawn[: shutil.get_terminal_size().columns - 1], end="", file=sys.stderr, flush=True)


def save(call: CommandCall, connector: Connector, transfer: str, out: str | None, yes: bool) -> Saved:
    """Save what a transfer delivered, with a bar; asks before another file is overwritten."""
    target = out or "."
    bar = Bar(call.output)
    try:
        overwrite = may_overwrite(call, target, yes)
        return connector.transfers.download(transfer, target, progress=bar, overwrite=overwrite)
    finally:
        bar.close()


def may_overwrite(call: CommandCall, target: str, yes: bool) -> bool:
    """Ask before a file is overwritten; True where it may be. Raises Failure where it may not."""
    if Path(target).expanduser().is_file():
        call.output.confirm(call.output.say("ask-overwrite", path=target), yes)
        return True
    return yes


def report(output: Output, saved: Saved, **also: Any) -> None:
    """Say what was saved where, with sizes and SHA-256."""
    one = Path(saved.path)
    lines = [
        output.say(
            "saved",
            path=str(one if len(saved.files) == 1 else one / file.path),
            size=size(file.size),
            sha256=file.sha256,
        )
        for file in saved.files
    ]
    output.result(also | msgspec.to_builtins(saved), *lines)
