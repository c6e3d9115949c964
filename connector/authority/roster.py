"""The operator's side of the participant list: a working file that people edit, and the signed list made from it.

The working file is JSON, kept under a lock and replaced atomically. The version is raised and kept before the list
that bears it is written, so no version is ever given to two lists. An existing list is never overwritten by one that
does not follow from it.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from connector.identity.files import FileFault, describe_unwritten, read_bounded, replace_atomically, write_new
from connector.identity.jws import Rejected, sign
from connector.identity.keys import SigningKey, VerificationKey
from connector.identity.listing.certificates import open_list
from connector.identity.listing.partner import Partner
from connector.identity.listing.profile import TrustProfile
from connector.identity.listing.sources import MAX_DOCUMENT, RosterRejected
from connector.identity.roster import (
    KIND,
    MAX_MEMBERS,
    AcceptedRoster,
    Member,
    ParticipantId,
    Roster,
    RosterDocument,
    check_members,
    read_roster,
)
from connector.views.handed_in import HandedInFault, read_json

DEFAULT_VALIDITY = timedelta(days=30)
LOCKED_S = 15.0
"""How long one waits for another process that changes the same file, in s."""
_LOOK_S = 0.02


class RosterFault(Exception):
    """The operation was refused; the files are as they were."""


class RosterLocked(RosterFault):
    """Another process keeps the files locked: the operation can be tried again."""


class RosterUnwritten(RosterFault):
    """A file cannot be written, as on a full disk: the same operation goes on once there is room."""


class RosterDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The working file: `version` is that of the newest list published from it, 0 before the first.

    `given` are the data URLs that the operator gave beside those of the card, by member; without an entry for a member,
    nobody noted where its URLs are from.
    """

    issuer: ParticipantId
    version: int = 0
    members: tuple[Member, ...] = ()
    given: dict[str, tuple[str, ...]] = {}


def create(draft: Path, issuer: str) -> RosterDraft:
    """Begin a list; raises RosterFault if the working file exists."""
    value = _check(RosterDraft(issuer=issuer))
    try:
        write_new(draft, _render(value), mode=0o644)
    except FileFault as fault:
        raise RosterFault(str(fault)) from None
    return value


def add(draft: Path, member: Member, *, given: Sequence[str] | None = None, replace: bool = False) -> RosterDraft:
    """Add a member; one with the same id is exchanged only with `replace`. Raises RosterFault.

    `given` are the data URLs of it that the operator gave; None notes nothing.
    """
    with lock(draft):
        value = show(draft)
        others = tuple(entry for entry in value.members if entry.id != member.id)
        if len(others) < len(value.members) and not replace:
            raise RosterFault(f"{member.id} is already a member: add --replace to replace its entry.")
        if len(others) >= MAX_MEMBERS:
            raise RosterFault(f"The list has {MAX_MEMBERS} members, which is as many as it can have.")
        noted = value.given if given is None else {**value.given, member.id: tuple(given)}
        return _keep(draft, msgspec.structs.replace(value, members=(*others, member), given=noted))


def change(draft: Path, id: str, make: Callable[[Member], Member]) -> Member:
    """Exchange the entry of a member, by any identifier that it has or had, for what `make` returns, and return it.

    Raises RosterFault.
    """
    with lock(draft):
        value = show(draft)
        before = next((member for member in value.members if id in (member.id, *member.former)), None)
        if before is None:
            raise RosterFault(f"{id} is not a member.")
        after = make(before)
        members = tuple(after if member is before else member for member in value.members)
        _keep(draft, msgspec.structs.replace(value, members=members))
        return after


def try_entry(draft: Path, member: Member, *, in_place_of: Member | None = None) -> None:
    """Check that the list would take an entry, beside the others or in the place of one; changes nothing.

    Raises RosterFault.
    """
    value = show(draft)
    others = tuple(entry for entry in value.members if entry != in_place_of)
    if len(others) >= MAX_MEMBERS:
        raise RosterFault(f"The list has {MAX_MEMBERS} members, which is as many as it can have.")
    _check(msgspec.structs.replace(value, members=(*others, member)))


def name_issuer(draft: Path, issuer: str) -> RosterDraft:
    """Let another participant or authority sign the list from now on; raises RosterFault."""
    with lock(draft):
        return _keep(draft, msgspec.structs.replace(show(draft), issuer=issuer))


def remove(draft: Path, id: str) -> RosterDraft:
    """Remove a member; raises RosterFault if there is none of that id."""
    with lock(draft):
        value = show(draft)
        others = tuple(entry for entry in value.members if entry.id != id)
        if len(others) == len(value.members):
            raise RosterFault(f"{id} is not a member.")
        noted = {member: urls for member, urls in value.given.items() if member != id}
        return _keep(draft, msgspec.structs.replace(value, members=others, given=noted))


