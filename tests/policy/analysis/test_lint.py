"""What is wrong with a policy, what changed between two, and what would turn a denial."""

import pytest

from connector.policy.analysis.lint import lint
from connector.policy.compiling.compiled import Compiled
from tests.policy.analysis.support import before, due, duty, offer, purpose, times, use, within
from tests.policy.support import NOON, agreement, atom, build, rule

PURPOSE, BASIS, ROLE = (
    purpose("dpv:AcademicResearch"),
    atom("dk:legalBasis", "isA", "eu-gdpr:A6-1-e"),
    atom("dk:role", "eq", "urn:r:a"),
)


DELETE = duty("odrl:delete", due("2027-01-31T00:00:00Z"))


def remarks(policy: Compiled, **options: object) -> set[tuple[str, str]]:
    return {(remark.level, remark.finding.code) for remark in lint(policy, **options)}  # type: ignore[arg-type]


def test_a_sound_policy_has_no_remarks() -> None:
    assert remarks(use(PURPOSE, times(5)), now=NOON) == set()


def test_an_offer_that_nobody_can_ever_use_is_an_error() -> None:
    assert ("error", "never-granted") in remarks(use(times(5), atom("odrl:count", "gt", "5")))
    assert ("error", "expired") in remarks(use(before("2026-01-01T00:00:00Z")), now=NOON)
    assert remarks(use(before("2026-01-01T00:00:00Z"))) == set()
    assert remarks(use(prohibition=[{"action": "use"}], conflict="invalid")) == {("error", "void")}


def test_rules_that_cannot_apply_or_add_nothing_are_named() -> None:
    dead = offer(rule(), rule(ROLE, atom("dk:role", "neq", "urn:r:a"), action="odrl:print"))
    assert {remark.finding.rule for remark in lint(dead) if remark.finding.code == "dead-rule"} == {"permission/1"}
    banned = offer(rule(), rule(action="odrl:print"), prohibition=[{"action": "odrl:print"}])
    assert ("warning", "dead-rule") in remarks(banned)
    assert ("warning", "shadowed") in remarks(offer(rule(), rule(PURPOSE, action="odrl:print")))
    assert ("warning", "shadowed") not in remarks(offer(rule(duty=[duty("odrl:compensate")]), rule(PURPOSE)))
    assert ("warning", "shadowed") not in remarks(offer(rule(times(5)), rule(times(3))))


def test_a_conflict_is_an_error_where_nothing_resolves_it() -> None:
    ban = [rule(ROLE, action="odrl:distribute")]
    assert ("error", "conflict") in remarks(use(prohibition=ban, conflict="invalid"))
    assert ("note", "conflict") in remarks(use(prohibition=ban))
    assert ("note", "conflict") not in remarks(offer(rule(action="odrl:print"), prohibition=ban))


@pytest.mark.parametrize(
    ("left_out", "code"),
    [(PURPOSE, "purpose-missing"), (BASIS, "legal-basis-missing"), (ROLE, "recipient-missing")],
)
def test_personal_data_needs_purpose_basis_and_recipient(left_out: object, code: str) -> None:
    asked = [PURPOSE, BASIS, ROLE, within("P30D")]
    assert remarks(use(*asked, obligation=[DELETE]), personal="personal") == set()
    fewer = [entry for entry in asked if entry is not left_out]
    assert remarks(use(*fewer, obligation=[DELETE]), personal="personal") == {("error", code)}
    escape = {"or": [left_out, atom("dk:securityLevel", "gteq", "1")]}
    assert ("error", code) in remarks(use(*fewer, escape, obligation=[DELETE]), personal="personal")


def test_personal_data_is_kept_for_a_time_and_deleted() -> None:
    asked = [PURPOSE, BASIS, ROLE]
    assert remarks(use(*asked, within("P30D", "gt"), obligation=[DELETE]), personal="personal") == {
        ("error", "retention-missing")
    }
    assert remarks(use(*asked, within("P30D")), personal="personal") == {("error", "delete-missing")}


def test_the_basis_fits_a_public_body_and_the_kind_of_data() -> None:
    def with_basis(name: str, personal: str, **options: object) -> set[tuple[str, str]]:
        basis = atom("dk:legalBasis", "eq", f"eu-gdpr:{name}")
        policy = use(PURPOSE, basis, ROLE, within("P30D"), obligation=[DELETE])
        return remarks(policy, personal=personal, **options)

    assert with_basis("A6-1-f", "personal") == {("error", "legitimate-interest")}
    assert with_basis("A6-1-f", "personal", public_body=False) == set()
    assert with_basis("A6-1-a", "personal") == {("warning", "consent-is-weak")}
    assert with_basis("A6-1-e", "special") == {("error", "special-basis-missing")}
    assert with_basis("A9-2-j", "special") == set()


