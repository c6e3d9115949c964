"""Each kind of change, applied to the tables of the in-memory store. The SQLite store has the same rules in SQL."""

from collections.abc import Callable
from typing import Any

import msgspec

from connector.ports import changes
from connector.ports.changes import Change
from connector.ports.entities import (
    DONE,
    Agreement,
    CountedUse,
    DutyState,
    Lease,
    MonthlyUsage,
    Usage,
    UsePart,
    UserNotice,
    UserSession,
)
from connector.ports.store_errors import Conflict, LimitReached, PidTaken, Replayed, TooSoon
from connector.protocol.dsp.common import Role
from connector.store.memory import issuing, journals, products
from connector.store.memory.tables import MemoryTables, check_expected
from connector.store.rules import first_recent, first_within, month_of, no_longer_recent, refuse_within


def apply_change(tables: MemoryTables, change: Change) -> None:
    """Apply one change. Raises Conflict, Replayed, LimitReached or TooSoon."""
    _APPLY[type(change)](tables, change)


def _put_process(tables: MemoryTables, change: changes.PutProcess) -> None:
    process = change.process
    key = (process.owner, process.kind, process.id)
    check_expected(tables.get(tables.processes, key), change.expected, process.id)
    if process.peer_pid is not None:
        pid = (process.owner, process.kind, process.role, process.peer, process.peer_pid)
        if tables.get(tables.pids, pid) not in (None, key):
            raise PidTaken(f"The peer's {process.peer_pid} already belongs to another process: read that process.")
        tables.put(tables.pids, pid, key)
    tables.put(tables.processes, key, process)


def _put_asset(tables: MemoryTables, change: changes.PutAsset) -> None:
    asset = change.asset
    check_expected(tables.get(tables.assets, (asset.owner, asset.id)), change.expected, asset.id)
    tables.put(tables.assets, (asset.owner, asset.id), asset)
    tables.put(tables.offers, (asset.owner, asset.offer_id), (asset.owner, asset.id))


def _drop_asset(tables: MemoryTables, change: changes.DropAsset) -> None:
    key = (change.owner, change.id)
    check_expected(tables.get(tables.assets, key), change.expected, change.id)
    tables.put(tables.assets, key, None)


def _put_agreement(tables: MemoryTables, change: changes.PutAgreement) -> None:
    key = (change.agreement.owner, change.agreement.key)
    stored: Agreement | None = tables.get(tables.agreements, key)
    if stored not in (None, change.agreement):
        raise Conflict(f"The agreement {change.agreement.key} is already stored with other content: read it.")
    if stored is None:
        tables.put(tables.agreements, key, change.agreement)
        if change.agreement.finalized_at is not None:
            _count_in_month(tables, key, change.agreement.finalized_at, agreements=1)


def _finalize_agreement(tables: MemoryTables, change: changes.FinalizeAgreement) -> None:
    stored: Agreement | None = tables.get(tables.agreements, (change.owner, change.key))
    if stored is None or stored.finalized_at is not None:
        raise Conflict(f"The agreement {change.key} is unknown or already final: read it again.")
    final = msgspec.structs.replace(stored, finalized_at=change.at)
    tables.put(tables.agreements, (change.owner, change.key), final)
    _count_in_month(tables, (change.owner, change.key), change.at, agreements=1)


def _withdraw_agreement(tables: MemoryTables, change: changes.WithdrawAgreement) -> None:
    stored: Agreement | None = tables.get(tables.agreements, (change.owner, change.key))
    if stored is None or stored.withdrawn_at is not None:
        raise Conflict(f"The agreement {change.key} is unknown or already withdrawn: read it again.")
    withdrawn = msgspec.structs.replace(stored, withdrawn_at=change.at, withdrawn_because=change.because)
    tables.put(tables.agreements, (change.owner, change.key), withdrawn)


def _use_replay_key(tables: MemoryTables, change: changes.UseReplayKey) -> None:
    key = (change.key.owner, change.key.issuer, change.key.jti)
    if tables.get(tables.replay_keys, key):
        raise Replayed("The token was already used: send a new token with each message.")
    tables.put(tables.replay_keys, key, change.key)


def _put_hold(tables: MemoryTables, change: changes.PutHold) -> None:
    key = (change.hold.owner, change.hold.process_id)
    tables.put(tables.holds, key, None)
    tables.put(tables.holds, key, change.hold)


def _drop_hold(tables: MemoryTables, change: changes.DropHold) -> None:
    tables.put(tables.holds, (change.owner, change.process_id), None)


