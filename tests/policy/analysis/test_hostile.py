"""Requests that are made to hold a negotiation up: the answer takes a bounded number of steps, whatever was asked.

What is counted are the calls of functions, which are the same on every machine.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from connector.policy.analysis import negotiate
from connector.policy.analysis.space.cells import MOST_STEPS, StepBudget
from connector.policy.compiling.compiled import Compiled
from tests.policy.analysis.support import offer
from tests.policy.support import atom, rule

CALLS_A_STEP = 6
SETS = (
    "dk:role",
    "dk:membership",
    "dk:participantGroup",
    "dk:credentialType",
    "dk:credentialIssuer",
    "odrl:systemDevice",
)


def names(count: int, prefix: str = "urn:x") -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


def either(left: str, *values: str, operator: str = "eq") -> dict[str, Any]:
    return {"or": [atom(left, operator, value) for value in values]}


def windows(left: str, count: int) -> dict[str, Any]:
    pairs = [(str(10 * number), str(10 * number + 5)) for number in range(count)]
    return {"or": [{"and": [atom(left, "gteq", low), atom(left, "lt", high)]} for low, high in pairs]}


def all_of(prefix: str) -> list[dict[str, Any]]:
    return [atom("dk:role", "isAllOf", names(60, f"{prefix}{number}")) for number in range(8)]


HOSTILE: dict[str, Callable[[], Compiled]] = {
    "many sets to meet at once": lambda: offer(
        rule(*all_of("a"), {"or": [atom("dk:role", "isNoneOf", names(50, f"b{number}")) for number in range(20)]})
    ),
    "a product of choices": lambda: offer(rule(*(either(left, "urn:a", "urn:b") for left in SETS))),
    "choices of choices": lambda: offer(rule(*(either("dk:role", *names(4, f"r{number}")) for number in range(5)))),
    "many alternatives": lambda: offer(
        rule(
            {
                "or": [
                    {"and": [atom("dk:securityLevel", "eq", str(n)), atom("dk:role", "eq", f"r{n}")]}
                    for n in range(250)
                ]
            }
        )
    ),
    "exactly one of many": lambda: offer(rule({"xone": [atom("dk:role", "eq", name) for name in names(40)]})),
    "many windows": lambda: offer(rule(windows("dk:securityLevel", 30), windows("odrl:payAmount", 30))),
    "many permissions": lambda: offer(
        *(rule(atom("dk:role", "eq", name), atom("odrl:count", "lt", "9")) for name in names(200))
    ),
    "many prohibitions": lambda: offer(
        rule(), prohibition=[rule(*(atom(left, "eq", f"urn:p{n}") for left in SETS[:3])) for n in range(12)]
    ),
    "many constraints": lambda: offer(rule(*(atom("dk:role", "neq", name) for name in names(3_000)))),
    "many duties": lambda: offer(
        rule(), obligation=[rule(atom("dk:notifyAddress", "eq", name), action="odrl:inform") for name in names(900)]
    ),
    "many instants": lambda: offer(
        rule(
            {
                "or": [
                    atom(
                        "odrl:dateTime",
                        "eq",
                        {"@value": f"2031-01-01T00:{n // 60:02}:{n % 60:02}Z", "@type": "xsd:dateTime"},
                    )
                    for n in range(800)
                ]
            },
            atom("dk:dayOfWeek", "eq", "Sunday"),
        )
    ),
}
OURS: dict[str, Callable[[], Compiled]] = {
    "a usual offer": lambda: offer(
        rule(
            atom("odrl:purpose", "isA", "dpv:ResearchAndDevelopment"),
            either("dk:role", "urn:a", "urn:b"),
            atom("odrl:count", "lteq", "10"),
        ),
        prohibition=[rule(action="odrl:distribute")],
        obligation=[rule(action="odrl:delete")],
    ),
    "an open offer": lambda: offer(rule()),
    "a wide offer": lambda: offer(
        rule(either("dk:role", *names(6)), windows("dk:securityLevel", 6)),
        rule(atom("odrl:count", "lteq", "3")),
        prohibition=[rule(atom("dk:membership", "eq", "urn:m"))],
    ),
}


def calls_of(question: Callable[[], object]) -> int:
    count = 0

    def hook(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(hook)
    try:
        question()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("ours", OURS)
@pytest.mark.parametrize("theirs", HOSTILE)
def test_an_answer_takes_a_bounded_number_of_steps(ours: str, theirs: str) -> None:
    mine, request = OURS[ours](), HOSTILE[theirs]()
    answers: list[negotiate.TermsAnswer] = []
    calls = calls_of(lambda: answers.append(negotiate.respond(mine, request, uid="urn:uuid:counter")))
    assert calls <= CALLS_A_STEP * MOST_STEPS
    if isinstance(answers[0], negotiate.PersonNeeded):
        assert answers[0].reasons


def test_what_cannot_be_told_in_time_waits_for_a_person_and_a_usual_request_does_not() -> None:
    mine = OURS["a usual offer"]()
    held = negotiate.respond(mine, HOSTILE["many sets to meet at once"](), uid="urn:uuid:counter")
    assert isinstance(held, negotiate.PersonNeeded)
    assert [reason.code for reason in held.reasons] == ["too-many-clauses"]
    fewer = offer(
        rule(atom("odrl:purpose", "isA", "dpv:AcademicResearch"), atom("odrl:count", "lteq", "20")),
        prohibition=[rule(action="odrl:distribute")],
        obligation=[rule(action="odrl:delete")],
    )
    budget = StepBudget()
    assert isinstance(negotiate.respond(mine, fewer, uid="urn:uuid:counter", budget=budget), negotiate.CounterOffer)
    assert MOST_STEPS - budget.left < MOST_STEPS // 50, "a usual request is far from the bound"


def test_the_same_request_with_fewer_steps_is_held_and_never_agreed_otherwise() -> None:
    mine = OURS["a usual offer"]()
    for steps in (0, 1, 10, 50):
        assert isinstance(
            negotiate.respond(mine, OURS["a wide offer"](), uid="urn:uuid:counter", budget=StepBudget(steps)),
            negotiate.PersonNeeded,
        )
