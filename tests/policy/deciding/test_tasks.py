"""Obligations, consequences and remedies are tasks with a state and a deadline."""

from datetime import UTC, datetime, timedelta

from connector.policy.model.decision import Verdict
from connector.policy.model.policy import DK
from connector.policy.model.situation import Performance, World
from tests.policy.support import NOON, agreement, ask, atom, rule

PERMIT, DEFERRED, DENY = Verdict.PERMIT, Verdict.DEFERRED, Verdict.DENY


BEFORE, AFTER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


def test_an_obligation_is_a_task_with_a_deadline_and_violated_once_it_has_passed() -> None:
    by_date = rule(atom("odrl:dateTime", "lteq", "2026-05-31"), action="odrl:delete", uid="urn:delete")
    document = agreement(rule(), obligation=[by_date])
    (task,) = ask(document).duties
    assert (task.state, task.deadline) == ("active", datetime(2026, 6, 1, tzinfo=UTC))
    late = ask(document, at=datetime(2026, 6, 1, tzinfo=UTC))
    assert (late.verdict, late.duties[0].state) == (PERMIT, "violated")
    done = World(performed={"urn:delete": Performance(fulfilled_at=BEFORE)})
    assert ask(document, done).duties == ()


def test_a_deadline_after_the_agreement_and_the_consequence_of_missing_it() -> None:
    within = atom("odrl:elapsedTime", "lt", "P30D")
    fine = {"action": "odrl:compensate", "@id": "urn:fine"}
    document = agreement(rule(), obligation=[rule(within, action="odrl:delete", uid="urn:delete", consequence=[fine])])
    world = World(agreed_at=NOON - timedelta(days=29))
    (task,) = ask(document, world).duties
    assert task.deadline == NOON + timedelta(days=1)
    assert [task.uid for task in ask(document, world, at=NOON + timedelta(days=2)).duties] == ["urn:delete", "urn:fine"]


def test_an_obligation_that_depends_on_an_event_is_due_while_the_event_goes_on() -> None:
    document = agreement(rule(), obligation=[rule(atom("odrl:event", "eq", "dk:breach"), action="odrl:inform")])
    assert ask(document, {"event": []}).duties == ()
    assert len(ask(document, {"event": [DK + "breach"]}).duties) == 1


def test_a_violated_prohibition_calls_for_its_remedies_until_they_are_performed() -> None:
    ban = rule(action="odrl:distribute", uid="urn:ban", remedy=[{"action": "odrl:delete", "@id": "urn:remedy"}])
    document = agreement(rule(), prohibition=[ban])
    violated = {"urn:ban": Performance(violated_at=BEFORE)}
    assert ask(document).duties == ()
    assert [task.uid for task in ask(document, World(performed=violated)).duties] == ["urn:remedy"]
    done = violated | {"urn:remedy": Performance(fulfilled_at=BEFORE + timedelta(minutes=1))}
    assert ask(document, World(performed=done)).duties == ()
