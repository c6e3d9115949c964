"""Generated pages are as the code makes them, and the diagrams have exactly the transitions of the tables."""

import re
from collections.abc import Callable

import pytest

from connector import settings
from connector.cli import reference
from connector.protocol.dsp.machines import state_diagrams
from connector.protocol.dsp.machines.machine import StateMachine
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION
from connector.protocol.dsp.machines.transfer_machine import TRANSFER
from tests.architecture import testmap
from tests.docs import chart
from tests.docs.pages import GENERATED, read

MADE: dict[str, Callable[[], str]] = {
    "docs/cli.md": reference.render_markdown,
    "docs/settings.md": settings.render_markdown,
    "docs/protocol/states.md": state_diagrams.render_markdown,
    "docs/tests.md": testmap.render_markdown,
    "docs/chart.md": chart.render_markdown,
}


@pytest.mark.parametrize("page", GENERATED)
def test_a_generated_page_is_as_its_code_makes_it(page: str) -> None:
    assert read(page) == MADE[page](), f"write {MADE[page].__module__}.render_markdown() to {page}"


@pytest.mark.parametrize("table", [NEGOTIATION, TRANSFER], ids=lambda table: table.kind.value)
def test_a_diagram_has_every_transition_of_its_table_and_no_other(table: StateMachine) -> None:
    drawn = set()
    for source, target, labels in re.findall(
        r"^ +(\S+) --> (\S+): (.+)$", state_diagrams.render_diagram(table), re.MULTILINE
    ):
        drawn |= {(source, target, label) for label in labels.split(", ")}
    assert len(drawn) == len(table.transitions)
    assert {(source, target, label[0]) for source, target, label in drawn} == {
        (transition.source or "[*]", transition.target, transition.sender[0].upper())
        for transition in table.transitions
    }
