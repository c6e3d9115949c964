"""The ports of the listeners: given, or the first free ones that no neighbouring folder uses."""

import socket
import tomllib
from pathlib import Path

from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.plan import SETTINGS
from connector.views.handed_in import decode_text

LISTENERS = ("protocol", "data", "management", "broker", "web")
FIRST_PORT, LAST_PORT, STEP = 7080, 9980, 10


def choose_ports(directory: Path, base: int | None) -> dict[str, int]:
    """Return the ports of the listeners: from `base` on, or the first free ones that no neighbouring settings name."""
    if base is not None:
        return {name: base + at for at, name in enumerate(LISTENERS)}
    taken = _read_neighbours(directory)
    for first in range(FIRST_PORT, LAST_PORT, STEP):
        ports = {name: first + at for at, name in enumerate(LISTENERS)}
        if not taken & set(ports.values()) and all(map(is_free, ports.values())):
            return ports
    raise Failure(Code.FAILED, "errors.no-ports", first_port=FIRST_PORT, last_port=LAST_PORT)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether a process can listen on a port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _read_neighbours(directory: Path) -> set[int]:
    """Return the ports that the settings in neighbouring folders name, whether or not a process uses them now."""
    ports: set[int] = set()
    for file in directory.resolve().parent.glob(f"*/{SETTINGS}"):
        try:
            values = tomllib.loads(decode_text(file.read_bytes()))
        except (OSError, ValueError):
            continue
        sections = [values[name] for name in LISTENERS if isinstance(values.get(name), dict)]
        ports |= {section["port"] for section in sections if isinstance(section.get("port"), int)}
    return ports