def _put_backoff(tables: MemoryTables, change: changes.PutBackoff) -> None:
    backoff = change.backoff
    tables.put(tables.backoffs, (backoff.owner, backoff.peer), backoff if backoff.failures else None)


def _put_block(tables: MemoryTables, change: changes.PutBlock) -> None:
    tables.put(tables.blocks, (change.block.owner, change.block.participant), change.block)


def _drop_block(tables: MemoryTables, change: changes.DropBlock) -> None:
    tables.put(tables.blocks, (change.owner, change.participant), None)


def _put_flow(tables: MemoryTables, change: changes.PutFlow) -> None:
    tables.put(tables.flows, (change.flow.owner, change.flow.id), change.flow)


def _put_lease(tables: MemoryTables, change: changes.PutLease) -> None:
    lease = change.lease
    stored: Lease | None = tables.get(tables.leases, (lease.owner, lease.flow_id))
    if stored and stored.epoch > lease.epoch:
        raise Conflict(f"The flow has a lease of epoch {stored.epoch}, newer than {lease.epoch}: read it again.")
    tables.put(tables.leases, (lease.owner, lease.flow_id), lease)


def _drop_lease(tables: MemoryTables, change: changes.DropLease) -> None:
    tables.put(tables.leases, (change.owner, change.flow_id), None)


def _add_usage(tables: MemoryTables, change: changes.AddUsage) -> None:
    key = (change.owner, change.agreement_id)
    stored: Usage | None = tables.get(tables.usage, key)
    uses = (stored.uses if stored else 0) + change.uses
    if change.max_uses is not None and uses > change.max_uses:
        raise LimitReached(f"The agreement allows {change.max_uses} uses, and all are used.")
    if change.max_per_hour is not None:
        _add_recent(tables, change, change.max_per_hour)
    moved = (stored.bytes_moved if stored else 0) + change.bytes_moved
    usage = Usage(owner=change.owner, agreement_id=change.agreement_id, bytes_moved=moved, uses=uses)
    tables.put(tables.usage, key, usage)
    if change.use is not None:
        _record_use(tables, change.use, change.max_within)
    elif change.flow_id and change.bytes_moved:
        _add_bytes(tables, change)


def _record_use(tables: MemoryTables, use: CountedUse, limits: dict[str, int]) -> None:
    for period, most in limits.items():
        counted = list_within(tables, use.owner, use.counterparty, use.dataset, period, use.at)
        if len(counted) >= most:
            raise refuse_within(period, most, min((*counted, use.at)))
    tables.put(tables.uses, len(tables.uses), use)
    _count_in_month(tables, (use.owner, use.agreement_id), use.at, deliveries=1, bytes_moved=use.bytes_moved)
    _drop_use_parts(tables, changes.DropUseParts(use.owner, use.flow_id))


def _count_denial(tables: MemoryTables, change: changes.CountDenial) -> None:
    _count_in_month(tables, (change.owner, change.agreement_id), change.at, denied=1)


def _count_in_month(tables: MemoryTables, agreement: tuple[str, str], at: int, **counts: int) -> None:
    """Add to the sums of the month of `at` what happened under an agreement, if it is stored."""
    agreed: Agreement | None = tables.get(tables.agreements, agreement)
    if agreed is None:
        return
    month, providing = month_of(at, tables.zone), agreed.role is Role.PROVIDER
    between = agreed.dataset, agreed.counterparty, agreed.purposes
    key = (agreed.owner, providing, month, *between)
    stored: MonthlyUsage = tables.get(tables.months, key) or MonthlyUsage(
        owner=agreed.owner,
        month=month,
        providing=providing,
        dataset=agreed.dataset,
        counterparty=agreed.counterparty,
        purposes=agreed.purposes,
    )
    sums = {name: getattr(stored, name) + count for name, count in counts.items()}
    tables.put(tables.months, key, msgspec.structs.replace(stored, **sums))


def _drop_use_parts(tables: MemoryTables, change: changes.DropUseParts) -> None:
    parts: list[UsePart] = [part for _, part in tables.use_parts.values()]
    for part in parts:
        if (part.owner, part.flow_id) == (change.owner, change.flow_id):
            tables.put(tables.use_parts, (part.owner, part.flow_id, part.part), None)


