"""The requests to an OpenID provider; what its hostile answers lead to is in tests/web."""

from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.responses import Response

from connector.identity.oidc import KEPT_MS, OidcClient, OidcProvider
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.ports.login import LoginFailed, LoginSecrets
from tests.support.login import ISSUER, SECRET, CityLogin
from tests.support.transport import InProcess

NOW = 1_764_000_000_000
BACK = "https://pages.example/anmelden/zurueck"
SECRETS = LoginSecrets(state="s", nonce="n", verifier="v" * 43)


class Reached:
    """A provider, what it answers, and a clock."""

    def __init__(self, client: OidcClient) -> None:
        self.city, self.wire, self.now = CityLogin(NOW / 1000), InProcess(), NOW
        self.wire.apps["https://login.city.example:443"] = self.city.app
        http = GuardedClient(net_policy(), self.wire)
        self.provider = OidcProvider(http, client, lambda: self.now, "realm_access.roles")


@pytest.fixture
def reached() -> Reached:
    return Reached(OidcClient(issuer=ISSUER, id="datenkontor", secret=SECRET))


async def test_a_request_has_what_the_standards_demand_and_keeps_the_query_of_the_endpoint(reached: Reached) -> None:
    address = await reached.provider.make_address(SECRETS, BACK)
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert query == {
        "ui": "de", "client_id": "datenkontor", "response_type": "code", "scope": "openid profile email",
        "redirect_uri": BACK, "state": "s", "nonce": "n", "code_challenge_method": "S256",
        "code_challenge": "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM",
    }  # fmt: skip
    assert SECRETS.verifier not in address


async def test_metadata_are_read_again_after_an_hour(reached: Reached) -> None:
    for step in (0, KEPT_MS - 1, 1):
        reached.now += step
        await reached.provider.read_metadata()
    assert len(reached.city.asked) == 2


async def test_a_public_client_sends_its_name_and_no_secret() -> None:
    reached = Reached(OidcClient(issuer=ISSUER, id="datenkontor"))
    reached.city.answers["/token"] = lambda: Response("", 400)
    with pytest.raises(LoginFailed):
        await reached.provider.redeem("c", SECRETS, BACK, ISSUER)
    sent = reached.wire.sent[-1]
    assert "authorization" not in sent.headers
    form = parse_qs(sent.content.decode())
    assert (form["client_id"], form["code_verifier"]) == (["datenkontor"], [SECRETS.verifier])
    assert "client_secret" not in form


async def test_a_secret_is_in_the_form_where_the_provider_takes_no_other_way(reached: Reached) -> None:
    reached.city.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    reached.city.answers["/token"] = lambda: Response("", 400)
    with pytest.raises(LoginFailed):
        await reached.provider.redeem("c", SECRETS, BACK, ISSUER)
    assert parse_qs(reached.wire.sent[-1].content.decode())["client_secret"] == [SECRET]


async def test_no_secret_is_in_an_error_or_in_the_client_as_text(reached: Reached) -> None:
    with pytest.raises(LoginFailed) as failed:
        await reached.provider.redeem("c", SECRETS, BACK, ISSUER)
    assert SECRET not in f"{failed.value}{OidcClient(issuer=ISSUER, id='x', secret=SECRET)!r}"


@pytest.mark.parametrize("code", ["", "x" * 5000])
async def test_a_code_of_an_unusual_length_is_not_sent(reached: Reached, code: str) -> None:
    with pytest.raises(LoginFailed):
        await reached.provider.redeem(code, SECRETS, BACK, ISSUER)
    assert "/token" not in reached.city.asked


async def test_without_an_end_or_without_an_answer_nobody_is_led_anywhere(reached: Reached) -> None:
    del reached.city.metadata["end_session_endpoint"]
    assert await reached.provider.make_end_address("hint", BACK) is None
    reached.now += KEPT_MS
    reached.wire.down.add("https://login.city.example:443")
    assert await reached.provider.make_end_address("hint", BACK) is None
