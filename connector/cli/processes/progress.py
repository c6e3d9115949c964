"""The progress of a long command: a sentence for each step, and a bar while data arrives."""

import shutil
import sys
import time

from connector.cli.frame.output import Output, strip_controls
from connector.client.frame.flow import Progress

_REDRAWN_S = 0.1
_WIDTH = 30


class Bar:
    """Shows progress on standard error: steps as sentences, and bytes as a bar on a terminal."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._live = sys.stderr.isatty() and not output.json
        self._drawn_at = 0.0
        self._open = False

    def __call__(self, progress: Progress) -> None:
        """Show a progress report of the client."""
        if progress.step == "downloading":
            self._draw(progress)
        elif progress.step in {"unstated", "unseen", "negotiating", "agreed", "transferring"}:
            self.close()
            self._output.print_hint(self._output.say(f"cli.step-{progress.step}", id=progress.process_id))
        elif progress.step == "waiting":
            self.close()
            self._output.print_hint(
                self._output.say("cli.step-waiting", reason=self._output.translate(progress.reason or ""))
            )

    def close(self) -> None:
        """End the line of the bar."""
        if self._open:
            print(file=sys.stderr)
            self._open = False

    def _draw(self, progress: Progress) -> None:
        done, total, now = progress.bytes_done or 0, progress.bytes_total, time.monotonic()
        if not self._live or (now - self._drawn_at < _REDRAWN_S and done != total):
            return
        self._drawn_at, self._open = now, True
        share = 1.0 if not total else min(done / total, 1.0)
        bar = "█" * round(share * _WIDTH)
        drawn = f"{bar:<{_WIDTH}} {share:4.0%} {self._output.format_size(done)} {strip_controls(progress.file or '')}"
        print("\r" + drawn[: shutil.get_terminal_size().columns - 1], end="", file=sys.stderr, flush=True)
