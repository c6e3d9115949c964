"""A data space with an authority, as processes of their own over TLS: members join, move over, and are revoked."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from connector.authority import card as cards
from connector.authority import roster
from connector.cli.setup.moving import change_file
from connector.cli.setup.plan import KEY, LIST, MEMBERS
from connector.client.broker import BrokerClient
from connector.client.frame.errors import ClientError
from connector.views.members import InvitationOrder
from tests.e2e.live import WAIT_S, Live, environment, free_base, until
from tests.support.certificates import write_certificates

pytestmark = pytest.mark.e2e

RUN = "from connector.cli.main import run; run()"
CONTENT = b"street;cars\n" * 1000
NEVER_S = "86400"
"""How often members look for a new list: so seldom that what a test sees of one was caused by the news of it."""


def run(*words: str, fails: bool = False) -> str:
    """Run a command of the command line and return what it prints, or why it fails."""
    done = subprocess.run([sys.executable, "-c", RUN, *words], capture_output=True, text=True, timeout=60, check=False)
    assert bool(done.returncode) is fails, done.stdout + done.stderr
    return done.stderr if fails else done.stdout


class City(Live):
    """The data space of a city: a broker, the city and a firm, all reached at localhost."""

    def settings(self, word: str) -> str:
        return str(self.stage.actors[word].settings)

    def home(self, word: str) -> Path:
        return self.stage.actors[word].directory

    def reach_at_localhost(self) -> None:
        """Give everybody an address that an identifier can name, on the list too."""
        draft = json.loads((self.home("broker") / MEMBERS).read_bytes())
        for member in draft["members"]:
            member["address"] = member["address"].replace("127.0.0.1", "localhost")
        (self.home("broker") / MEMBERS).write_text(json.dumps(draft))
        for actor in self.stage.actors.values():
            url = f"https://localhost:{actor.ports['protocol']}"
            change_file(actor.settings, {"protocol": {"public_url": url}})
        self.publish_by_key()

    def publish_by_key(self) -> None:
        home = self.home("broker")
        roster.publish(home / MEMBERS, home / LIST, cards.load_key(home / KEY), now=datetime.now(UTC))

    def invite(self, name: str, *more: str) -> str:
        words = ("authority", "member", "invite", name, "--settings", self.settings("broker"), "--json", *more)
        return str(json.loads(run(*words))["link"])

    def join(self, word: str, link: str) -> None:
        """Stop a member, let it join, and start it again."""
        self.end(word, 15)
        run("join", link, str(self.home(word)))
        self.start(word)

    def reads(self, dataset: str, word: str = "firm") -> bool:
        """Whether a member is served by the city."""
        try:
            return bool(self.clients[word].catalog.dataset(self.city_id, dataset))
        except ClientError:
            return False

    def found(self) -> tuple[str, str]:
        """Found an authority, let both sides join, and agree on an offer; return its dataset and the agreement."""
        self.start("city", "firm")
        dataset = self.offer("counts.csv")
        run("authority", "init", "--settings", self.settings("broker"))
        self.start("broker")
        for word, name in (("city", "Stadt"), ("firm", "Firma")):
            self.join(word, self.invite(name))
        return dataset, self.agree(dataset)

    def holds(self, word: str) -> set[str]:
        """Return the identifiers of the credentials that a member has."""
        key = self.stage.actors[word].key
        told = json.loads(run("credential", "list", "--json", "--settings", self.settings(word), "--key", key))
        return {credential["id"] for credential in told["items"]}

    def warns(self, word: str) -> str:
        """Return what `/ready` says of the participant list."""
        port = self.stage.actors[word].ports["management"]
        told = httpx.get(f"http://127.0.0.1:{port}/ready", timeout=WAIT_S).json()["warnings"]
        return str(told.get("participant list", ""))

    def moves(self, agreement: str, to: Path) -> None:
        """Transfer under an agreement."""
        begun = self.firm.transfers.start(agreement)
        self.completed(begun.id)
        saved = self.firm.transfers.download(begun.id, to)
        assert saved.files[0].sha256 == hashlib.sha256(CONTENT).hexdigest()


@contextmanager
def living(base: Path) -> Iterator[City]:
    live, files = City(base, scheme="https"), write_certificates(base)
    (live.data / "counts.csv").write_bytes(CONTENT)
    live.reach_at_localhost()
    with environment(**files, DATENKONTOR_NET__HOSTS='["127.0.0.1:*", "localhost:*"]'):
        try:
            yield live
        finally:
            live.close()


def test_a_data_space_moves_over_member_by_member_and_keeps_its_agreements(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with living(tmp_path) as live, environment(DATENKONTOR_IDENTITY__REFRESH_SECONDS=NEVER_S):
        live.start("city", "firm")
        dataset = live.offer("counts.csv")
        first = live.agree(dataset)
        live.moves(first, tmp_path / "1.csv")

        run("authority", "init", "--settings", live.settings("broker"))
        live.start("broker")
        link = live.invite("Stadt")
        live.join("city", link)
        live.moves(first, tmp_path / "2.csv")
        live.moves(live.agree(dataset), tmp_path / "3.csv")

        live.end("firm", 15)
        assert "used already" in run("join", link, str(live.home("firm")), fails=True)
        run("join", live.invite("Firma"), str(live.home("firm")))
        live.start("firm")
        live.moves(first, tmp_path / "4.csv")
        second = live.agree(dataset)
        live.moves(second, tmp_path / "5.csv")

        begun = live.firm.transfers.start(second, keep=True)
        live.firm.transfers.wait(begun.id, timeout_s=20, states=["STARTED"])
        theirs = live.firm.transfers.show(begun.id).peer_pid or ""
        firm = f"did:web:localhost%3A{live.stage.actors['firm'].ports['protocol']}"
        asked = datetime.now(UTC)
        run("authority", "member", "revoke", firm, "--yes", "--settings", live.settings("broker"))
        # Nobody looks for the list by itself: whatever ends the flow follows from the news that the command sends.
        until(lambda: live.city.transfers.show(theirs).flow_reported == "TERMINATED")
        with capsys.disabled():
            ended = live.city.transfers.show(theirs).updated_at
            print(f"\na flow of a revoked member ended {(ended - asked).total_seconds():.2f} s after the command began")
        until(lambda: {held.standing for held in live.firm.credentials.list()} == {"revoked"})


def test_a_member_joins_by_a_link_of_the_management_api_and_is_suspended_there(tmp_path: Path) -> None:
    with living(tmp_path) as live:
        live.start("city", "firm")
        dataset = live.offer("counts.csv")
        run("authority", "init", "--settings", live.settings("broker"))
        live.start("broker")
        actor = live.stage.actors["broker"]
        with BrokerClient(f"http://127.0.0.1:{actor.ports['management']}", actor.key) as broker:
            link = broker.invite(InvitationOrder(name="Stadt")).link
            # Whoever opens the link in a browser is told what to do, and uses nothing up.
            page = httpx.get(link, verify=False, headers={"Accept-Language": "de"}, timeout=WAIT_S)
            assert (page.status_code, "datenkontor join" in page.text) == (200, True)
            live.join("city", link)
            live.join("firm", broker.invite(InvitationOrder(name="Firma")).link)
            (firm,) = [one for one in broker.list_members().items if one.name == "Firma"]
            until(lambda: live.reads(dataset))
            broker.suspend_member(firm.id, "Rechnung offen.")
            until(lambda: not live.reads(dataset))
            broker.admit_member(firm.id)
            until(lambda: live.reads(dataset))
            done = [act.act for act in broker.list_member_acts().items]
            assert done == ["admit", "suspend", "join", "invite", "join", "invite"]


def test_all_go_on_with_new_credentials_after_the_issuer_key_was_stolen(tmp_path: Path) -> None:
    with living(tmp_path) as live:
        dataset, first = live.found()
        root = live.home("broker") / "authority" / "root.pem"
        before = {word: live.holds(word) for word in ("city", "firm")}
        run("authority", "rotate", "--root", str(root), "--stolen", "--yes", "--settings", live.settings("broker"))
        until(lambda: not any(live.holds(word) & held for word, held in before.items()))
        until(lambda: live.reads(dataset))
        live.moves(first, tmp_path / "1.csv")

        live.end("broker", 15)
        run("credential", "renew", "--stopped", "--settings", live.settings("broker"))
        spare = live.home("broker") / "authority" / "spare.pem"
        run("authority", "recover", "--spare", str(spare), "--yes", "--settings", live.settings("broker"))
        live.moves(live.agree(dataset), tmp_path / "2.csv")

        vault = (live.home("broker") / "authority" / "spare.pem").rename(tmp_path / "vault.pem")
        root.unlink()
        run("authority", "renew", "--spare", str(vault), "--yes", "--settings", live.settings("broker"))
        live.moves(live.agree(dataset), tmp_path / "3.csv")


def test_a_member_that_answers_at_another_place_keeps_its_identifier_and_its_agreements(tmp_path: Path) -> None:
    with living(tmp_path) as live:
        dataset, first = live.found()
        firm = live.stage.actors["firm"]
        before = f"did:web:localhost%3A{firm.ports['protocol']}"
        live.end("firm", 15)
        firm.ports["protocol"] = free_base(1)
        url = f"https://localhost:{firm.ports['protocol']}"
        change_file(firm.settings, {"protocol": {"public_url": url, "port": firm.ports["protocol"]}})
        run("join", live.invite("Firma"), str(live.home("firm")))
        live.start("firm")
        listed = json.loads(run("authority", "member", "list", "--settings", live.settings("broker"), "--json"))[
            "items"
        ]
        (entry,) = (each for each in listed if each["id"] == f"did:web:localhost%3A{firm.ports['protocol']}")
        assert before in entry["former"]
        live.moves(first, tmp_path / "1.csv")
        live.moves(live.agree(dataset), tmp_path / "2.csv")


def test_a_member_starts_while_its_authority_is_away_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    with living(tmp_path) as live:
        _, first = live.found()
        live.end("broker", 15)
        live.end("firm", 15)
        live.start("firm")
        assert "could not be fetched" in live.warns("firm")
        assert live.firm.agreements.show(first)

        live.end("firm", 15)
        for kept in live.home("firm").glob("**/*.roster.jws"):
            kept.unlink()
        live.start("firm")
        assert "There is no participant list yet" in live.warns("firm")
        live.start("broker")
        until(lambda: not live.warns("firm"))
        live.moves(first, tmp_path / "1.csv")
