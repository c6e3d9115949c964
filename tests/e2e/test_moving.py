"""A data space of three that moves from keys on the list to credentials, step by step as the documents tell it."""

from pathlib import Path

import pytest

from connector.authority import card as cards
from connector.authority import roster
from connector.cli.setup.plan import CARD, MEMBERS
from tests.e2e.live import until
from tests.e2e.test_authority import City, living, run

pytestmark = pytest.mark.e2e

PROFILE = Path("authority") / "trust.toml"


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


def test_three_members_move_over_while_agreements_and_a_transfer_run(tmp_path: Path) -> None:
    with living(tmp_path) as live:
        add_utility(live)
        live.start("city", "firm", "other")
        dataset = live.offer("counts.csv")
        first = live.agree(dataset)
        running = live.firm.transfers.start(live.agree(dataset), keep=True)
        live.firm.transfers.wait(running.id, timeout_s=30, states=["STARTED"])
        goes_on(live, running.id)

        run("authority", "init", "--settings", live.settings("broker"))
        live.start("broker")
        for word, name in (("city", "Stadt"), ("firm", "Firma")):
            live.join(word, live.invite(name))
            goes_on(live, running.id)
            live.moves(first, tmp_path / f"{word}.csv")
        # The utility has not joined yet, and is served by its key; its agreements are as valid as those of others.
        assert live.clients["other"].catalog.dataset(live.city_id, dataset)
        live.join("other", live.invite("Werke"))
        # The city reads the new list within seconds: until then it knows the utility by its key alone.
        until(lambda: live.reads(dataset, "other"))

        profile = live.home("broker") / PROFILE
        text = profile.read_text()
        assert "moving_over = true\n" in text
        profile.write_text(text.replace("moving_over = true\n", ""))
        run("authority", "publish", "--settings", live.settings("broker"))
        goes_on(live, running.id)
        live.moves(first, tmp_path / "last.csv")
        live.moves(live.agree(dataset), tmp_path / "new.csv")
