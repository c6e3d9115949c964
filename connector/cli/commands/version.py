"""`version`: which version this is, and which versions of the standard it speaks."""

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

from connector.cli.frame.command import command, single
from connector.cli.frame.context import CommandCall

app = single()

PROTOCOL = "2025-1"


@command(app, "version", needs="nothing", example="datenkontor version --json")
def version(call: CommandCall) -> None:
    """Say which version this is."""
    try:
        found = installed("datenkontor")
    except PackageNotFoundError:
        found = "not installed"
    value = {"datenkontor": found, "dataspace-protocol": PROTOCOL, "python": platform.python_version()}
    call.output.result(value, f"datenkontor {found} (Dataspace Protocol {PROTOCOL}, Python {value['python']})")
