"""The contract of every identity mechanism; each mechanism has a pair of participants that know each other."""

from collections.abc import Awaitable, Callable

import pytest

from connector.app.identities import MECHANISMS
from connector.identity.dcp.methods import name_key
from connector.identity.listing.profile import TrustProfile
from connector.identity.mock_token import MockTokenIdentity
from connector.identity.static_token import StaticTokenIdentity
from connector.ports.identity import Intent, Mechanism, Participant, Unauthenticated
from tests.identity.dcp.places import Places, make_mechanism
from tests.identity.lists import CITY, CITY_KEY, UTILITY, UTILITY_KEY, Board, identity


def static(own_token: str) -> StaticTokenIdentity:
    listed = [Participant(id=name, name=name, address="https://peer.example/dsp") for name in (CITY, UTILITY)]
    tokens = {CITY: "token-of-the-city", UTILITY: "token-of-the-utility"}
    return StaticTokenIdentity(development=True, own_token=own_token, participants=listed, tokens=tokens)


async def roster_pair() -> tuple[Mechanism, Mechanism]:
    board = Board()
    return await identity(board, CITY, CITY_KEY), await identity(board, UTILITY, UTILITY_KEY)


async def static_pair() -> tuple[Mechanism, Mechanism]:
    return static("token-of-the-city"), static("token-of-the-utility")


async def mock_pair() -> tuple[Mechanism, Mechanism]:
    listed = [Participant(id=name, name=name, address="https://peer.example/dsp") for name in (CITY, UTILITY)]
    city, utility = (MockTokenIdentity(development=True, id=name, participants=listed) for name in (CITY, UTILITY))
    return city, utility


async def dcp_pair() -> tuple[Mechanism, Mechanism]:
    places, board = Places(), Board()
    keys = {CITY: name_key(CITY_KEY, CITY), UTILITY: name_key(UTILITY_KEY, UTILITY)}
    for did, key in keys.items():
        places.publish(did, key)
    city, utility = [await make_mechanism(places, did, key, board, TrustProfile()) for did, key in keys.items()]
    return city, utility


PAIRS: dict[str, Callable[[], Awaitable[tuple[Mechanism, Mechanism]]]] = {
    "roster": roster_pair,
    "dcp": dcp_pair,
    "static-token": static_pair,
    "mock-token": mock_pair,
}


@pytest.fixture(params=MECHANISMS)
async def pair(request) -> tuple[Mechanism, Mechanism]:
    return await PAIRS[request.param]()


@pytest.mark.parametrize("intent", Intent)
async def test_each_knows_the_other_by_what_it_presents(pair, intent):
    city, utility = pair
    assert (await city.authenticate(await utility.issue_token(CITY, intent), intent)).participant == UTILITY
    assert (await utility.authenticate(await city.issue_token(UTILITY, intent), intent)).participant == CITY


async def test_a_single_use_token_names_its_sender_and_a_fresh_one_is_another(pair):
    city, utility = pair
    keys = [
        (await city.authenticate(await utility.issue_token(CITY, Intent.CATALOG), Intent.CATALOG)).replay_key
        for _ in range(2)
    ]
    if keys[0] is not None:
        assert keys[0].issuer == keys[1].issuer == UTILITY
        assert keys[0].jti != keys[1].jti


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic eDp5", "Bearer noise", "Bearer a b", "Bearer \udcff"]
)
async def test_anything_else_is_nobody(pair, header):
    with pytest.raises(Unauthenticated):
        await pair[0].authenticate(header, Intent.CATALOG)


async def test_a_token_without_its_scheme_is_refused(pair):
    city, utility = pair
    scheme, _, token = (await utility.issue_token(CITY, Intent.CATALOG)).partition(" ")
    if not token:
        return  # the mechanism has tokens without a scheme
    with pytest.raises(Unauthenticated):
        await city.authenticate(token, Intent.CATALOG)
    assert (await city.authenticate(f"{scheme.lower()} {token}", Intent.CATALOG)).participant == UTILITY


async def test_the_list_is_the_same_by_name_and_as_a_whole(pair):
    city, _ = pair
    assert {participant.id for participant in city.participants()} == {CITY, UTILITY}
    assert city.participant(UTILITY).address == "https://peer.example/dsp"
    assert city.participant("did:web:stranger.example") is None


async def test_a_refresh_without_news_changes_nothing_and_there_is_no_problem(pair):
    city, utility = pair
    assert (await city.refresh(), city.problem()) == (False, None)
    token = await utility.issue_token(CITY, Intent.CATALOG)
    assert (await city.authenticate(token, Intent.CATALOG)).participant == UTILITY


def test_static_tokens_are_refused_outside_development():
    with pytest.raises(ValueError, match="development"):
        StaticTokenIdentity(development=False, own_token="x", participants=[], tokens={})
    with pytest.raises(ValueError, match="not listed"):
        StaticTokenIdentity(development=True, own_token="x", participants=[], tokens={CITY: "y"})


async def test_mock_tokens_are_those_of_deployed_connectors_and_refused_outside_development():
    city, utility = await mock_pair()
    token = await city.issue_token(UTILITY, Intent.CATALOG)
    assert token == f'{{"clientId":"{CITY}","audience":"https://peer.example/dsp","region":"eu"}}'
    for spelling in (
        f'{{"region":"eu","audience":"https://peer.example/dsp","clientId":"{CITY}"}}',
        f'{{"audience":null,"clientId":"{CITY}"}}',
        f'{{ "clientId" : "{CITY}", "more": [1] }}',
    ):
        assert (await utility.authenticate(spelling, Intent.CATALOG)).participant == CITY
    strange = ["{}", "[]", '{"clientId":7}', '{"clientId":"urn:stranger"}', "{" * 5000, f"Bearer {token}"]
    for header in (*strange, f'{{"clientId":"{CITY}","x":"{"y" * 9000}"}}'):
        with pytest.raises(Unauthenticated):
            await utility.authenticate(header, Intent.CATALOG)
    with pytest.raises(ValueError, match="development"):
        MockTokenIdentity(development=False, id=CITY, participants=[])
