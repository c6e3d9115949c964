"""One duty does the work of another if it is the same act on the same terms or stricter ones."""

import pytest

from connector.policy.analysis.duties import count_steps, fulfils, is_fulfilled
from connector.policy.compiling.compiled import CompiledDuty
from connector.policy.model.situation import Truth
from tests.policy.analysis.support import duty, offer, within


def obligation(*constraints: object, action: str = "odrl:delete", **more: object) -> CompiledDuty:
    return offer(obligation=[{**duty(action, *constraints), **more}]).obligations[0]


@pytest.mark.parametrize(
    ("given", "wanted", "verdict"),
    [
        (obligation(), obligation(), True),
        (obligation(action="odrl:inform"), obligation(), False),
        (obligation(within("P10D")), obligation(), True),
        (obligation(), obligation(within("P10D")), False),
        (obligation(within("P10D")), obligation(within("P30D")), True),
        (obligation(within("P30D")), obligation(within("P10D")), False),
        (obligation(within("P30D")), obligation(within("P1M")), None),
        (obligation(), obligation(consequence=[duty("odrl:inform")]), None),
        (obligation(consequence=[duty("odrl:inform")]), obligation(), True),
    ],
)
def test_a_duty_fulfils_another(given: CompiledDuty, wanted: CompiledDuty, verdict: Truth) -> None:
    assert fulfils(given, wanted) is verdict
    assert is_fulfilled(wanted, [given]) is verdict
    assert is_fulfilled(wanted, [given, wanted]) is True


def test_the_cost_of_a_comparison_grows_with_the_duties_and_their_consequences() -> None:
    plain, more = obligation(), obligation(consequence=[duty("odrl:inform")])
    assert count_steps(plain, []) == 1
    assert count_steps(plain, [plain]) < count_steps(plain, [plain, plain])
    assert count_steps(plain, [plain]) < count_steps(plain, [more])