def _set_uses_back(tables: MemoryTables, change: changes.SetUsesBack) -> None:
    now, since = change.now // 1000, change.since // 1000
    for key, (_, kept) in list(tables.recent.items()):
        ahead = sum(uses for second, uses in kept.items() if second > now)
        if isinstance(key, tuple) and key[0] == change.owner and ahead:
            right = {second: uses for second, uses in kept.items() if second <= now}
            tables.put(tables.recent, key, {**right, since: right.get(since, 0) + ahead})
    for place, (_, use) in list(tables.uses.items()):
        if use.owner == change.owner and use.at > change.now:
            tables.put(tables.uses, place, msgspec.structs.replace(use, at=change.since))
            agreement, moved = (use.owner, use.agreement_id), use.bytes_moved
            _count_in_month(tables, agreement, use.at, deliveries=-1, bytes_moved=-moved)
            _count_in_month(tables, agreement, change.since, deliveries=1, bytes_moved=moved)


def _add_bytes(tables: MemoryTables, change: changes.AddUsage) -> None:
    places = [
        place for place, (_, use) in tables.uses.items() if (use.owner, use.flow_id) == (change.owner, change.flow_id)
    ]
    if places:
        newest: CountedUse = tables.get(tables.uses, places[-1])
        moved = newest.bytes_moved + change.bytes_moved
        tables.put(tables.uses, places[-1], msgspec.structs.replace(newest, bytes_moved=moved))
        agreement = change.owner, change.agreement_id
        _count_in_month(tables, agreement, newest.at, bytes_moved=change.bytes_moved)


def list_within(tables: MemoryTables, owner: str, counterparty: str, dataset: str, period: str, now: int) -> list[int]:
    """Return when the uses of a dataset by a counterparty began (ms) that count for a limit within a period."""
    first = first_within(period, now)
    wanted = owner, counterparty, dataset
    return [
        use.at
        for use in tables.select(tables.uses, lambda use: (use.owner, use.counterparty, use.dataset) == wanted)
        if use.providing and use.at >= first
    ]


def _put_use_part(tables: MemoryTables, change: changes.PutUsePart) -> None:
    tables.put(tables.use_parts, (change.part.owner, change.part.flow_id, change.part.part), change.part)


def _add_recent(tables: MemoryTables, change: changes.AddUsage, most: int) -> None:
    key, first, second = (change.owner, change.agreement_id), first_recent(change.at), change.at // 1000
    kept: dict[int, int] = tables.get(tables.recent, key) or {}
    counted = {at: uses for at, uses in kept.items() if at >= first}
    if sum(counted.values()) + change.uses > most:
        raise TooSoon(most, no_longer_recent(min((*counted, second))))
    tables.put(tables.recent, key, {**counted, second: counted.get(second, 0) + change.uses})


def _record_payment(tables: MemoryTables, change: changes.RecordPayment) -> None:
    payment = change.payment
    wanted = payment.owner, payment.agreement_id
    before = tables.select(tables.payments, lambda known: (known.owner, known.agreement_id) == wanted)
    if len(before) != change.number - 1:
        raise Conflict(f"Another payment under {payment.agreement_id} was recorded: read the payments again.")
    tables.put(tables.payments, tables.place, payment)


def _record_event(tables: MemoryTables, change: changes.RecordEvent) -> None:
    key = (change.entry.owner, change.entry.name)
    tables.put(tables.events, key, None)
    tables.put(tables.events, key, change.entry)


def _record_duty(tables: MemoryTables, change: changes.RecordDuty) -> None:
    event = change.event
    duty = (event.owner, event.agreement_id, event.duty)
    key = (*duty, event.state, event.occasion)
    if tables.get(tables.duties, key):
        return
    tables.put(tables.duties, key, event)
    waits = event.state is DutyState.ACTIVE and event.deadline is not None
    tables.put(tables.deadlines, duty, event if waits else None)
    if waits and event.here:
        tables.put(tables.owed, duty, event)
    if event.state in DONE and not event.occasion:
        tables.put(tables.owed, duty, None)
        tables.put(tables.late_duties, duty, None)
    elif event.state is DutyState.VIOLATED and not event.occasion:
        tables.put(tables.late_duties, duty, event)


def _record_consent(tables: MemoryTables, change: changes.RecordConsent) -> None:
    entry = change.consent
    person = entry.owner, entry.subject
    tables.put(tables.consents, (*person, len(tables.consents)), entry)
    others = [
        known
        for known in tables.get(tables.standing, person) or ()
        if (known.dataset, known.purpose) != (entry.dataset, entry.purpose)
    ]
    tables.put(tables.standing, person, (*others, entry))
    # The entry that stands has the place of its newest statement.
    key = (*person, entry.dataset, entry.purpose)
    tables.put(tables.latest_consents, key, None)
    tables.put(tables.latest_consents, key, entry)


