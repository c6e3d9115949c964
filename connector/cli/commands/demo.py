"""`demo`: the command of the demonstration, a whole data space on one machine."""

from pathlib import Path
from typing import Annotated

import typer

from connector.cli.frame.command import create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure

app = create_word()


@register(
    app,
    "demo",
    needs="nothing",
    example="""datenkontor demo
    datenkontor demo --tour
    datenkontor demo --once --json
    datenkontor demo --data sensors.csv
    datenkontor demo --two-cities --once""",
)
def demo(
    call: CommandCall,
    once: Annotated[bool, typer.Option("--once", help="Stop after the last step.")] = False,
    tour: Annotated[
        bool, typer.Option("--tour", help="Then show the pages: what to open and to click, station by station.")
    ] = False,
    data: Annotated[
        Path | None, typer.Option(metavar="PATH", help="File or folder to offer instead of generated data.")
    ] = None,
    two_cities: Annotated[
        bool, typer.Option("--two-cities", help="Show two cities instead, whose brokers read each other.")
    ] = False,
    port_base: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=65_000, help="First port (default: free ports).")
    ] = None,
) -> None:
    """Run a small data space on this machine: a broker, a department and two companies, step by step.

    With --json each step is one JSON value. --tour waits for Enter after each station; with --once it does not.
    """
    from connector.cli.demo.run import run_demo

    if two_cities and (data is not None or tour):
        raise Failure(Code.USAGE, "errors.demo-usage")
    code = run_demo(call.output, once=once, data=data, port_base=port_base, two_cities=two_cities, tour=tour)
    raise typer.Exit(code)
