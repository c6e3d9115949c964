"""Entries of the audit log in words: each kind that the control plane writes has its own, and odd ones do no harm."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connector.controlplane
from connector.controlplane.judging.library import operands
from connector.language.catalogue import LANGUAGES
from connector.ports.entities import AssetStatus, PaymentState
from connector.protocol.dsp.machines import negotiation_machine, transfer_machine
from connector.web.frame.wording import PageWords
from connector.web.showing.entries import FAMILIES, name_event, tell_entry
from tests.contract import values

BERLIN = ZoneInfo("Europe/Berlin")
_OF_ACCOUNT = re.compile(r"user [a-z]+( [a-z]+)*")
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


def list_kinds() -> Iterator[str]:
    """Yield the kinds of entries that stand in the code of the control plane: of `record`, of `event=`, of accounts."""
    for file in sorted(Path(connector.controlplane.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _OF_ACCOUNT.fullmatch(node.value):
                yield node.value
            if isinstance(node, ast.Call):
                named = getattr(node.func, "attr", getattr(node.func, "id", ""))
                stated = [part.value for part in node.keywords if part.arg == "event"]
                stated += node.args[1:2] if named in {"record", "leaf_of"} else []
                prefix = "asset " if named == "store_changed" else ""
                yield from (prefix + text for kind in stated for text in _list_texts(kind) if text)


def _list_texts(kind: ast.expr) -> list[str]:
    parts = [kind.body, kind.orelse] if isinstance(kind, ast.IfExp) else [kind]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_has_a_name_for_people(language: str) -> None:
    words = PageWords(language, BERLIN)  # type: ignore[arg-type]  # one of the languages
    kinds = set(list_kinds()) | {f"payment {state}" for state in PaymentState} | {f"asset {one}" for one in AssetStatus}
    assert {"consent recorded", "asset vetoed", "subscription failed", "user added", "ended unreachable"} <= kinds
    others = {
        words.find(key) for key in ("proving.event-other", *(f"proving.family-{name}-other" for name in FAMILIES))
    }
    assert not {kind for kind in kinds if name_event(words, kind) in others}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_event_without_words_shows_none_of_another_language(language: str) -> None:
    words = PageWords(language, BERLIN)  # type: ignore[arg-type]  # one of the languages
    for kind in ("x y", *(f"{family} ofearlier" for family in FAMILIES)):
        assert name_event(words, kind)
        assert "ofearlier" not in name_event(words, kind)


def test_an_entry_about_an_account_names_whose_it_is() -> None:
    leaf = values.leaf("l", kind="user signed in", process_id="a.kaya")
    told = tell_entry(PageWords("de", BERLIN), leaf, {}, {"a.kaya": "Aylin Kaya"}, operands(BERLIN))
    assert told.title == "Benutzer angemeldet: Aylin Kaya"


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
    assert told.title