def _put_consent_link(tables: MemoryTables, change: changes.PutConsentLink) -> None:
    link = change.link
    for known in tables.select(tables.consent_links, lambda one: one.owner == link.owner and one.until <= change.now):
        tables.put(tables.consent_links, (known.owner, known.subject), None)
    tables.put(tables.consent_links, (link.owner, link.subject), link)


def _drop_consent_link(tables: MemoryTables, change: changes.DropConsentLink) -> None:
    tables.put(tables.consent_links, (change.owner, change.subject), None)


def _put_user(tables: MemoryTables, change: changes.PutUser) -> None:
    key = (change.user.owner, change.user.name)
    check_expected(tables.get(tables.users, key), change.expected, change.user.name)
    if change.user.login and change.expected is None:
        wanted = change.user.owner, change.user.login
        if tables.select(tables.users, lambda known: (known.owner, known.login) == wanted):
            raise Conflict(f"Another user than {change.user.name} comes with this login: read it again.")
    tables.put(tables.users, key, change.user)


def _put_session(tables: MemoryTables, change: changes.PutSession) -> None:
    tables.put(tables.sessions, (change.session.owner, change.session.token_hash), change.session)


def _see_session(tables: MemoryTables, change: changes.SeeSession) -> None:
    key = (change.owner, change.token_hash)
    known: UserSession | None = tables.get(tables.sessions, key)
    if known is not None:
        tables.put(tables.sessions, key, msgspec.structs.replace(known, seen_at=change.at))


def _drop_session(tables: MemoryTables, change: changes.DropSession) -> None:
    tables.put(tables.sessions, (change.owner, change.token_hash), None)


def _drop_sessions(tables: MemoryTables, change: changes.DropSessions) -> None:
    def is_over(session: UserSession) -> bool:
        return change.seen_before is None or session.seen_at < change.seen_before

    own = tables.select(tables.sessions, lambda one: (one.owner, one.user) == (change.owner, change.user))
    own.sort(key=lambda one: (-one.seen_at, -one.begun_at, one.token_hash))
    for session in filter(is_over, own[change.kept :]):
        tables.put(tables.sessions, (session.owner, session.token_hash), None)


def _put_offer_form(tables: MemoryTables, change: changes.PutOfferForm) -> None:
    key = (change.form.owner, change.form.id)
    check_expected(tables.get(tables.offer_forms, key), change.expected, change.form.id)
    tables.put(tables.offer_forms, key, change.form)


def _drop_offer_form(tables: MemoryTables, change: changes.DropOfferForm) -> None:
    key = (change.owner, change.id)
    check_expected(tables.get(tables.offer_forms, key), change.expected, change.id)
    tables.put(tables.offer_forms, key, None)


def _put_subscription(tables: MemoryTables, change: changes.PutSubscription) -> None:
    key = (change.subscription.owner, change.subscription.id)
    check_expected(tables.get(tables.subscriptions, key), change.expected, change.subscription.id)
    tables.put(tables.subscriptions, key, change.subscription)


def _drop_subscription(tables: MemoryTables, change: changes.DropSubscription) -> None:
    key = (change.owner, change.id)
    check_expected(tables.get(tables.subscriptions, key), change.expected, change.id)
    tables.put(tables.subscriptions, key, None)


def _put_credential(tables: MemoryTables, change: changes.PutCredential) -> None:
    key = (change.credential.owner, change.credential.key)
    check_expected(tables.get(tables.credentials, key), change.expected, change.credential.key)
    tables.put(tables.credentials, key, change.credential)


def _drop_credential(tables: MemoryTables, change: changes.DropCredential) -> None:
    tables.put(tables.credentials, (change.owner, change.key), None)


def _put_issuance(tables: MemoryTables, change: changes.PutIssuance) -> None:
    key = (change.issuance.owner, change.issuance.id)
    if change.expected is not None and tables.get(tables.issuances, key) != change.expected:
        raise Conflict(f"The request {change.issuance.id} was changed meanwhile: read it again.")
    tables.put(tables.issuances, key, change.issuance)


def _drop_issuance(tables: MemoryTables, change: changes.DropIssuance) -> None:
    tables.put(tables.issuances, (change.owner, change.id), None)


def _put_push(tables: MemoryTables, change: changes.PutPush) -> None:
    tables.put(tables.pushes, (change.push.owner, change.push.subject), change.push)


def _drop_push(tables: MemoryTables, change: changes.DropPush) -> None:
    tables.put(tables.pushes, (change.owner, change.subject), None)


def _put_plane(tables: MemoryTables, change: changes.PutPlane) -> None:
    tables.put(tables.planes, (change.plane.owner, change.plane.id), change.plane)


def _drop_plane(tables: MemoryTables, change: changes.DropPlane) -> None:
    tables.put(tables.planes, (change.owner, change.id), None)


