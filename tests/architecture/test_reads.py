"""A process is read with what its peer has acknowledged, wherever something acts on it."""

import ast
from pathlib import Path

from tests.architecture.source import list_files, room_of, show, walk

# What reads one process, or those that are due, from a store.
READERS = {"negotiation", "transfer", "process_of_peer", "due"}
# The rooms in which the store is made and described.
STORES = {"store", "ports"}
LOADING = "connector/controlplane/processes/loading.py"
# Read transfers of a provider, or after their start: of a transfer, only the acknowledgement of a request is kept.
TRANSFERS = {
    ("connector/controlplane/enforcing/flow_ends.py", "transfer", ""),
    ("connector/controlplane/enforcing/renewals.py", "transfer", ""),
    ("connector/controlplane/enforcing/signals.py", "transfer", ""),
    ("connector/controlplane/processes/inbound_transfer.py", "process_of_peer", "TRANSFER"),
    ("connector/controlplane/processes/inbound_transfer.py", "transfer", ""),
    ("connector/controlplane/usecases/transfer.py", "transfer", ""),
}


def test_a_process_is_read_where_its_acknowledgement_is_applied() -> None:
    found = set()
    for path in list_files("connector"):
        if room_of(path) in STORES or show(path) == LOADING:
            continue
        for node in walk(path):
            if isinstance(node, ast.Attribute) and node.attr in READERS and _is_store(node.value):
                found.add((show(path), node.attr, _find_kind(path, node)))
    assert found <= TRANSFERS, f"read a process by {LOADING}: it returns what the peer has acknowledged, too"


def _is_store(value: ast.expr) -> bool:
    return (isinstance(value, ast.Attribute) and value.attr == "store") or (
        isinstance(value, ast.Name) and value.id == "store"
    )


def _find_kind(path: Path, reader: ast.Attribute) -> str:
    """Return the kind of process that a reader is called for, as its call names it."""
    for node in walk(path):
        if isinstance(node, ast.Call) and node.func is reader:
            named = [arg.attr for arg in node.args if isinstance(arg, ast.Attribute) and arg.attr.isupper()]
            return next(iter(named), "")
    return ""
