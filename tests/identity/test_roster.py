import asyncio
from datetime import timedelta
from errno import ENOSPC
from os import strerror

import msgspec
import pytest

from connector.identity.keys import generate, public_jwk
from connector.identity.listing.sources import MAX_DOCUMENT, RosterRejected, file_source, url_source
from connector.identity.roster import LOOK_AGAIN_MS, MAX_MEMBERS, AcceptedRoster, Member, read_roster
from connector.identity.tokens import issue
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.transport import HttpCall
from connector.ports.identity import AuthenticationUnavailable, Intent, ListInUse, Unauthenticated
from tests.identity.lists import (
    CITY,
    CITY_KEY,
    MEMBERS,
    NOW,
    NOW_MS,
    NOW_S,
    OPERATOR,
    OTHER_KEY,
    UTILITY,
    UTILITY_KEY,
    Board,
    document,
    identity,
    member,
    signed,
    twice,
)


def read(content: bytes, seen: AcceptedRoster | None = None, now_ms: int = NOW_MS):
    return read_roster(content, operator=[OPERATOR.verification], now_ms=now_ms, seen=seen)


def test_a_signed_list_names_its_members_and_what_to_remember():
    roster = read(signed(document(4)) + b"\n")
    assert roster.participants[UTILITY].claims == {"role": ("utility",)}
    assert roster.seen.version == 4
    assert read(signed(document(4)), roster.seen).seen == roster.seen
    assert read(signed(document(5)), roster.seen).seen.version == 5


def test_a_list_that_is_not_the_operators_is_refused():
    good = signed(document())
    for content in (
        signed(document(), OTHER_KEY),
        signed(document(), kind="JWT"),
        good[:-10] + b"AAAAAAAAAA",
        good.replace(b".", b"..", 1),
        b"",
        b"\xff" * 20,
        msgspec.json.encode(document()),
    ):
        with pytest.raises(RosterRejected, match="refused"):
            read(content)


@pytest.mark.parametrize("name", ["version", "members", "issuer"])
def test_a_list_with_a_member_of_its_json_twice_is_refused(name: str):
    content = msgspec.json.encode(document())
    with pytest.raises(RosterRejected, match="member twice"):
        read(signed(twice(content, name)))
    assert read(signed(b" " + content)).seen.version == 1


def test_time_and_version_only_move_forward():
    seen = read(signed(document(4))).seen
    other = signed(document(4, MEMBERS[:1]))
    with pytest.raises(RosterRejected, match="older than 4"):
        read(signed(document(3)), seen)
    with pytest.raises(RosterRejected, match="two participant lists"):
        read(other, seen)
    with pytest.raises(RosterRejected, match="expired"):
        read(signed(document(5)), seen, NOW_MS + 86_400_000)
    with pytest.raises(RosterRejected, match="future"):
        read(signed(document(5, issued=NOW + timedelta(minutes=1))), seen)


def test_a_list_of_another_form_is_refused():
    plain = msgspec.to_builtins(document())
    someone = {"id": "x", "name": "X"}
    weak = {"kty": "oct", "k": "c2VjcmV0"}
    for change in (
        {"version": 0},
        {"version": "1"},
        {"expires": "2030-01-01T00:00:00"},
        {"surprise": 1},
        {"issuer": ""},
        {"members": [someone, someone]},
        {"members": [{**someone, "id": "a b"}]},
        {"members": [{**someone, "name": ""}]},
        {"members": [{**someone, "address": "https://user@x.example/"}]},
        {"members": [{**someone, "keys": [weak]}]},
        {"members": [{**someone, "keys": [public_jwk(OTHER_KEY)] * 9}]},
        {"members": [{**someone, "id": name, "keys": [public_jwk(OTHER_KEY)]} for name in ("x", "y")]},
        {"members": [{**someone, "id": str(number)} for number in range(MAX_MEMBERS + 1)]},
    ):
        with pytest.raises(RosterRejected):
            read(signed({**plain, **change}))
    for payload in (b"[]", b"\xff", b"[" * 100_000, b""):
        with pytest.raises(RosterRejected):
            read(signed(payload))
    with pytest.raises(RosterRejected, match="longer than"):
        read(b"x" * (MAX_DOCUMENT + 1))


async def authenticated(board: Board, token: str, now_ms: int = NOW_MS):
    city = await identity(board, CITY, CITY_KEY, now_ms=now_ms)
    return await city.authenticate(f"Bearer {token}", Intent.NEGOTIATION)


def token(key=UTILITY_KEY, issuer: str = UTILITY) -> str:
    return issue(key, issuer=issuer, audience=CITY, jti="j1", now_s=NOW_S)


async def test_a_caller_comes_with_claims_evidence_and_what_makes_its_token_single_use():
    caller = await authenticated(Board(), token())
    assert caller.participant == UTILITY
    assert caller.claims == {"role": ("utility",)}
    assert caller.evidence["roster_version"] == 1
    assert caller.evidence["kid"] == UTILITY_KEY.kid
    key = caller.replay_key
    assert (key.owner, key.issuer, key.jti) == ("default", UTILITY, "j1")
    assert key.expires_at >= (NOW_S + 120 + 30) * 1000