def test_personal_data_for_nobody_in_particular_is_refused_by_the_name_of_the_rule() -> None:
    anyone = offer(rule(purpose("dpv:AcademicResearch"), within("P30D"), **{"@id": "urn:rule"}), assigner="urn:city")
    found = {remark.finding.code: remark for remark in lint(anyone, personal="personal")}
    for code in ("recipient-missing", "delete-missing", "legal-basis-missing"):
        assert (found[code].level, found[code].finding.rule) == ("error", "urn:rule"), code
    assert "purpose-missing" not in found
    assert "retention-missing" not in found


def test_what_cannot_be_told_is_a_note_and_with_personal_data_an_error() -> None:
    choices = [
        {
            "or": [
                atom("dk:role", "isAllOf", [f"urn:{n}:{side}" for side in "ab"]),
                atom("dk:participant", "neq", f"urn:{n}"),
            ]
        }
        for n in range(40)
    ]
    wide = use(*choices)
    assert [(remark.level, remark.finding.code) for remark in lint(wide)] == [("note", "unclear")]
    assert [(remark.level, remark.finding.code) for remark in lint(wide, personal="special")] == [("error", "unclear")]


@pytest.mark.parametrize(
    "constraint",
    [
        atom("odrl:count", "eq", 2),
        atom("odrl:count", "gteq", 2),
        atom("odrl:count", "gt", 1),
        atom("odrl:count", "neq", 1),
        atom("odrl:count", "isAnyOf", [2, 3]),
        atom("odrl:elapsedTime", "lteq", "P0D"),
        atom("dk:volume", "lteq", 0),
        atom("dk:volume", "gteq", 1),
        atom("dk:concurrentTransfers", "lt", 1),
        atom("dk:concurrentTransfers", "lteq", "0.5"),
        atom("dk:concurrentTransfers", "eq", 0),
    ],
)
def test_a_policy_whose_first_use_is_never_allowed_is_an_error(constraint: object) -> None:
    found = remarks(use(constraint), now=NOON)
    assert [level for level, code in found if code in {"never-begun", "never-granted"}] == ["error"]
    assert not [code for level, code in remarks(offer(rule(constraint), rule()), now=NOON) if level == "error"]


@pytest.mark.parametrize(
    "constraint",
    [
        atom("odrl:count", "eq", 1),
        atom("odrl:count", "isAnyOf", [1, 2]),
        atom("odrl:count", "lteq", 1),
        atom("odrl:count", "neq", 2),
        atom("odrl:elapsedTime", "gteq", "P1D"),
        atom("odrl:elapsedTime", "lteq", "PT1S"),
        atom("dk:volume", "lteq", 1),
        atom("dk:volume", "lt", 1, unit="GB"),
        atom("dk:concurrentTransfers", "lteq", 1),
        atom("dk:concurrentTransfers", "eq", 2),
    ],
)
def test_a_policy_whose_first_use_is_allowed_has_no_error(constraint: object) -> None:
    assert not [code for level, code in remarks(use(constraint), now=NOON) if level == "error"]


def test_a_remedy_is_told_to_be_due_by_the_contract_alone() -> None:
    remedied = rule(action="odrl:distribute", remedy=[{"action": "odrl:inform"}])
    found = lint(build(agreement(rule(), prohibition=[remedied])))
    warnings = [remark.finding.code for remark in found if remark.level == "warning"]
    assert warnings == ["remedy-not-seen"]


@pytest.mark.parametrize(
    ("terms", "warned"),
    [
        (use(prohibition=[rule(atom("odrl:spatial", "eq", "DE"))]), True),
        (use(atom("odrl:spatial", "neq", "DE")), True),
        (use(atom("odrl:spatial", "isNoneOf", ["DE-NW", "EU"])), True),
        (use(atom("odrl:spatial", "neq", "DE-NW")), False),
        (use(atom("odrl:spatial", "eq", "DE")), False),
        (use(prohibition=[rule(atom("odrl:spatial", "isPartOf", "DE"))]), False),
    ],
)
def test_an_exclusion_of_a_whole_whose_parts_are_let_in_is_a_warning(terms: Compiled, warned: bool) -> None:
    assert (("warning", "exact-exclusion") in remarks(terms)) is warned


def test_an_obligation_that_is_violated_from_the_beginning_is_a_warning() -> None:
    owed = [duty("odrl:inform", due("2026-01-01T00:00:00Z"))]
    found = {instant.year: lint(use(obligation=owed), now=instant) for instant in (NOON.replace(year=2025), NOON)}
    assert [remark.finding.code for remark in found[2025]] == []
    assert [remark.finding.code for remark in found[NOON.year]] == ["obligation-too-late"]
