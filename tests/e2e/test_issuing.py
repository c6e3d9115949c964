"""An issuer, a holder and a verifier, as processes of their own, over TLS: requested, shown, ended, and a crash."""

import signal
from pathlib import Path

import pytest

from connector.authority import card as cards
from connector.authority import roster
from connector.authority.profile import publish_profile
from connector.cli.setup.plan import CARD, KEY, MEMBERS
from connector.client.frame.errors import ClientError
from connector.views.credentials import IssuanceState
from tests.e2e.live import Live, environment, until
from tests.e2e.test_credentials import name_members, publish, start
from tests.support.certificates import write_certificates

pytestmark = pytest.mark.e2e

WORDS = ("issuer", "city", "firm")
PROFILE = """
[issuers]
"{issuer}" = ["MembershipCredential", "UtilityCredential"]
[show]
catalog = ["MembershipCredential"]
"""
ISSUED = """[
    {type = "MembershipCredential", claims = ["name"]}, {type = "UtilityCredential", role = "utility"}
]"""
SETTINGS = {"issuer": {"ISSUER__CREDENTIALS": ISSUED}}


def join(live: Live) -> Path:
    """Let an issuer join, give everybody an identifier of did:web, and return the signed profile."""
    home = live.stage.actors["broker"].directory
    # The last ten of the ports that were free.
    actor = live.stage.set_up("issuer", "Aussteller", port_base=live.stage.actors["city"].ports["protocol"] + 20)
    roster.add(home / MEMBERS, cards.make_member(cards.read_card(actor.directory / CARD)))
    name_members(live, WORDS)
    text, profile = home / "trust.toml", home / "profile.jws"
    text.write_text(PROFILE.format(issuer=live.stage.actors["issuer"].id))
    publish_profile(text, profile, cards.load_key(home / KEY))
    return profile


def is_served(live: Live, dataset: str) -> bool:
    """Return whether the city shows the firm a dataset, after it has read a new list of members."""
    publish(live)
    before = live.log("city").count("participant list version")
    live.stage.processes["city"].send_signal(signal.SIGHUP)
    until(lambda: live.log("city").count("participant list version") > before)
    try:
        return bool(live.firm.catalog.dataset(live.city_id, dataset))
    except ClientError:
        return False


def test_credentials_are_requested_shown_ended_and_survive_a_crash_of_the_issuer(tmp_path: Path) -> None:
    live, files = Live(tmp_path, scheme="https"), write_certificates(tmp_path)
    (live.data / "counts.csv").write_bytes(b"street;cars\n")
    profile = join(live)
    did = live.stage.actors["issuer"].id
    with environment(**files, DATENKONTOR_NET__HOSTS='["127.0.0.1:*", "localhost:*"]'):
        try:
            start(live, profile, WORDS, SETTINGS)
            issuer = live.clients["issuer"]
            for word in ("city", "firm"):
                asked = live.clients[word].credentials.request(did, ["MembershipCredential"])
                answered = live.clients[word].credentials.wait(asked.id, timeout_s=30)
                assert answered.state is IssuanceState.ISSUED, answered
            dataset = live.offer("counts.csv")
            assert is_served(live, dataset)
            (credential,) = issuer.issuing.list(holder=live.stage.actors["firm"].id).items
            issuer.issuing.suspend(credential.id)
            assert not is_served(live, dataset)
            issuer.issuing.reinstate(credential.id)
            assert is_served(live, dataset)
            issuer.issuing.revoke(credential.id)
            assert not is_served(live, dataset)

            asked = live.firm.credentials.request(did, ["UtilityCredential"])
            until(lambda: issuer.issuing.requests(state="received").items)
            live.kill("firm")
            (waiting,) = issuer.issuing.requests(state="received").items
            issuer.issuing.approve(waiting.id)
            until(lambda: issuer.issuing.request(waiting.id).attempts)
            (made,) = [row for row in issuer.issuing.list().items if row.type == "UtilityCredential"]
            live.kill("issuer")
            start(live, profile, ("issuer", "firm"), SETTINGS)
            assert live.firm.credentials.wait(asked.id, timeout_s=60).state is IssuanceState.ISSUED
            held = [held.id for held in live.firm.credentials.list() if held.types == ("UtilityCredential",)]
            issued = [row.id for row in live.clients["issuer"].issuing.list().items if row.type == "UtilityCredential"]
            assert held == issued == [made.id]
        finally:
            live.close()