async def test_strangers_and_members_under_another_name_are_refused():
    with pytest.raises(Unauthenticated, match="member"):
        await authenticated(Board(), token(OTHER_KEY, "did:web:stranger.example"))
    with pytest.raises(Unauthenticated, match="key"):
        await authenticated(Board(), token(UTILITY_KEY, CITY))


async def test_a_key_is_rotated_by_overlap_and_a_removed_one_is_void_at_once():
    new = generate()
    board = Board()
    city = await identity(board, CITY, CITY_KEY)
    header = f"Bearer {token(new)}"
    board.content = signed(document(2, (MEMBERS[0], member(UTILITY, UTILITY_KEY, new))))
    assert await city.refresh()
    assert city.roster.seen.version == 2
    assert (await city.authenticate(header, Intent.CATALOG)).evidence["roster_version"] == 2
    assert (await city.authenticate(f"Bearer {token()}", Intent.CATALOG)).participant == UTILITY
    board.content = signed(document(3, (MEMBERS[0], member(UTILITY, new))))
    await city.refresh()
    with pytest.raises(Unauthenticated, match="key"):
        await city.authenticate(f"Bearer {token()}", Intent.CATALOG)


async def test_a_caller_of_a_list_published_a_moment_ago_is_authenticated():
    board = Board()
    newcomer, key = "did:web:newcomer.example", generate()
    city = await identity(board, CITY, CITY_KEY)
    board.content = signed(document(2, (*MEMBERS, member(newcomer, key))))
    header = f"Bearer {token(key, newcomer)}"
    callers = await asyncio.gather(*(city.authenticate(header, Intent.SEARCH) for _ in range(5)))
    assert [caller.participant for caller in callers] == [newcomer] * 5
    assert board.reads == 2


async def test_strangers_cause_one_look_at_the_list_in_a_while_and_bad_tokens_none():
    clock = [NOW_MS]
    board = Board()
    city = await identity(board, CITY, CITY_KEY)
    city._clock = lambda: clock[0]
    stranger = issue(OTHER_KEY, issuer="did:web:stranger.example", audience=CITY, jti="j", now_s=NOW_S, lifetime_s=90)
    for _ in range(50):
        with pytest.raises(Unauthenticated, match="member"):
            await city.authenticate(f"Bearer {stranger}", Intent.SEARCH)
    assert board.reads == 2
    clock[0] += LOOK_AGAIN_MS
    with pytest.raises(Unauthenticated, match="member"):
        await city.authenticate(f"Bearer {stranger}", Intent.SEARCH)
    elsewhere = issue(UTILITY_KEY, issuer=UTILITY, audience="did:web:elsewhere.example", jti="j", now_s=NOW_S)
    clock[0] += LOOK_AGAIN_MS
    with pytest.raises(Unauthenticated, match="audience"):
        await city.authenticate(f"Bearer {elsewhere}", Intent.SEARCH)
    assert board.reads == 3


async def test_a_clock_that_was_set_back_keeps_no_newcomer_waiting():
    clock, board, newcomer, key = [NOW_MS], Board(), "did:web:neu.example", generate()
    city = await identity(board, CITY, CITY_KEY)
    city._clock = lambda: clock[0]
    assert not await city.look_again(city.roster)
    clock[0] -= 3_000_000
    board.content = signed(document(2, [*MEMBERS, member(newcomer, key)]))
    caller = await city.authenticate(
        f"Bearer {issue(key, issuer=newcomer, audience=CITY, jti='j', now_s=clock[0] // 1000)}", Intent.SEARCH
    )
    assert caller.participant == newcomer


async def test_a_bad_list_leaves_the_one_in_use_and_an_unchanged_one_changes_nothing():
    board = Board(signed(document(2)))
    remembered = []
    city = await identity(board, CITY, CITY_KEY, remember=remembered.append)
    assert await city.refresh() is False
    for content in (signed(document(1)), signed(document(3), OTHER_KEY), b"gone"):
        board.content = content
        with pytest.raises(RosterRejected):
            await city.refresh()
    assert city.roster.seen.version == 2
    assert remembered == [city.roster.seen]
    assert (await city.authenticate(f"Bearer {token()}", Intent.CATALOG)).participant == UTILITY


async def test_a_list_that_cannot_be_stored_is_in_use_and_stored_once_there_is_room():
    board, full, stored = Board(), [True], []

    def remember(seen):
        if full:
            raise OSError(ENOSPC, strerror(ENOSPC), "store.roster.json")
        stored.append(seen.version)

    city = await identity(board, CITY, CITY_KEY, remember=remember)
    board.content = signed(document(2))
    assert await city.refresh()
    assert (city.roster.seen.version, stored) == (2, [])
    assert "store.roster.json cannot be written (No space left on device)" in city.warning()
    board.content = signed(document(3))
    assert await city.look_again(city.roster)
    full.clear()
    assert await city.refresh() is False
    assert stored == [3]
    assert "cannot be written" not in str(city.warning())
    await city.refresh()
    assert stored == [3]


