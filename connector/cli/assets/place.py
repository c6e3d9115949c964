"""The place for received data, from `--into`, `--post-to` or `--to`: the address of a sink."""

from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.assets.source import read_address
from connector.cli.frame.failure import Code, Failure

SinkOption = Annotated[
    Path | None,
    typer.Option(
        "--to", metavar="FILE", help="Address of the sink that takes the data, as JSON in a file; - is standard input."
    ),
]


def choose_place(into: str | None, post_to: str | None, to: Path | None) -> dict[str, Any] | None:
    """Return the address of the place that is given, None for a new folder. Raises Failure for more than one."""
    if sum(given is not None for given in (into, post_to, to)) > 1:
        raise Failure(Code.USAGE, "errors.one-place")
    if to is not None:
        return read_address(to)
    if post_to is not None:
        return {"kind": "http", "url": post_to}
    return {"kind": "file", "path": into} if into else None
