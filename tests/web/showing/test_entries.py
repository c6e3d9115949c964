"""Entries of the audit log in words: each kind that the control plane writes has its own, and odd ones do no harm."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.controlplane.judging.library import operands
from connector.language.catalogue import LANGUAGES
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
