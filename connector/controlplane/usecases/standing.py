"""Where an agreement stands: not final yet, usable, over by its time, used up, withdrawn, refused, or never usable.

An agreement is used up if its counts grant no further use at any time. A limit within a day or a month is no end.
A consumer sees it as refused as long as the newest transfer under it is one that the provider refused.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

import msgspec

from connector.controlplane.judging import acceptance, periods
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.judgement import BLOCKED, WITHDRAWN, format_reasons
from connector.controlplane.judging.library import evaluate
from connector.controlplane.judging.world import find_period, is_hourly
from connector.language.catalogue import Language, say, say_in_all, tell_reason, write_in_all
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.decision import Counter, Explanation
from connector.policy.model.errors import PolicyError
from connector.ports.entities import ALL_TIME, Agreement, Usage
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import Ended
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.views.agreements import AgreementState

MOST_COUNTED = 10_000
"""How far the uses under all agreements are counted for a list."""

_REFUSALS = frozenset({"not-permitted", "refused", "gone", WITHDRAWN, BLOCKED})


class Standing(msgspec.Struct, frozen=True):
    """The state of an agreement, its end, if it is known, and why it grants no use, in each language."""

    state: AgreementState
    end: datetime | None
    because: dict[str, str] = {}


class _Counted(NamedTuple):
    """What was used: by the key of an agreement, by counterparty and dataset; and who is excluded here.

    `newest` are the newest transfers of a consumer.
    """

    usage: Mapping[str, Usage]
    in_all: Mapping[tuple[str, str], int]
    blocked: frozenset[str]
    newest: Mapping[str, Transfer]


async def find_standings(evaluator: Evaluator, agreements: Sequence[Agreement]) -> list[Standing]:
    """Return where agreements stand, in their order. The reads are as many for one agreement as for a page."""
    store, owner = evaluator.context.store, evaluator.context.owner
    documents = [agreement.document for agreement in agreements]
    lasting = partial(_list_lasting, evaluator)
    counters = await evaluate(lambda: {agreement.key: lasting(agreement) for agreement in agreements}, *documents)
    keys = sorted(key for key, found in counters.items() if found)
    limits = {
        _pair(agreement): min(counter.limit or 0, MOST_COUNTED)
        for agreement in agreements
        for counter in counters[agreement.key]
        if find_period(counter) and agreement.role is Role.PROVIDER
    }
    received = [agreement.key for agreement in agreements if agreement.role is Role.CONSUMER]
    provided = any(agreement.role is Role.PROVIDER for agreement in agreements)
    counted = _Counted(
        await store.usage_of(owner, keys) if keys else {},
        await store.used_in_all(owner, sorted(limits), max(limits.values())) if limits else {},
        frozenset(block.participant for block in await store.blocks(owner)) if provided else frozenset(),
        await store.last_transfers(owner, received) if received else {},
    )
    find = partial(_find_standing, evaluator, counted)
    return await evaluate(lambda: [find(each, bool(counters[each.key])) for each in agreements], *documents)


def _pair(agreement: Agreement) -> tuple[str, str]:
    return agreement.counterparty, agreement.dataset


def _list_lasting(evaluator: Evaluator, agreement: Agreement) -> list[Counter]:
    """Return the counters of an agreement that never go down again."""
    compiled = evaluator.library.compile(agreement.document)
    if isinstance(compiled, PolicyError):
        return []
    return [
        counter for counter in compiled.counters if not is_hourly(counter) and find_period(counter) in {None, ALL_TIME}
    ]


def _find_standing(evaluator: Evaluator, counted: _Counted, agreement: Agreement, counts: bool) -> Standing:
    period = periods.find_period(evaluator, agreement)
    if agreement.withdrawn_at is not None:
        return Standing(AgreementState.WITHDRAWN, period.end)
    if agreement.finalized_at is None:
        return Standing(AgreementState.PENDING, period.end)
    if period.over:
        return Standing(AgreementState.EXPIRED, period.end)
    compiled = evaluator.library.compile(agreement.document)
    if not isinstance(compiled, Compiled):
        return Standing(AgreementState.UNUSABLE, period.end, acceptance.to_unreadable(compiled).texts)
    if agreement.role is Role.PROVIDER and agreement.counterparty in counted.blocked:
        return Standing(AgreementState.UNUSABLE, period.end, say_in_all("processes.excluded-here"))
    if not period.granted and (denied := periods.find_lasting_denial(evaluator, agreement, compiled)):
        return Standing(AgreementState.UNUSABLE, period.end, format_reasons(denied, evaluator.library.operands))
    if counts and (denied := _find_used_up(evaluator, agreement, compiled, counted)):
        return Standing(AgreementState.USED_UP, period.end, format_reasons(denied, evaluator.library.operands))
    if refused := _find_refusal(counted.newest.get(agreement.key)):
        because = _tell_refusal(refused)
        return Standing(AgreementState.REFUSED, period.end, because)
    return Standing(AgreementState.ACTIVE, period.end)


def _find_refusal(newest: Transfer | None) -> Ended | None:
    """Return how the provider refused a transfer; None if it did not, or if its data failed and may come again."""
    ended = newest.ended if newest else None
    return ended if newest and ended and ended.by == newest.peer and ended.code in _REFUSALS else None


def _tell_refusal(refused: Ended) -> dict[str, str]:
    """Return in each language that the provider refused a transfer, and why."""

    def write(language: Language) -> str:
        reason = tell_reason(language, refused.reason, refused.reasons)
        return say(language, "processes.refused-there", reason=reason)

    return write_in_all(write)


def _find_used_up(
    evaluator: Evaluator, agreement: Agreement, compiled: Compiled, counted: _Counted
) -> Explanation | None:
    """Return why the counts grant no further use at any time, not even of one byte; None if they may."""
    used = counted.usage.get(agreement.key) or Usage(
        owner=agreement.owner, agreement_id=agreement.key, bytes_moved=0, uses=0
    )
    further = msgspec.structs.replace(used, bytes_moved=used.bytes_moved + 1)
    in_all = counted.in_all.get(_pair(agreement))
    return periods.find_lasting_denial(evaluator, agreement, compiled, further, in_all)
