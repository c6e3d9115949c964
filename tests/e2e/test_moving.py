"""A data space of three that moves from keys on the list to credentials, step by step as the documents tell it."""

import hashlib
from itertools import permutations
from pathlib import Path

import pytest

from connector.authority import card as cards
from connector.authority import roster
from connector.cli.setup.plan import CARD, MEMBERS
from connector.client.frame.errors import ClientError
from connector.views.agreements import AgreementState
from connector.views.assets import AssetOrder, DataClass
from tests.e2e.live import WAIT_S, until
from tests.e2e.test_authority import CONTENT, City, living, run

pytestmark = pytest.mark.e2e

PROFILE = Path("authority") / "trust.toml"
WORDS = ("city", "firm", "other")
FOR_ALL = {"permission": [{"action": "use"}]}
Pair = tuple[str, str]
PAIRS: tuple[Pair, ...] = tuple(permutations(WORDS, 2))
"""Who provides, and who consumes."""


def add_utility(live: City) -> None:
    """Enter a third member, the utility, which answers at localhost too."""
    home = live.home("broker")
    # The last ten of the ports that were free.
    actor = live.stage.set_up("other", "Werke", port_base=live.stage.actors["city"].ports["protocol"] + 20)
    roster.add(home / MEMBERS, cards.make_member(cards.read_card(actor.directory / CARD)))
    live.reach_at_localhost()


def goes_on(live: City, pid: str) -> None:
    """Hold that a running transfer runs on, and that either side still moves it."""
    theirs = live.firm.transfers.show(pid).peer_pid or ""
    assert (live.firm.transfers.show(pid).state, live.city.transfers.show(theirs).state) == ("STARTED", "STARTED")
    live.firm.transfers.suspend(pid, reason="Pause")
    until(lambda: live.city.transfers.show(theirs).state == "SUSPENDED")
    live.firm.transfers.resume(pid)
    until(lambda: live.city.transfers.show(theirs).state == "STARTED")
    until(lambda: live.firm.transfers.show(pid).state == "STARTED")


class Trade:
    """Each of the three offers something to the others, by the identifiers that all had before anybody moved."""

    def __init__(self, live: City) -> None:
        self.live = live
        self.ids = {word: live.stage.actors[word].id for word in WORDS}
        self.offers = {word: self._offer(word) for word in WORDS}
        self.agreed: dict[Pair, list[tuple[str, str]]] = {pair: [] for pair in PAIRS}
        """The agreements of each pair with their digests, the oldest first."""

    def _offer(self, word: str) -> str:
        folder = self.live.data if word == "city" else self.live.home(word) / "offered"
        (folder / "own.csv").write_bytes(CONTENT)
        order = AssetOrder(
            title={"de": word},
            source={"kind": "file", "path": "own.csv"},
            policy=FOR_ALL,
            data_class=DataClass.OPEN,
            licence="cc-by/4.0",
        )
        assets = self.live.clients[word].assets
        return assets.publish(assets.add(order).id).id

    def goes_on(self, folder: Path) -> None:
        """Hold that every pair agrees anew, and that what any had agreed on counts, means the same and delivers."""
        # Who has not seen the newest list yet sees it within seconds.
        until(lambda: all(map(self._reads, PAIRS)))
        self._agree()
        for pair, held in self.agreed.items():
            for agreement, digest in held:
                self._counts(pair, agreement, digest)
        self._transfer(folder)

    def _reads(self, pair: Pair) -> bool:
        provider, consumer = pair
        try:
            return bool(self.live.clients[consumer].catalog.dataset(self.ids[provider], self.offers[provider]))
        except ClientError:
            return False

    def _agree(self) -> None:
        begun = {
            (provider, consumer): self.live.clients[consumer].negotiations.start(
                self.ids[provider], self.offers[provider]
            )
            for provider, consumer in PAIRS
        }
        for pair, asked in begun.items():
            found = self.live.clients[pair[1]].negotiations.wait(asked.id, timeout_s=WAIT_S)
            assert found.state == "FINALIZED", (pair, found.state, found.pending, found.ended)
            agreement = found.agreement_id or ""
            digest = self.live.clients[pair[1]].agreements.show(agreement).sha256
            self.agreed[pair].append((agreement, digest))

    def _counts(self, pair: Pair, agreement: str, digest: str) -> None:
        provider, consumer = (self.ids[word] for word in pair)
        for word, other in zip(pair, (consumer, provider), strict=True):
            found = self.live.clients[word].agreements.show(agreement)
            assert (found.state, found.counterparty, found.sha256) == (AgreementState.ACTIVE, other, digest), pair
            assert (found.policy["assigner"], found.policy["assignee"]) == (provider, consumer)

    def _transfer(self, folder: Path) -> None:
        """Transfer under the oldest agreement of each pair, and under the newest."""
        begun = [
            (pair[1], self.live.clients[pair[1]].transfers.start(agreement))
            for pair, held in self.agreed.items()
            for agreement, _ in {held[0], held[-1]}
        ]
        folder.mkdir()
        for word, asked in begun:
            transfers = self.live.clients[word].transfers
            found = transfers.wait(asked.id, timeout_s=WAIT_S)
            assert found.state == "COMPLETED", (word, found.state, found.pending, found.ended)
            saved = transfers.download(asked.id, folder / f"{asked.id.rpartition(':')[2]}.csv")
            assert saved.files[0].sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_three_members_move_over_while_all_pairs_agree_and_a_transfer_runs(tmp_path: Path) -> None:
    with living(tmp_path) as live:
        add_utility(live)
        live.start(*WORDS)
        trade = Trade(live)
        running = live.firm.transfers.start(live.agree(live.offer("counts.csv")), keep=True)
        live.firm.transfers.wait(running.id, timeout_s=30, states=["STARTED"])
        goes_on(live, running.id)
        trade.goes_on(tmp_path / "keys")

        run("authority", "init", "--settings", live.settings("broker"))
        live.start("broker")
        trade.goes_on(tmp_path / "authority")
        for word, name in (("city", "Stadt"), ("firm", "Firma"), ("other", "Werke")):
            live.join(word, live.invite(name))
            goes_on(live, running.id)
            trade.goes_on(tmp_path / f"joined-{word}")

        profile = live.home("broker") / PROFILE
        text = profile.read_text()
        assert "moving_over = true\n" in text
        profile.write_text(text.replace("moving_over = true\n", ""))
        run("authority", "publish", "--settings", live.settings("broker"))
        goes_on(live, running.id)
        trade.goes_on(tmp_path / "over")