def _add_notice(tables: MemoryTables, change: changes.AddNotice) -> None:
    notice = change.notice
    key = (notice.owner, notice.kind, notice.subject, notice.occasion)
    if tables.get(tables.notices, key):
        return
    number = (tables.get(tables.notice_numbers, "last") or 0) + 1
    tables.put(tables.notice_numbers, "last", number)
    tables.put(tables.notices, key, msgspec.structs.replace(notice, number=number))


def _drop_notices(tables: MemoryTables, change: changes.DropNotices) -> None:
    rows: list[UserNotice] = tables.select(tables.notices, lambda notice: notice.owner == change.owner)
    last = max((notice.number for notice in rows), default=0)
    for notice in rows:
        told = notice.number <= change.until and notice.at < change.before
        if told or notice.number <= last - change.most:
            tables.put(tables.notices, (notice.owner, notice.kind, notice.subject, notice.occasion), None)


def _put_notice_mark(tables: MemoryTables, change: changes.PutNoticeMark) -> None:
    mark = change.mark
    tables.put(tables.notice_marks, (mark.owner, mark.kind, mark.subject), mark)


def _drop_notice_mark(tables: MemoryTables, change: changes.DropNoticeMark) -> None:
    tables.put(tables.notice_marks, (change.owner, change.kind, change.subject), None)


def _put_notice_reader(tables: MemoryTables, change: changes.PutNoticeReader) -> None:
    reader = change.reader
    tables.put(tables.notice_readers, (reader.owner, reader.user, reader.channel), reader)


def _append_leaf(tables: MemoryTables, change: changes.AppendLeaf) -> None:
    position = tables.get(tables.leaf_counts, change.leaf.owner) or 0
    tables.put(tables.leaf_counts, change.leaf.owner, position + 1)
    tables.put(tables.leaves, (change.leaf.owner, position), msgspec.structs.replace(change.leaf, position=position))


def _forget_owner(tables: MemoryTables, change: changes.ForgetOwner) -> None:
    tables.forget(change.owner)


_APPLY: dict[type[Change], Callable[[MemoryTables, Any], None]] = {
    changes.PutProcess: _put_process,
    changes.PutAsset: _put_asset,
    changes.DropAsset: _drop_asset,
    changes.PutAgreement: _put_agreement,
    changes.FinalizeAgreement: _finalize_agreement,
    changes.WithdrawAgreement: _withdraw_agreement,
    changes.UseReplayKey: _use_replay_key,
    changes.PutHold: _put_hold,
    changes.DropHold: _drop_hold,
    changes.PutBackoff: _put_backoff,
    changes.PutBlock: _put_block,
    changes.DropBlock: _drop_block,
    changes.PutFlow: _put_flow,
    changes.PutLease: _put_lease,
    changes.DropLease: _drop_lease,
    changes.AddUsage: _add_usage,
    changes.CountDenial: _count_denial,
    changes.PutUsePart: _put_use_part,
    changes.DropUseParts: _drop_use_parts,
    changes.SetUsesBack: _set_uses_back,
    changes.RecordDuty: _record_duty,
    changes.RecordPayment: _record_payment,
    changes.RecordEvent: _record_event,
    changes.RecordConsent: _record_consent,
    changes.PutConsentLink: _put_consent_link,
    changes.DropConsentLink: _drop_consent_link,
    changes.PutUser: _put_user,
    changes.PutSession: _put_session,
    changes.SeeSession: _see_session,
    changes.DropSession: _drop_session,
    changes.DropSessions: _drop_sessions,
    changes.PutOfferForm: _put_offer_form,
    changes.DropOfferForm: _drop_offer_form,
    changes.PutSubscription: _put_subscription,
    changes.DropSubscription: _drop_subscription,
    changes.PutCredential: _put_credential,
    changes.DropCredential: _drop_credential,
    changes.PutIssuance: _put_issuance,
    changes.DropIssuance: _drop_issuance,
    **issuing.APPLY,
    changes.PutPush: _put_push,
    changes.DropPush: _drop_push,
    changes.PutPlane: _put_plane,
    changes.DropPlane: _drop_plane,
    changes.AddNotice: _add_notice,
    changes.DropNotices: _drop_notices,
    changes.PutNoticeMark: _put_notice_mark,
    changes.DropNoticeMark: _drop_notice_mark,
    changes.PutNoticeReader: _put_notice_reader,
    changes.ForgetOwner: _forget_owner,
    changes.AppendLeaf: _append_leaf,
    **journals.APPLY,
    **products.APPLY,
}
