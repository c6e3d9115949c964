"""Policies examined, explained and compared before they are relied on, in every language."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.controlplane.core import documents
from connector.controlplane.core.errors import Invalid, NoSuchEntity
from connector.controlplane.judging import acceptance
from connector.controlplane.judging.policy_input import encode_policy
from connector.controlplane.usecases import policies
from connector.controlplane.usecases.trying.trials import TrialSituation, answer
from connector.language.catalogue import LANGUAGES
from connector.policy.model.policy import ODRL
from tests.controlplane.agreements import LIBRARY, USE, atom
from tests.policy.spellings import list_graphs, list_spellings

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def counted(most: int) -> dict[str, object]:
    return {"permission": [{**USE, "constraint": [atom("odrl:count", "lteq", most)]}]}


def test_a_policy_that_cannot_be_read_is_one_error() -> None:
    (remark,) = policies.examine(LIBRARY, {"permission": 3}, NOON)
    assert (remark.level, set(remark.text)) == ("error", set(LANGUAGES))
    with pytest.raises(Invalid) as refused:
        policies.read(LIBRARY, {"permission": 3})
    assert "(permission/0)" in refused.value.reason


def test_the_place_in_the_policy_is_said_once_and_the_fault_in_german() -> None:
    (remark,) = policies.examine(LIBRARY, {"permission": 3}, NOON)
    assert remark.rule == "permission/0"
    assert "permission/0" not in remark.text["en"]
    assert "bitte die Regel in das Dokument schreiben" in remark.text["de"]


def test_a_duty_that_nobody_performs_here_is_an_error() -> None:
    policy = {"permission": [{**USE, "duty": [{"action": "odrl:obtainConsent"}]}]}
    assert "not-seen" in [remark.code for remark in policies.examine(LIBRARY, policy, NOON)]


def test_a_policy_is_a_sentence_and_a_card_in_every_language() -> None:
    found = policies.explain(LIBRARY, counted(3))
    assert set(found.sentence) == set(LANGUAGES)
    assert found.problem is None
    assert found.card


def test_a_wider_version_is_said_to_be_wider() -> None:
    found = policies.compare(LIBRARY, counted(3), counted(5))
    assert (found.width, found.contained, found.meeting) == ("widened", "not-contained", "overlap")
    assert policies.compare(LIBRARY, counted(3), counted(3)).width == "same"


def test_a_template_that_does_not_exist_is_refused() -> None:
    with pytest.raises(NoSuchEntity):
        policies.fill_template("no-such-template", {})


DRAWN: list[dict[str, Any]] = [
    *(policy for _, policy in (*list_spellings(), *list_graphs())),
    counted(3),
    counted(0),
    {"permission": [{"action": "display"}]},
    {"permission": [{"action": "use", "constraint": [atom("odrl:count", "gteq", 2)]}]},
    {"permission": [{"action": "use", "constraint": [atom("odrl:purpose", "eq", "dpv:AcademicReserch")]}]},
    {"@context": {"cc": "http://creativecommons.org/ns#"}, "permission": [{"action": "use"}]},
    {"@context": {"x": "https://example.org/"}, "permission": [{"action": "x:use"}]},
    {"permission": [{"action": "use"}], "prohibition": [{"action": "use"}]},
    {"permission": [{"action": "use", "assignee": "urn:participant:other"}]},
    {"obligation": [{"action": "odrl:delete"}]},
    {"permission": [{"action": "use", "duty": [{"action": "odrl:obtainConsent"}]}]},
    {"permission": [{"action": ["use", "odrl:sell"], "constraint": [atom("dk:waterLevel", "gt", "1")]}]},
    {"@type": "Agreement", "permission": [{"action": "use"}]},
    {"@type": "Set", "permission": [{"action": "use"}], "conflict": "perm"},
    {"permission": 3},
]


@pytest.mark.parametrize("policy", DRAWN)
def test_what_lint_lets_pass_can_be_offered_and_nothing_else(policy: dict[str, Any]) -> None:
    errors = [remark.code for remark in policies.examine(LIBRARY, policy, NOON) if remark.level == "error"]
    try:
        offer = documents.make_catalog_offer(encode_policy(policy, LIBRARY.operands), offer_id="urn:o")
        unfit = acceptance.find_unpublishable(LIBRARY, offer, NOON)
    except Invalid:
        assert errors
        return
    assert bool(errors) == (unfit is not None), (errors, unfit)


def test_what_lint_lets_pass_can_be_explained_compared_and_tried_out() -> None:
    untargeted: list[dict[str, Any]] = [
        {"@type": "Policy", "permission": [{"action": "use"}]},
        {"@context": {"odrl": ODRL}, "@type": "odrl:Set", "odrl:permission": [{"odrl:action": {"@id": "odrl:use"}}]},
    ]
    situation = TrialSituation(at=NOON)
    passed = 0
    for policy in (*untargeted, *DRAWN):
        if any(remark.level == "error" for remark in policies.examine(LIBRARY, policy, NOON)):
            continue
        passed += 1
        explained = policies.explain(LIBRARY, policy)
        assert (explained.problem, bool(explained.card)) == (None, True), policy
        assert policies.compare(LIBRARY, policy, policy).width == "same"
        assert answer(LIBRARY, policy, situation).verdict in {"permit", "deny"}
    assert passed > 20
    assert all(answer(LIBRARY, policy, situation).verdict == "permit" for policy in untargeted)


def test_a_term_that_excludes_what_nobody_can_place_is_neither_offered_nor_agreed() -> None:
    policy = {"permission": [{"action": "use", "constraint": [atom("odrl:purpose", "neq", "urn:us:ads")]}]}
    offer = documents.make_catalog_offer(encode_policy(policy, LIBRARY.operands), offer_id="urn:o")
    mine, theirs = acceptance.find_unpublishable(LIBRARY, offer, NOON), acceptance.find_unacceptable(LIBRARY, offer)
    assert mine == theirs
    assert mine is not None
    assert mine.code == "unknown-term"
