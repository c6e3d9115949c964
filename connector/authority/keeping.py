"""The folder of an authority: its keys, its roots, its profile, and the record of what it has issued and offered.

The record is JSON, changed under a lock and replaced atomically: what it says is on the disk before anybody is told. It
grows with the members and with the invitations that are open, not with what was ever done: of that, the newest is kept.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from connector.authority import roster
from connector.authority.acts import MembershipAct
from connector.authority.card import load_key, new_key, operator_keys
from connector.authority.roster import RosterFault
from connector.identity.files import FileFault, read_bounded, write_new
from connector.identity.jws import Rejected
from connector.identity.keys import KeyFault, SigningKey, VerificationKey, from_jwk, is_protected, public_jwk
from connector.identity.listing.certificates import MAX_CERTIFICATES, certify, make_certificate, read_certificate
from connector.identity.listing.partner import MAX_PARTNERS, Partner
from connector.identity.listing.profile import MAX_PROFILE, ProfileRejected, TrustProfile, parse_profile
from connector.protocol.dcp.did import parse_web_did
from connector.protocol.dcp.errors import ClaimFault
from connector.views.handed_in import HandedInFault, read_json

RECORD, ROOTS, ISSUER, NEXT_ISSUER, ROOT, SPARE, SIGNED, PROFILE = (
    "authority.json",
    "authority.jwks",
    "issuer.pem",
    "issuer.next.pem",
    "root.pem",
    "spare.pem",
    "members.jws",
    "trust.toml",
)
NOTE = "unfinished.json"
"""The note that `authority init` or `authority renew` has begun here, until its list is published."""
RECOVERY = "recovering.json"
"""The note that `authority recover` has begun here, with which root, until its list is published."""
MAX_RECORD = 32 * 1024 * 1024
MAX_INVITATIONS = 1_000
MAX_ROOT = 16 * 1024
CERTIFIED = timedelta(days=90)
CREDENTIAL_DAYS = 365

_Number = Annotated[int, msgspec.Meta(ge=0)]
_Written = Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]


class Invitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An invitation: for whom, until when (ms), and the SHA-256 of its secret, which is stored nowhere.

    `did` binds it to one identifier, and `data` are the places of data planes at other hosts that who joins may name.
    `used_by` is who has used it and with which key (RFC 7638). One that is `withdrawn` is kept until it ends, for the
    answer to whoever comes with it. `by` is who has invited; one that `waits` counts from when somebody else has agreed
    (`agreed_by`).
    """

    name: _Written
    until: _Number
    secret: str
    roles: tuple[str, ...] = ("participant",)
    types: tuple[str, ...] = ()
    claims: dict[str, tuple[str, ...]] = {}
    did: str = ""
    data: tuple[str, ...] = ()
    used_by: str = ""
    used_key: str = ""
    withdrawn: bool = False
    by: str = ""
    waits: bool = False
    agreed_by: str = ""


