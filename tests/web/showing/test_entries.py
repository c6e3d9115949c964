"""Entries of the audit log in words: each kind that the control plane writes has its own, and odd ones do no harm."""

import ast
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import controlplane
from connector.controlplane.judging.library import operands
from connector.language.catalogue import LANGUAGES, Language
from connector.protocol.dsp.machines import negotiation_machine, transfer_machine
from connector.web.frame.wording import PageWords
from connector.web.showing.entries import name_event, tell_entry
from tests.contract import values

BERLIN = ZoneInfo("Europe/Berlin")
MESSAGES = [
    value
    for machine in (negotiation_machine, transfer_machine)
    for name, value in vars(machine).items()
    if name.isupper() and isinstance(value, str) and "Message" in value
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", MESSAGES)
def test_every_message_has_a_name_for_people(message: str, language: str) -> None:
    words = PageWords(language, BERLIN)  # type: ignore[arg-type]  # one of the languages
    assert len(MESSAGES) > 10
    for family in ("received", "acknowledged"):
        assert "Message" not in name_event(words, f"{family} {message}")


@given(
    st.text(max_size=30),
    st.dictionaries(
        st.sampled_from(["by", "reason", "judged"]),
        st.recursive(st.none() | st.text(max_size=5) | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(
            st.sampled_from(["verdict", "rules", "constraints", "compared"]), inner), max_leaves=5),
    ),
)  # fmt: skip
def test_no_entry_breaks_a_page(kind: str, fields: dict[str, Any]) -> None:
    leaf = values.leaf("l", kind=kind)
    told = tell_entry(PageWords("de", BERLIN), leaf, fields, {}, operands(BERLIN))
    assert told.title == kind or told.title


def _list_kinds() -> set[str]:
    """Return the kinds of leaves that the use cases write down in one piece."""
    room = Path(controlplane.__file__).parent
    calls = (call for file in room.rglob("*.py") for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    named = {
        call.args[1].value
        for call in calls
        if isinstance(call, ast.Call)
        and (getattr(call.func, "attr", "") or getattr(call.func, "id", "")) in {"record", "leaf_of"}
        and len(call.args) > 2
        and isinstance(call.args[1], ast.Constant)
    }
    return {kind for kind in named if isinstance(kind, str) and " " in kind}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_entry_has_a_name(language: Language) -> None:
    kinds, words = _list_kinds() | {"asset vetoed", "asset cleared"}, PageWords(language, BERLIN)
    assert len(kinds) > 12
    spoken = {kind: words.find(f"proving.event-{kind}") or words.find(f"proving.word-{kind[6:]}") for kind in kinds}
    assert [kind for kind, name in spoken.items() if not name] == []
