"""A policy with its cases, as in `policies/examples`: situations, and the expected decision in each.

A file is TOML: `[policy]` the document, `[[case]]` one situation each, `accept` the tiers that the operator
allows, `zone` the zone of the provider by its IANA name (default: UTC).
"""

import tomllib
from datetime import UTC, datetime

import msgspec

from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.library import Library
from connector.controlplane.usecases.trying import trials
from connector.controlplane.usecases.trying.trials import TrialSituation
from connector.policy.vocabulary.names import expand

Given = str | int | tuple[str, ...]
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A situation, described in words in `says`, and the expected decision.

    The default of `at` is a Monday noon in 2026, that of `assignee` the assignee of the policy. `context` and `facts`
    are the stated and the known facts, `performed` the performed duties by name or action, `can` the transforms that
    the data plane can apply. `verdict` is `permit` or `deny`, `reason` the code of the first reason. Other members are
    compared if they are given.
    """

    says: str
    verdict: str
    reason: str | None = None
    action: str = "use"
    target: str | None = None
    assignee: str | None = None
    at: datetime = NOON
    agreed_at: datetime | None = None
    context: dict[str, Given] = {}
    facts: dict[str, Given] = {}
    performed: dict[str, datetime] = {}
    can: tuple[str, ...] = ()
    duties: tuple[str, ...] | None = None
    transforms: tuple[str, ...] | None = None
    valid_until: datetime | None = None


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """A policy with its cases."""

    policy: dict[str, object]
    case: tuple[Case, ...]
    accept: tuple[str, ...] = ()
    zone: str = "UTC"


class Outcome(msgspec.Struct, frozen=True):
    """The outcome of a case: `problem` is the expected and the actual value, or None if they are equal."""

    says: str
    verdict: str
    problem: str | None


def parse(text: str) -> CaseFile:
    """Read a file of cases. Raises Invalid."""
    try:
        file = msgspec.convert(tomllib.loads(text), CaseFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise Invalid("bad-cases", f"The file is not a policy with cases: {error}.") from None
    if not file.case:
        raise Invalid("no-case", "The file contains no case: add [[case]] with `says` and `verdict`.")
    return file


def run(library: Library, file: CaseFile) -> tuple[Outcome, ...]:
    """Decide every case of a file. Raises Invalid if the policy or a fact cannot be read."""
    return tuple(_run(library, file.policy, case) for case in file.case)


def _run(library: Library, policy: dict[str, object], case: Case) -> Outcome:
    known = {**case.context, **case.facts}
    situation = TrialSituation(
        at=case.at,
        participant=case.assignee or _find_name(policy, "assignee", "urn:uuid:participant"),
        action=case.action,
        target=case.target or _find_name(policy, "target", "urn:uuid:dataset"),
        agreed_at=case.agreed_at,
        facts={name: value if isinstance(value, tuple) else (str(value),) for name, value in known.items()},
        performed=case.performed,
        transforms=frozenset(case.can),
    )
    found = trials.answer(library, policy, situation)
    actions = library.operands.actions
    expected = [
        ("verdict", case.verdict, found.verdict),
        ("reason", case.reason, found.codes[0] if found.codes else None),
        (
            "duties",
            case.duties and tuple(actions.get(full := expand(name, {}), full) for name in case.duties),
            found.duty_actions,
        ),
        ("transforms", case.transforms, found.transforms),
        ("valid_until", case.valid_until, found.valid_until),
    ]
    problem = next(
        (f"{name}: expected {want}, found {got}" for name, want, got in expected if want is not None and want != got),
        None,
    )
    return Outcome(case.says, found.verdict, problem)


def _find_name(policy: dict[str, object], name: str, default: str) -> str:
    value = policy.get(name)
    return value if isinstance(value, str) else default