class PlacedCredential(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A credential of a member: its types, its place in the status list, and when it ends (ms)."""

    holder: _Written
    types: tuple[str, ...]
    index: _Number
    until: _Number
    revoked: bool = False


class FormerKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A public issuer key (JWK) of before, which stays in the document until its last credential ends (ms)."""

    key: dict[str, str]
    until: _Number


class AuthorityRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an authority knows: who it is, how its issuer key is certified, whom it has invited, what it has issued.

    `url` is where it is reached: scheme, host and port. `number` is that of the newest certificate. `roots` are those
    that followed the first pair, in the order in which members pin them; `former_roots` all before these, and
    `successions` the words by which spare roots have named them. `acts` are the newest of what was done about members.
    """

    did: _Written
    url: _Written
    number: _Number = 0
    certificates: tuple[str, ...] = ()
    certified_until: _Number = 0
    former: tuple[FormerKey, ...] = ()
    invitations: dict[str, Invitation] = {}
    issued: tuple[PlacedCredential, ...] = ()
    partners: Annotated[tuple[Partner, ...], msgspec.Meta(max_length=MAX_PARTNERS)] = ()
    roots: tuple[dict[str, str], ...] = ()
    former_roots: tuple[dict[str, str], ...] = ()
    successions: tuple[str, ...] = ()
    acts: tuple[MembershipAct, ...] = ()


def find_none() -> bytes | None:
    """Return that nothing protects a key."""
    return None


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """Where the files of an authority are: its folder, and the working file of the participant list.

    `mirror` is where participants that read a file find the signed list beside that of the folder. `find_password`
    returns what protects the issuer key, or nothing; it raises KeyFault.
    """

    folder: Path
    members: Path
    mirror: Path | None = None
    find_password: Callable[[], bytes | None] = find_none

    @property
    def signed(self) -> Path:
        """The signed list."""
        return self.folder / SIGNED


def create(
    authority: Authority,
    did: str,
    url: str,
    *,
    now: datetime,
    operator: SigningKey | None = None,
    password: bytes = b"",
) -> AuthorityRecord:
    """Make the keys and the record of an authority, and let it sign the working list from now on; raises RosterFault.

    `operator` is the key that signed the list until now: it certifies the issuer key too, so that members that pin it
    go on. `password` protects the private keys of the roots. After a call that was cut short, its keys and its record
    count. `end` says that there is nothing left to go on with.
    """
    try:
        parse_web_did(did)
    except ClaimFault as fault:
        raise RosterFault(fault.reason) from None
    folder = authority.folder
    goes_on = is_begun(authority)
    if (folder / RECORD).exists():
        record = show(authority)
        if not goes_on or (record.did, record.url) != (did, url):
            raise RosterFault(f"{folder} is the folder of an authority already and was not changed.")
        return record
    roster.show(authority.members)
    folder.mkdir(parents=True, exist_ok=True)
    for name in () if goes_on else (ROOT, SPARE, ISSUER, ROOTS):
        if (folder / name).exists():
            raise RosterFault(
                f"{folder / name} already exists and was not changed: put the other files of its authority back from "
                "the backup, or move it away to make a new authority."
            )
    begin(authority)
    root, spare = (make_root(folder / name, password) for name in (ROOT, SPARE))
    issuer = make_root(folder / ISSUER)
    roster.write(folder / ROOTS, render({"keys": [public_jwk(each) for each in (root, spare)]}), mode=0o644)
    try:
        if not (folder / PROFILE).exists():
            write_new(folder / PROFILE, _describe_profile(did, moving=operator is not None).encode(), mode=0o644)
    except FileFault as fault:
        raise RosterFault(str(fault)) from None
    record = _certify(AuthorityRecord(did=did, url=url), issuer, [root, *([operator] if operator else [])], now)
    roster.name_issuer(authority.members, did)
    _write(folder, record)
    return record


def begin(authority: Authority, last_root: str = "") -> None:
    """Note what is begun, before anything is made; `last_root` is the thumbprint of the one before a new pair."""
    roster.write(authority.folder / NOTE, render({"last_root": last_root}), mode=0o600)


def is_begun(authority: Authority) -> bool:
    """Return whether something was begun in the folder and has not come to its end."""
    return (authority.folder / NOTE).exists()


def find_last_root(authority: Authority) -> str:
    """Return the thumbprint that `begin` has noted; empty without a note. Raises RosterFault."""
    return _read_note(authority.folder / NOTE, "last_root")


def _read_note(path: Path, name: str) -> str:
    if not path.exists():
        return ""
    try:
        return read_json(read_bounded(path, MAX_RECORD), dict[str, str]).get(name, "")
    except (FileFault, HandedInFault) as fault:
        raise RosterFault(f"{path} cannot be used: {fault}") from None


def end(authority: Authority) -> None:
    """Note that what was begun has come to its end."""
    (authority.folder / NOTE).unlink(missing_ok=True)


def begin_recovery(authority: Authority, root: SigningKey) -> None:
    """Note that a root takes over, before it does: the same call counts again until `end_recovery`."""
    roster.write(authority.folder / RECOVERY, render({"root": root.kid}), mode=0o600)


def end_recovery(authority: Authority) -> None:
    """Note that the root that takes over is on the list that was published."""
    (authority.folder / RECOVERY).unlink(missing_ok=True)


def show(authority: Authority) -> AuthorityRecord:
    """Read the record; raises RosterFault."""
    path = authority.folder / RECORD
    try:
        return read_json(read_bounded(path, MAX_RECORD), AuthorityRecord)
    except FileFault as fault:
        raise RosterFault(str(fault)) from None
    except HandedInFault as fault:
        raise RosterFault(f"{path} is not the record of an authority: {fault}") from None


def change(authority: Authority, make: Callable[[AuthorityRecord], AuthorityRecord]) -> AuthorityRecord:
    """Replace the record by what `make` returns, under the lock, and return it; raises RosterFault."""
    with roster.lock(authority.folder / RECORD):
        record = make(show(authority))
        _write(authority.folder, record)
        return record


@contextmanager
def hold(authority: Authority) -> Iterator[AuthorityRecord]:
    """Read the record, which nobody changes meanwhile; raises RosterFault."""
    with roster.lock(authority.folder / RECORD):
        yield show(authority)


def load_roots(authority: Authority) -> tuple[VerificationKey, ...]:
    """Return the public keys of the roots, in the order in which members pin them; raises RosterFault."""
    return list_roots(authority, show(authority))


def list_roots(authority: Authority, record: AuthorityRecord) -> tuple[VerificationKey, ...]:
    """Return the roots as a record names them, as `load_roots`: a large one is not read once more for them."""
    return tuple(map(from_jwk, record.roots)) if record.roots else operator_keys(authority.folder / ROOTS)


def load_issuer(authority: Authority, record: AuthorityRecord | None = None) -> SigningKey:
    """Return the issuer key, as `load_certified`."""
    return load_certified(authority, record)[1]


def load_certified(authority: Authority, record: AuthorityRecord | None = None) -> tuple[AuthorityRecord, SigningKey]:
    """Return the record, and the issuer key that its newest certificate is about; raises RosterFault.

    No other key signs anything: nobody would accept it. `record` is one that was read just before; it is read again if
    the key has changed since.
    """
    record = record or show(authority)
    for _ in range(2):
        named = _read_certified(authority, record)["kid"]
        key = _load_issuer_file(authority, ISSUER)
        if key.kid == named:
            return record, key
        if (authority.folder / NEXT_ISSUER).exists() and _load_issuer_file(authority, NEXT_ISSUER).kid == named:
            _put_next_in_place(authority)
        # Another process may have changed the key between the two reads.
        record = show(authority)
    raise RosterFault(
        f"The key in {authority.folder / ISSUER} is not the one that the root has certified: put that file back from "
        "the backup, or run `authority rotate` with the root key."
    )


def find_issuer_problem(authority: Authority) -> str | None:
    """Return why the issuer key cannot be read, which is seen without its pass phrase; else None."""
    path = authority.folder / ISSUER
    try:
        read_bounded(path, MAX_ROOT, private=True)
    except FileFault as fault:
        if not isinstance(fault.__cause__, FileNotFoundError):
            return str(fault)
        return (
            f"The issuer key {path} is missing: put that file back from the backup, or run `authority rotate --stolen` "
            "with the root key."
        )
    return None


def _load_issuer_file(authority: Authority, name: str) -> SigningKey:
    path = authority.folder / name
    if name == ISSUER and (problem := find_issuer_problem(authority)):
        raise RosterFault(problem)
    return load_key(path, password=(_find_password(authority) if is_protected(path) else b""))


def _read_certified(authority: Authority, record: AuthorityRecord) -> dict[str, str]:
    """Return the public key (JWK) that the newest certificate is about; raises RosterFault.

    After a new pair of roots was named, it is still one by a root of before.
    """
    roots = (*list_roots(authority, record), *map(from_jwk, record.former_roots))
    try:
        return read_certificate(record.certificates[0].encode(), roots).key
    except (IndexError, Rejected):
        raise RosterFault(
            f"{authority.folder / RECORD} has no certificate by a root of {authority.folder / ROOTS}: put both files "
            "back from the backup, or run `authority rotate --stolen` with the root key."
        ) from None


def _put_next_in_place(authority: Authority) -> None:
    """Let the next issuer key be the one; another process may have done so already."""
    with suppress(FileNotFoundError):
        (authority.folder / NEXT_ISSUER).replace(authority.folder / ISSUER)


def _find_password(authority: Authority) -> bytes:
    try:
        return authority.find_password() or b""
    except KeyFault as fault:
        raise RosterFault(str(fault)) from None


def load_root(path: Path, password: bytes = b"") -> SigningKey:
    """Return the private key of a root; raises RosterFault."""
    try:
        if not password and b"ENCRYPTED" in read_bounded(path, MAX_ROOT, private=True):
            raise RosterFault(f"The root key {path} has a password: name the file that contains it.")
    except FileFault as fault:
        raise RosterFault(str(fault)) from None
    return load_key(path, password=password)


def make_root(path: Path, password: bytes = b"") -> SigningKey:
    """Make a private key, or return the one that a call that was cut short has made; raises RosterFault."""
    return load_root(path, password) if path.exists() else new_key(path, password=password)


def read_profile(authority: Authority) -> TrustProfile:
    """Return the profile of the data space as people wrote it; raises RosterFault."""
    try:
        return parse_profile(read_bounded(authority.folder / PROFILE, MAX_PROFILE).decode())
    except (FileFault, ProfileRejected, UnicodeDecodeError) as fault:
        raise RosterFault(f"{authority.folder / PROFILE} cannot be used: {fault}") from None


def check_root(authority: Authority, root: SigningKey, *, recovers: bool) -> None:
    """Check that a root is the one that a ceremony is about, before anything is made; raises RosterFault.

    A rotation takes the root that is in force, for members refuse a list by one before it. What a root behind it
    certifies replaces that one for good: so only a recovery takes one of those, or goes on with it after it was cut
    short.
    """
    record = show(authority)
    roots = list_roots(authority, record)
    ranks = {key.kid: rank for rank, key in enumerate(roots)}
    rank = ranks.get(root.kid)
    if rank is None:
        raise RosterFault("The key is not a root of this authority: use the file that `authority init` made.")
    in_force = _find_rank(record, roots)
    if rank < in_force:
        raise RosterFault("This root was replaced, and members refuse what it certifies: use the one that replaced it.")
    if recovers and rank == in_force and _read_note(authority.folder / RECOVERY, "root") != root.kid:
        raise RosterFault("This is the root in use: give the spare root, or use `authority rotate`.")
    if not recovers and rank > in_force:
        raise RosterFault(
            "This is the spare root, which replaces the first one for good: give the first one, or, if that was lost "
            "or stolen, use `authority recover`."
        )


def _find_rank(record: AuthorityRecord, roots: Sequence[VerificationKey]) -> int:
    """Return the place of the root that is in force: the furthest behind that has certified the issuer key."""
    return max((rank for rank, root in enumerate(roots) if has_certified(root, record)), default=0)


def has_certified(root: VerificationKey, record: AuthorityRecord) -> bool:
    """Return whether a root has certified the issuer key in use."""
    for text in record.certificates:
        with suppress(Rejected):
            read_certificate(text.encode(), (root,))
            return True
    return False


def rotate(
    authority: Authority, roots: Sequence[SigningKey], *, now: datetime, stolen: bool = False
) -> AuthorityRecord:
    """Make a new issuer key, which `roots` certify, and return the record; raises RosterFault.

    The key of before verifies what it has signed until its last credential ends. With `stolen` it does not: all its
    credentials end at once. The first of `roots` has to be one that the members pin.
    """
    pinned = {key.kid for key in load_roots(authority)}
    if not roots or roots[0].kid not in pinned:
        raise RosterFault("The key is not a root of this authority: use the file that `authority init` made.")
    with roster.lock(authority.folder / RECORD):
        record, draft = show(authority), authority.folder / NEXT_ISSUER
        # A run that was cut short leaves a next key: it is put in place if it is certified, and is nobody's otherwise.
        with suppress(RosterFault):
            load_certified(authority)
        draft.unlink(missing_ok=True)
        key = new_key(draft, password=_find_password(authority) if is_protected(authority.folder / ISSUER) else b"")
        ends = [each.until for each in record.issued]
        moment = int(now.timestamp() * 1000)
        former = () if stolen else tuple(each for each in record.former if each.until > moment)
        if not stolen and ends:
            former = (*former, FormerKey(key=_read_certified(authority, record), until=max(ends)))
        record = _certify(msgspec.structs.replace(record, former=former), key, roots, now)
        # The record decides which of the two keys signs: a crash before it leaves the old one, after it the new one.
        _write(authority.folder, record)
        _put_next_in_place(authority)
        return record


def certify_too(record: AuthorityRecord, authority: Authority, root: SigningKey, now: datetime) -> AuthorityRecord:
    """Return the record with one certificate more of the issuer key in use, by another root; raises RosterFault."""
    made = _certify(record, load_issuer(authority), [root], now)
    return msgspec.structs.replace(made, certificates=(*record.certificates, *made.certificates)[-MAX_CERTIFICATES:])


def _certify(record: AuthorityRecord, key: SigningKey, roots: Sequence[SigningKey], now: datetime) -> AuthorityRecord:
    moment = now.astimezone(UTC).replace(microsecond=0)
    certificate = make_certificate(
        key, authority=record.did, number=record.number + 1, issued=moment, expires=moment + CERTIFIED
    )
    return msgspec.structs.replace(
        record,
        number=certificate.number,
        certificates=tuple(certify(root, certificate) for root in roots),
        certified_until=int(certificate.expires.timestamp() * 1000),
    )


def _describe_profile(did: str, *, moving: bool) -> str:
    lines = [
        "# Whose credentials count, what members show for which purpose, and what policies are told of them.",
        *(["# Members that have not joined yet are known by their keys on the list; remove this line when all have."]),
        *(["moving_over = true"] if moving else []),
        "[issuers]",
        f'"{did}" = ["MembershipCredential"]',
        "[show]",
        *(f'{purpose} = ["MembershipCredential"]' for purpose in ("catalog", "negotiation", "transfer", "search")),
        "[claims.MembershipCredential]",
        'role = "role"',
    ]
    return "\n".join(lines if moving else [line for line in lines if "joined yet" not in line]) + "\n"


def _write(folder: Path, record: AuthorityRecord) -> None:
    content = render(record)
    if len(content) > MAX_RECORD:
        raise RosterFault(f"The record of the authority would be larger than {MAX_RECORD} bytes.")
    roster.write(folder / RECORD, content, mode=0o600)


def render(value: object) -> bytes:
    """Return a value as a file that people can read."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
