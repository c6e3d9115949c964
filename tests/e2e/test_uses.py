"""The last use that an agreement allows, between real processes: `get` has the file, also after a kill."""

import signal
from pathlib import Path

import pytest

from connector.client.frame.errors import RequestRefused
from connector.client.get import WantedOffer
from connector.views.assets import AssetOrder, DataClass
from tests.e2e.live import Live, until

pytestmark = pytest.mark.e2e

COUNT = {"leftOperand": "odrl:count", "operator": "lteq", "rightOperand": "1"}
ONCE = {"permission": [{"action": "use", "constraint": [COUNT]}]}


def offer_once(live: Live, name: str, data: bytes) -> WantedOffer:
    (live.data / name).write_bytes(data)
    order = AssetOrder(
        title={"en": name},
        source={"kind": "file", "path": name},
        policy=ONCE,
        data_class=DataClass.OPEN,
        licence="cc-by/4.0",
    )
    asset = live.city.assets.publish(live.city.assets.add(order).id)
    return WantedOffer(participant=live.city_id, dataset=asset.id)


@pytest.mark.parametrize("size", [0, 100, 5_000_000])
def test_the_only_use_is_delivered_each_time_and_a_second_one_makes_no_contract(
    live: Live, tmp_path: Path, size: int
) -> None:
    for number in range(4):
        wanted = offer_once(live, f"once-{size}-{number}.bin", bytes([number]) * size)
        got = live.firm.get(wanted, tmp_path / f"{number}.bin")
        assert (tmp_path / f"{number}.bin").read_bytes() == bytes([number]) * size
        if size:
            with pytest.raises(RequestRefused, match="uses"):
                live.firm.get(wanted, tmp_path / f"{number}-again.bin")
        made = live.firm.agreements.list(dataset=wanted.dataset).items
        assert [entry.id for entry in made] == [got.agreement]


@pytest.mark.parametrize("victim", ["city", "firm"])
def test_the_only_use_is_finished_after_a_kill(live: Live, tmp_path: Path, victim: str) -> None:
    data = b"once" * 30_000_000
    wanted = offer_once(live, f"killed-{victim}.bin", data)
    begun = live.firm.negotiations.start(wanted.participant, wanted.dataset)
    agreement = live.finalized(begun.id).agreement_id or ""
    before = live.arriving()
    transfer = live.firm.transfers.start(agreement)
    until(lambda: live.arriving() > before)
    assert live.end(victim, signal.SIGKILL) == -signal.SIGKILL
    live.start(victim)
    live.completed(transfer.id)
    got = live.firm.transfers.download(transfer.id, tmp_path / "got.bin")
    assert got.files[0].size == len(data)