async def test_what_was_remembered_keeps_an_old_list_out_after_a_restart():
    seen = read(signed(document(7))).seen
    with pytest.raises(RosterRejected, match="older"):
        await identity(Board(signed(document(6))), CITY, CITY_KEY, seen=seen)


async def test_nobody_is_let_in_once_the_list_has_expired_or_before_there_is_one():
    clock = [NOW_MS]
    city = await identity(Board(), CITY, CITY_KEY)
    city._clock = lambda: clock[0]
    clock[0] += 86_400_000
    with pytest.raises(AuthenticationUnavailable, match="expired"):
        await city.authenticate(f"Bearer {token()}", Intent.ENDING)
    with pytest.raises(Unauthenticated):
        await city.authenticate(None, Intent.ENDING)
    city._roster = None
    assert (city.participant(UTILITY), city.participants()) == (None, ())
    with pytest.raises(AuthenticationUnavailable, match="missing"):
        await city.authenticate(f"Bearer {token()}", Intent.ENDING)


async def test_the_list_is_read_from_a_file(tmp_path):
    source = file_source(tmp_path / "roster.jws")
    with pytest.raises(RosterRejected, match="cannot be read"):
        await source()
    (tmp_path / "roster.jws").write_bytes(signed(document()))
    assert read(await source()).seen.version == 1


class Canned:
    """A transport with one answer."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.headers: dict[str, str] = {}
        self._pieces = [body, b""]

    async def send(self, call: HttpCall) -> "Canned":
        return self

    async def chunk(self) -> bytes:
        return self._pieces.pop(0)

    def close(self) -> None:
        self._pieces.clear()


async def test_the_list_is_fetched_through_the_guarded_client():
    url = "https://operator.example/roster.jws"
    client = GuardedClient(net_policy(), Canned(200, signed(document(9))))
    assert read(await url_source(client, url)()).seen.version == 9
    with pytest.raises(RosterRejected, match="status 404"):
        await url_source(GuardedClient(net_policy(), Canned(404, b"")), url)()
    with pytest.raises(RosterRejected, match="fetched"):
        await url_source(client, "http://operator.example/")()


async def test_a_clock_that_differs_from_that_where_the_list_is_is_noted_at_each_look():
    canned, now, noted = Canned(200, b"x"), [1796202000_000], list[float]()
    client = GuardedClient(net_policy(), canned)
    canned.headers = {"date": "Wed, 02 Dec 2026 07:00:00 GMT"}
    look = url_source(client, "https://operator.example/", clock=lambda: now[0], note_ahead=noted.append)
    await look()
    now[0] -= 7200_000
    canned._pieces = [b"x", b""]
    await look()
    assert noted == [7200.0, 0.0]


def test_a_member_needs_no_address_and_no_key():
    assert read(signed(document(1, (Member(id="x", name="X"),)))).participants["x"].roles == ("participant",)


async def test_the_first_list_may_have_expired_but_lets_nobody_in_and_a_later_one_may_not():
    board = Board()
    city = await identity(board, CITY, CITY_KEY, now_ms=NOW_MS + 86_400_000)
    assert city.participant(UTILITY) is not None
    assert "expired" in (city.problem() or "")
    with pytest.raises(AuthenticationUnavailable):
        await city.authenticate(f"Bearer {token()}", Intent.ENDING)
    with pytest.raises(RosterRejected, match="expired"):
        await city.refresh()
    with pytest.raises(RosterRejected, match="older"):
        await identity(Board(), CITY, CITY_KEY, now_ms=NOW_MS + 86_400_000, seen=read(signed(document(7))).seen)


async def test_a_list_that_expires_in_a_few_days_is_warned_of():
    clock = [NOW_MS]
    city = await identity(Board(signed(document(expires=NOW + timedelta(days=30)))), CITY, CITY_KEY)
    city._clock = lambda: clock[0]
    assert city.warning() is None
    listed = ListInUse(version=1, expires_at=NOW_MS + 30 * 86_400_000, key=CITY_KEY.kid)
    assert city.list_in_use() == listed
    clock[0] += 26 * 86_400_000
    assert "expires on" in city.warning()
    assert city.problem() is None
    clock[0] += 5 * 86_400_000
    assert (city.warning(), "has expired" in city.problem()) == (None, True)


async def test_a_process_whose_key_is_not_in_the_list_says_so_whatever_is_in_its_file():
    city = await identity(Board(), CITY, OTHER_KEY)
    assert (city.problem(), OTHER_KEY.kid in city.warning(), "restart" in city.warning()) == (None, True, True)
    assert (city.list_in_use().key, city.list_in_use().has_key) == (OTHER_KEY.kid, False)
    stranger = await identity(Board(), "urn:participant:nobody", CITY_KEY)
    assert (CITY_KEY.kid in stranger.warning(), stranger.list_in_use().has_key) == (True, False)
