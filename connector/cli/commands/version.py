"""`version`: the version of Datenkontor and of the protocol that it implements."""

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as read_version

from connector.cli.frame.command import create_word, register
from connector.cli.frame.context import CommandCall

app = create_word()

PROTOCOL = "2025-1"


@register(app, "version", needs="nothing", example="datenkontor version --json")
def version(call: CommandCall) -> None:
    """Show the version."""
    try:
        number = read_version("datenkontor")
    except PackageNotFoundError:
        number = "not installed"
    value = {"datenkontor": number, "dataspace-protocol": PROTOCOL, "python": platform.python_version()}
    call.output.print_result(value, f"datenkontor {number} (Dataspace Protocol {PROTOCOL}, Python {value['python']})")
