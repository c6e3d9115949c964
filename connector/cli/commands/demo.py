"""`demo`: registers the show of a whole data space on one machine; what it does lives in `demo`."""

from pathlib import Path
from typing import Annotated

import typer

from connector.cli.frame.command import command, single
from connector.cli.frame.context import CommandCall

app = single()


@command(
    app,
    "demo",
    needs="nothing",
    example="""datenkontor demo
    datenkontor demo --once --json
    datenkontor demo --data sensors.csv""",
)
def demo(
    call: CommandCall,
    once: Annotated[bool, typer.Option("--once", help="End by itself instead of leaving all running.")] = False,
    data: Annotated[Path | None, typer.Option(metavar="PATH", help="A file or folder of your own to offer.")] = None,
    port_base: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=65_000, help="First port; else free ones are found.")
    ] = None,
) -> None:
    """Run a city's broker, a department and two companies on this machine, and do the main job step by step."""
    from connector.cli.demo.run import run_demo

    raise typer.Exit(run_demo(call.output, once=once, data=data, port_base=port_base))
