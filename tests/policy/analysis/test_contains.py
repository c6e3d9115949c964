"""Containment where it matters: duties, counters, records, parties, clocks, units, taxonomies, caps."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from connector.policy.analysis.contains import contains
from connector.policy.analysis.findings import Containment, Meeting
from connector.policy.analysis.overlap import is_satisfiable, overlap
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.decision import DutyMode
from connector.policy.vocabulary import registry as registries
from tests.policy.analysis.support import before, due, duty, offer, purpose, times, use, within
from tests.policy.support import atom, rule, shipped

YES, NO, UNKNOWN = Containment.CONTAINED, Containment.NOT_CONTAINED, Containment.UNKNOWN
OPEN = use()
RESEARCH = use(purpose("dpv:ResearchAndDevelopment"), before("2027-01-01T00:00:00Z"), times(10))


def verdict(given: Compiled, wanted: Compiled) -> Containment:
    return contains(given, wanted).verdict


def codes(given: Compiled, wanted: Compiled) -> set[str]:
    return {reason.code for reason in contains(given, wanted).reasons}


def test_a_narrower_request_is_contained_and_a_wider_one_is_not() -> None:
    narrow = use(purpose("dpv:AcademicResearch"), before("2026-12-01T00:00:00Z"), times(5))
    assert verdict(RESEARCH, narrow) is YES
    answer = contains(narrow, RESEARCH)
    assert answer.verdict is NO
    assert answer.example is not None
    assert answer.reasons[0].code == "beyond-offer"


def test_an_operand_that_the_request_leaves_out_is_unrestricted() -> None:
    answer = contains(RESEARCH, use(purpose("dpv:AcademicResearch"), times(5)))
    assert answer.verdict is NO
    assert answer.reasons[0].operands == ("http://www.w3.org/ns/odrl/2/dateTime",)


def test_knowing_nothing_is_a_situation_of_its_own() -> None:
    either = use({"or": [atom("dk:role", "eq", "urn:r:a"), atom("dk:role", "neq", "urn:r:a")]})
    answer = contains(either, OPEN)
    assert answer.verdict is NO
    assert answer.example is not None
    assert "role" not in answer.example.world.facts
    assert verdict(OPEN, either) is YES


def test_several_permissions_cover_a_request_together() -> None:
    both = offer(rule(atom("dk:securityLevel", "lt", "2")), rule(atom("dk:securityLevel", "gteq", "2")))
    assert verdict(both, use(atom("dk:securityLevel", "gt", "1"))) is YES


def test_a_prohibition_of_the_offer_is_kept_unless_it_has_no_say() -> None:
    ban = [{"action": "odrl:distribute"}]
    assert codes(use(prohibition=ban), OPEN) == {"prohibited"}
    assert verdict(use(prohibition=ban), use(prohibition=ban)) is YES
    assert verdict(use(prohibition=ban), offer(rule(action="odrl:read"))) is YES
    assert verdict(use(prohibition=ban, conflict="perm"), OPEN) is YES


def test_duties_that_the_offer_asks_for_stay() -> None:
    delete = duty("odrl:delete", due("2027-01-31T00:00:00Z"))
    later = duty("odrl:delete", due("2027-03-31T00:00:00Z"))
    assert codes(use(obligation=[delete]), OPEN) == {"duty-missing"}
    assert codes(use(obligation=[delete]), use(obligation=[later])) == {"duty-weaker"}
    assert verdict(use(obligation=[later]), use(obligation=[delete])) is YES
    assert verdict(use(obligation=[delete]), use(obligation=[delete, duty("odrl:attribute")])) is YES
    soon, month = (use(obligation=[duty("odrl:delete", within(span))]) for span in ("P30D", "P1M"))
    assert verdict(soon, month) is verdict(month, soon) is UNKNOWN
    assert verdict(month, use(obligation=[duty("odrl:delete", within("P20D"))])) is YES
    loud = duty("odrl:inform", atom("odrl:event", "eq", "odrl:policyUsage"))
    assert verdict(use(obligation=[loud]), use(obligation=[duty("odrl:inform")])) is YES
    assert verdict(use(obligation=[duty("odrl:inform")]), use(obligation=[loud])) is UNKNOWN


def test_a_duty_that_comes_first_cannot_be_dropped() -> None:
    paid = offer(rule(duty=[duty("odrl:compensate")]))
    answer = contains(paid, OPEN)
    assert answer.verdict is NO
    assert answer.reasons[0].code == "duty-missing"
    assert verdict(OPEN, paid) is YES
    free_for_some = offer(rule(duty=[duty("odrl:compensate")]), rule(atom("dk:role", "eq", "urn:r:a")))
    assert verdict(free_for_some, use(atom("dk:role", "eq", "urn:r:a"))) is YES


def test_a_transform_may_move_from_a_permission_to_an_obligation() -> None:
    first = offer(rule(duty=[duty("dk:pseudonymise")]))
    assert verdict(first, use(obligation=[duty("dk:pseudonymise")])) is YES
    assert verdict(use(obligation=[duty("dk:pseudonymise")]), first) is YES
    assert verdict(first, OPEN) is NO
    some = rule(atom("dk:role", "eq", "urn:r:a"))
    assert verdict(offer(some, rule(duty=[duty("dk:pseudonymise")])), offer(some)) is not YES


def test_a_remedy_is_not_lost() -> None:
    ban = {"action": "odrl:distribute", "remedy": [duty("odrl:compensate")]}
    quiet = {"action": "odrl:distribute"}
    assert codes(use(prohibition=[ban]), use(prohibition=[quiet])) == {"remedy-missing"}
    assert verdict(use(prohibition=[ban]), use(prohibition=[ban, quiet])) is YES


def test_counters_of_several_permissions_are_not_added_up() -> None:
    twice = offer(rule(purpose("dpv:Marketing"), times(5)), rule(purpose("dpv:AcademicResearch"), times(5)))
    assert verdict(use(times(5)), twice) is UNKNOWN
    assert verdict(twice, use(purpose("dpv:Marketing"), times(5))) is YES
    assert verdict(OPEN, twice) is YES


def test_a_later_use_is_no_example_where_an_earlier_one_was_blocked() -> None:
    stopped = use(times(10), prohibition=[rule(atom("odrl:count", "gt", "5"))])
    assert verdict(use(times(5)), stopped) is UNKNOWN
    assert verdict(use(times(5)), use(times(10), atom("odrl:count", "gt", "5"))) is UNKNOWN


def test_a_use_that_needs_earlier_ones_is_no_example() -> None:
    third = use(atom("odrl:count", "gteq", "3"))
    assert is_satisfiable(third) is None
    assert overlap(third, OPEN).verdict is Meeting.UNKNOWN


def test_whole_numbers_lie_next_to_one_another() -> None:
    assert verdict(use(times(4)), use(atom("odrl:count", "lt", "5"))) is YES
    assert is_satisfiable(use(atom("odrl:count", "lt", "1"))) is False
    level = atom("dk:securityLevel", "gt", "2")
    assert verdict(use(atom("dk:securityLevel", "gteq", "3")), use(level)) is NO


def test_records_that_may_leave_are_compared_as_well() -> None:
    german = use(atom("dk:recordRegion", "isPartOf", "DE"))
    assert verdict(german, use(atom("dk:recordRegion", "isPartOf", "DE-BW"))) is YES
    assert codes(german, use(atom("dk:recordRegion", "isPartOf", "EU"))) == {"records-beyond-offer"}
    hidden = use(prohibition=[rule(atom("dk:recordRegion", "isPartOf", "FR"))])
    assert verdict(hidden, german) is YES
    assert verdict(hidden, OPEN) is NO


def test_a_target_inside_a_collection_cannot_be_told() -> None:
    other = offer(rule(target="urn:other"))
    assert verdict(OPEN, other) is NO
    assert overlap(OPEN, other).verdict is Meeting.UNKNOWN


def test_a_month_has_no_fixed_length() -> None:
    assert verdict(use(within("P1M")), use(within("P30D"))) is UNKNOWN
    assert verdict(use(within("P30D")), use(within("P1M"))) is UNKNOWN
    assert verdict(use(within("P1M")), use(within("P27D"))) is YES
    for longer, shorter in (("P1M", "P28D"), ("P31D", "P1M"), ("P1Y", "P365D"), ("P366D", "P1Y"), ("P2M", "P59D")):
        assert verdict(use(within(longer)), use(within(shorter))) is YES, (longer, shorter)
        assert verdict(use(within(shorter)), use(within(longer))) is not YES
        assert overlap(use(within(longer, "gt")), use(within(shorter))).verdict is not Meeting.OVERLAP
        # From some days the two are of equal length, and then this instant lies in both.
        assert overlap(use(within(longer)), use(within(shorter, "gteq"))).verdict is not Meeting.DISJOINT
        assert overlap(use(within(shorter)), use(within(longer, "gteq"))).verdict is not Meeting.DISJOINT
    assert verdict(use(within("P1M", "lt")), use(within("P28D"))) is not YES
    assert verdict(use(within("P1M")), use(within("P2M"))) is NO
    assert verdict(use(within("P1M")), use(within("P1M"))) is YES


def test_at_the_very_moment_of_the_agreement_nothing_is_claimed() -> None:
    at_once = use(within("PT0S"))
    assert is_satisfiable(at_once) is None
    assert overlap(use(within("P1D")), at_once).verdict is Meeting.UNKNOWN
    assert is_satisfiable(use(within("PT0S", "lt"))) is None


def test_terms_of_another_taxonomy_are_unknown() -> None:
    foreign = use(purpose("urn:other:purpose", "eq"))
    assert verdict(use(purpose("dpv:ResearchAndDevelopment")), foreign) is UNKNOWN
    assert overlap(use(purpose("dpv:ResearchAndDevelopment")), foreign).verdict is Meeting.UNKNOWN
    assert verdict(foreign, foreign) is YES


def test_other_units_or_another_edition_of_a_taxonomy_are_unknown() -> None:
    cheap = atom("odrl:payAmount", "lteq", "5")
    registry = shipped()
    dollars = dict(registry.operands)
    pay = "http://www.w3.org/ns/odrl/2/payAmount"
    dollars[pay] = msgspec.structs.replace(dollars[pay], units={"USD": 1})
    other = use(cheap, registry=msgspec.structs.replace(registry, operands=dollars))
    assert codes(use(cheap), other) == {"different-registries"}
    taxonomy = msgspec.structs.replace(registry.taxonomies["purpose"], version="next")
    newer = msgspec.structs.replace(registry, taxonomies={**registry.taxonomies, "purpose": taxonomy})
    asked = [purpose("dpv:AcademicResearch"), cheap]
    assert verdict(use(*asked), use(*asked, registry=newer)) is UNKNOWN
    assert overlap(use(*asked), use(*asked, registry=newer)).verdict is Meeting.UNKNOWN
    assert verdict(use(cheap), use(cheap, registry=newer)) is YES
    assert isinstance(newer, registries.Registry)


def test_an_order_in_time_is_compared_word_by_word() -> None:
    parts = [atom("dk:role", "eq", "urn:r:a"), atom("dk:securityLevel", "gteq", "2")]
    ordered, unordered = use({"andSequence": parts}), use({"and": parts})
    assert verdict(unordered, ordered) is YES
    assert verdict(ordered, ordered) is YES
    assert verdict(ordered, unordered) is not YES
    assert is_satisfiable(ordered) is None


def test_exactly_one_is_read_with_the_others_false() -> None:
    one = use({"xone": [atom("dk:role", "eq", "urn:r:a"), atom("dk:securityLevel", "gteq", "2")]})
    either = use({"or": [atom("dk:role", "eq", "urn:r:a"), atom("dk:securityLevel", "gteq", "2")]})
    assert verdict(either, one) is YES
    assert verdict(one, either) is NO


def test_what_only_the_contract_keeps_is_no_proof_of_disagreement() -> None:
    trade, craft = (use(atom("odrl:product", "eq", name)) for name in ("urn:i:trade", "urn:i:craft"))
    assert overlap(trade, craft).verdict is Meeting.UNKNOWN
    assert verdict(trade, trade) is YES
    assert verdict(trade, craft) is NO
    names = [atom("odrl:product", "eq", f"urn:i:{name}") for name in "abc"]
    assert is_satisfiable(use(*names[:2], prohibition=[rule(names[2])])) is not False


def test_what_grants_nothing_is_part_of_everything() -> None:
    never = use(
        before("2026-01-01T00:00:00Z"), atom("odrl:dateTime", "gt", due("2026-02-01T00:00:00Z")["rightOperand"])
    )
    assert is_satisfiable(never) is False
    assert verdict(RESEARCH, never) is YES
    void = offer(prohibition=[{"action": "use"}], conflict="invalid")
    assert is_satisfiable(void) is False
    assert codes(RESEARCH, void) == {"nothing-granted"}
    assert verdict(void, RESEARCH) is NO


def test_disjoint_policies_name_the_operand_that_parts_them() -> None:
    found = overlap(use(atom("odrl:spatial", "isPartOf", "FR"), times(5)), use(atom("odrl:spatial", "isPartOf", "DE")))
    assert found.verdict is Meeting.DISJOINT
    assert found.reasons[0].operands == ("http://www.w3.org/ns/odrl/2/spatial",)


def test_a_time_that_has_passed_makes_an_offer_useless() -> None:
    assert is_satisfiable(RESEARCH, datetime(2026, 12, 1, tzinfo=UTC)) is True
    assert is_satisfiable(RESEARCH, datetime(2027, 1, 1, tzinfo=UTC)) is False


def test_readings_of_duties_are_not_mixed() -> None:
    lenient = offer(rule(duty=[duty("odrl:compensate")]), duty_mode=DutyMode.NOT_VIOLATED)
    assert codes(OPEN, lenient) == {"different-duty-modes"}


@pytest.mark.parametrize("operand", ["and", "xone", "andSequence"])
@pytest.mark.parametrize("banned", [True, False])
def test_a_policy_made_to_be_slow_is_unknown_soon(operand: str, banned: bool) -> None:
    def choices(side: str) -> list[object]:
        names = [f"urn:{side}:{number}" for number in range(40)]
        return [{"or": [atom("dk:role", "eq", name), atom("dk:membership", "eq", name)]} for name in names]

    first, second = ({operand: choices(side)} for side in "ab")
    offered = use(prohibition=[rule(first)]) if banned else use(first)
    wanted = use(prohibition=[rule(second)]) if banned else use(second)
    assert verdict(offered, offered) is YES
    assert verdict(offered, wanted) is not YES
    if verdict(offered, wanted) is UNKNOWN:
        assert codes(offered, wanted) <= {"too-many-clauses", "too-many-operands", "no-example"}


def test_more_than_32_operands_are_unknown() -> None:
    wide = [atom("odrl:event", "lt", f"urn:e:{number}") for number in range(40)]
    assert codes(use(*wide), use(*wide, times(3))) == {"too-many-operands"}


def test_an_example_is_a_situation_that_proves_the_verdict() -> None:
    answer = contains(use(times(3)), use(times(5)))
    assert answer.verdict is NO
    assert answer.example is not None
    counter = next(values for name, values in answer.example.world.facts.items() if name.startswith("count:"))
    assert counter[0] == msgspec.structs.replace(counter[0], amount=Decimal(3))
