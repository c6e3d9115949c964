"""A file of cases is read or refused, and each case says what was expected and what was found."""

import pytest

from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases.trying import cases
from tests.controlplane.agreements import LIBRARY

FILE = """
[policy]
permission = [{ action = "use", constraint = [{ leftOperand = "odrl:count", operator = "lteq", rightOperand = 3 }] }]

[[case]]
says = "three uses"
verdict = "permit"
facts = { count = 2 }

[[case]]
says = "too many uses"
verdict = "permit"
facts = { count = 3 }
"""


def test_a_case_that_comes_out_otherwise_says_how() -> None:
    kept, broken = cases.run(LIBRARY, cases.parse(FILE))
    assert (kept.verdict, kept.problem) == ("permit", None)
    assert broken.problem == "verdict: expected permit, found deny"


@pytest.mark.parametrize("text", ["", "policy = 3", "[policy]\n[[case]]\nsays = 1", "not toml"])
def test_a_file_without_policy_and_cases_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        cases.parse(text)


def test_a_fact_that_nobody_knows_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(Invalid, match="did you mean count"):
        cases.run(LIBRARY, cases.parse(FILE.replace("count = 2", "cuont = 2")))