def publish(
    draft: Path,
    signed: Path,
    key: SigningKey,
    *,
    now: datetime,
    valid_for: timedelta = DEFAULT_VALIDITY,
    former: Sequence[VerificationKey] = (),
    certificates: Sequence[str] = (),
    profile: TrustProfile | None = None,
    partners: Sequence[Partner] = (),
) -> RosterDocument:
    """Sign the list as the next version and replace the file `signed` atomically.

    `now` is aware; `former` are the operator's keys of before, and the roots of an authority. `certificates` are those
    of `key` by roots, `profile` and `partners` what an authority says beside the members. Raises RosterFault, also if
    `signed` holds a list that none of these keys signed, or one newer than the working file knows of: then the working
    file is not the one it was made from.
    """
    if valid_for <= timedelta(0):
        raise RosterFault("The list would expire before it begins; give a positive validity.")
    with lock(draft):
        value = show(draft)
        published = load_published(signed, (key.verification, *former))
        if published is not None:
            _refuse_to_lose(published, value, signed)
        moment = now.astimezone(UTC).replace(microsecond=0)
        document = RosterDocument(
            issuer=value.issuer,
            version=value.version + 1,
            issued=moment,
            expires=moment + valid_for,
            members=value.members,
            profile=profile,
            partners=tuple(partners),
        )
        text = "\n".join((*certificates, sign(key, msgspec.json.encode(document), kind=KIND))).encode()
        if len(text) > MAX_DOCUMENT:
            raise RosterFault(f"The signed list would be larger than {MAX_DOCUMENT} bytes, which nobody would accept.")
        if former or not certificates:
            _refuse_unaccepted(text, former if certificates else (key.verification,))
        _keep(draft, msgspec.structs.replace(value, version=document.version))
        write(signed, text + b"\n", mode=0o644)
        return document


def _refuse_unaccepted(text: bytes, roots: Sequence[VerificationKey]) -> None:
    """Raise RosterFault for a list that nobody who pins `roots` accepts: it must not take the place of a good one."""
    try:
        open_list(text, kind=KIND, roots=roots, limit=MAX_DOCUMENT)
    except Rejected as fault:
        raise RosterFault(
            f"No member would accept the list, so it is not published: {fault.problem} Run `authority rotate` with the "
            "root key."
        ) from None


def show(draft: Path) -> RosterDraft:
    """Read the working file; raises RosterFault if it is missing or damaged."""
    try:
        value = read_json(read_bounded(draft, MAX_DOCUMENT), RosterDraft)
        check_members(value.members)
    except FileFault as fault:
        raise RosterFault(str(fault)) from None
    except (HandedInFault, RosterRejected) as fault:
        raise RosterFault(f"{draft} is not the working file of a participant list: {fault}") from None
    return value


def verify(
    signed: Path,
    operator: Sequence[VerificationKey],
    *,
    now: datetime,
    seen: AcceptedRoster | None = None,
    take_expired: bool = False,
) -> Roster:
    """Check a signed list as every participant does; `take_expired` as for `read_roster`.

    Raises RosterFault with the reason.
    """
    try:
        content = read_bounded(signed, MAX_DOCUMENT)
        now_ms = int(now.timestamp() * 1000)
        return read_roster(content, operator=operator, now_ms=now_ms, seen=seen, take_expired=take_expired)
    except (FileFault, RosterRejected) as fault:
        raise RosterFault(str(fault)) from None


def _keep(draft: Path, value: RosterDraft) -> RosterDraft:
    """Check and write the working file."""
    write(draft, _render(_check(value)), mode=0o644)
    return value


def write(path: Path, content: bytes, *, mode: int) -> None:
    """Write or replace a file as `replace_atomically`; raises RosterUnwritten."""
    try:
        replace_atomically(path, content, mode=mode)
    except OSError as error:
        raise RosterUnwritten(describe_unwritten(error)) from None


def _check(value: RosterDraft) -> RosterDraft:
    """Send a value through the reader's own checks: what a reader would refuse must not be written."""
    try:
        checked = msgspec.json.decode(_render(value), type=RosterDraft)
        check_members(checked.members)
    except (msgspec.MsgspecError, UnicodeError, RosterRejected) as fault:
        raise RosterFault(f"The entry is refused: {fault}") from None
    return checked


def load_published(signed: Path, keys: Sequence[VerificationKey]) -> RosterDocument | None:
    """Return the list at `signed`, expired or not; raises RosterFault if it is signed with none of `keys`."""
    if not signed.exists():
        return None
    try:
        content = read_bounded(signed, MAX_DOCUMENT)
        payload = open_list(content, kind=KIND, roots=keys, limit=MAX_DOCUMENT).payload
        return msgspec.json.decode(payload, type=RosterDocument)
    except (FileFault, Rejected, msgspec.MsgspecError, UnicodeError) as fault:
        problem = fault.problem if isinstance(fault, Rejected) else str(fault)
        raise RosterFault(
            f"{signed} is not a list signed with the operator's key and is left as it is: {problem}"
        ) from None


def _refuse_to_lose(published: RosterDocument, value: RosterDraft, signed: Path) -> None:
    """Raise RosterFault unless the published list is an earlier one of the same issuer (a write was cut short)."""
    if published.issuer != value.issuer:
        raise RosterFault(f"{signed} holds the list of {published.issuer}, not of {value.issuer}; it is left as it is.")
    if published.version > value.version:
        raise RosterFault(
            f"{signed} holds version {published.version}, but the working file knows only {value.version}; "
            "use the working file it was made from."
        )


def _render(value: RosterDraft) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


@contextmanager
def lock(draft: Path) -> Iterator[None]:
    """Keep two operators from changing the same working file at once; raises RosterFault."""
    try:
        descriptor = os.open(draft.with_name(f".{draft.name}.lock"), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise RosterFault(f"{draft} cannot be locked: {error.strerror}.") from None
    try:
        _wait_for(descriptor, draft)
        yield
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, draft: Path) -> None:
    """Take the lock; raises RosterLocked if another process keeps it, which may have been stopped there."""
    until = time.monotonic() + LOCKED_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise RosterLocked(
                    f"Another process has kept {draft} locked for {LOCKED_S:g} s: end it, then try again."
                ) from None
            time.sleep(_LOOK_S)
        else:
            return
