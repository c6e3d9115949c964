"""A real EDC and a connector of ours: catalogue, negotiation, push, pull, suspension, resumption, end and refusal.

`make interop-edc` runs them; they need a JDK 17, Maven and its registry. Both roles, without and with a proxy that
delays every answer, 100 of 100 negotiations each.
"""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.client.frame.errors import ClientError
from connector.views.assets import AssetOrder, DataClass
from tests.e2e.live import free_base
from tests.interop.edc.around import Around, DelayingProxy
from tests.interop.edc.ours import EDC_ID, ME, Kontor, make_kontor
from tests.interop.edc.runtime import READY_S, Runtime, until

pytestmark = pytest.mark.edc

VERSIONS = os.environ.get("EDC_VERSIONS", "0.15.1 0.14.0").split()
# The delays of a proxy before each answer: none, one below and one above what both sides need for a step.
DELAYS = [float(word) for word in os.environ.get("EDC_DELAYS", "0 0.05 0.3").split()]
COUNT = int(os.environ.get("EDC_COUNT", "100"))
WAIT_S = 240.0
PURPOSE = {"leftOperand": "purpose", "operator": "eq", "rightOperand": "https://w3id.org/dpv#Marketing"}


@dataclass(frozen=True)
class Pair:
    edc: Runtime
    us: Kontor
    around: Around


@pytest.fixture(scope="module", params=[(version, delay) for version in VERSIONS for delay in DELAYS], ids=str)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    version, delay = request.param
    folder: Path = tmp_path_factory.mktemp("edc")
    ports = free_base(40)
    around = Around(ports + 35)
    proxies = []
    fronts: list[str | None] = [None, None]
    if delay:
        proxies = [DelayingProxy(ports + 36, ports + 1, delay), DelayingProxy(ports + 37, ports + 30, delay)]
        fronts = [f"http://localhost:{ports + 36}/protocol", f"http://localhost:{ports + 37}"]
    edc = Runtime(version, EDC_ID, ports, folder / "edc", public=fronts[0])
    us = make_kontor(folder / "kontor", ports + 30, edc.address, around.url, public=fronts[1])
    try:
        edc.start()
        us.start()
        around.register(edc)
        edc.offer("asset-1", f"{around.url}/source")
        edc.offer("asset-2", f"{around.url}/source", {"permission": [{"action": "use", "constraint": [PURPOSE]}]})
        publish(us, "roads")
        yield Pair(edc, us, around)
    finally:
        us.stop()
        edc.stop()
        for proxy in proxies:
            proxy.close()
        around.close()


def publish(us: Kontor, id: str, **more: Any) -> None:
    source = {"kind": "file", "path": "roads.csv"}
    us.client.assets.add(
        AssetOrder(id=id, title={"de": id}, source=source, data_class=DataClass.OPEN, licence="cc-by/4.0", **more)
    )
    us.client.assets.publish(id)


def offer_of(pair: Pair, asset: str) -> dict[str, Any]:
    """Return our offer of an asset as EDC sees it in our catalogue."""
    datasets = pair.edc.catalogue(pair.us.address, ME)["dataset"]
    (offer,) = next(dataset["hasPolicy"] for dataset in datasets if dataset["@id"] == asset)
    return {"@id": offer["@id"], "assigner": ME, "target": asset, "permission": [{"action": "use"}]}


def negotiated(pair: Pair, asset: str = "asset-1") -> tuple[str, str]:
    """Negotiate as the consumer; return the agreement as each side calls it."""
    begun = pair.us.client.negotiations.start(EDC_ID, asset)
    found = pair.us.client.negotiations.wait(begun.id, timeout_s=WAIT_S)
    assert found.state == "FINALIZED", (found.state, found.pending, found.ended)
    until(lambda: pair.edc.negotiation(found.peer_pid or "")["state"] == "FINALIZED", WAIT_S)
    return found.agreement_id or "", pair.edc.agreement_of(found.peer_pid or "")


def agreed(pair: Pair, offer: dict[str, Any]) -> str:
    """Let EDC negotiate as the consumer; return the agreement as EDC calls it."""
    begun = pair.edc.negotiate(pair.us.address, offer)
    until(lambda: pair.edc.negotiation(begun)["state"] in {"FINALIZED", "TERMINATED"}, WAIT_S)
    found = pair.edc.negotiation(begun)
    assert found["state"] == "FINALIZED", (found, [row for row in everything(pair) if row.peer_pid == begun])
    return str(found["contractAgreementId"])


def everything(pair: Pair) -> list[Any]:
    """Return all negotiations of ours."""
    rows: list[Any] = []
    after = None
    while True:
        page = pair.us.client.negotiations.list(limit=500, after=after)
        rows += page.items
        after = page.next
        if after is None:
            return rows


def test_each_reads_the_catalogue_of_the_other(pair: Pair) -> None:
    datasets = {row["@id"] for row in pair.us.client.catalog.all(EDC_ID)}
    assert datasets == {"asset-1", "asset-2"}
    assert offer_of(pair, "roads")["@id"]


def test_every_negotiation_that_we_begin_is_finalized_on_both_sides(pair: Pair) -> None:
    with ThreadPoolExecutor(10) as pool:
        agreements = list(pool.map(lambda _: negotiated(pair), range(COUNT)))
        assert len({ours for ours, _ in agreements}) == len({theirs for _, theirs in agreements}) == COUNT
        # It may agree twice, under two identifiers, and keep the first; what we hold has to be of use all the same.
        apart = [ours for ours, theirs in agreements if ours != theirs]
        assert [*pool.map(lambda agreement: arrived(pair, agreement), apart)] == ["COMPLETED"] * len(apart)


def test_every_negotiation_that_edc_begins_is_finalized_on_both_sides(pair: Pair) -> None:
    offer = offer_of(pair, "roads")
    with ThreadPoolExecutor(10) as pool:
        agreements = list(pool.map(lambda _: agreed(pair, offer), range(COUNT)))
    assert len(set(agreements)) == COUNT
    theirs = {row["@id"] for row in pair.edc.negotiations() if row.get("contractAgreementId") in agreements}

    def final() -> bool:
        # The last acknowledgement reaches us through the proxy, after EDC shows the state.
        return Counter(row.state for row in everything(pair) if row.peer_pid in theirs) == {"FINALIZED": COUNT}

    until(final, WAIT_S)


def test_we_pull_suspend_resume_and_end(pair: Pair) -> None:
    client = pair.us.client
    pair.around.content = b"street;cars\n" * 1000
    begun = client.transfers.start(negotiated(pair)[0], keep=True)
    until(lambda: delivered(pair, begun.id) == 1 or client.transfers.show(begun.id).ended, WAIT_S)
    assert client.transfers.show(begun.id).state == "STARTED", client.transfers.show(begun.id).ended
    client.transfers.suspend(begun.id, reason="pause")
    until(lambda: client.transfers.show(begun.id).state == "SUSPENDED", WAIT_S)
    theirs = client.transfers.show(begun.id).peer_pid or ""
    until(lambda: pair.edc.transfer_of(theirs)["state"] == "SUSPENDED", WAIT_S)
    pair.around.content += b"more\n"
    client.transfers.resume(begun.id)
    until(lambda: pair.edc.transfer_of(theirs)["state"] == "STARTED", WAIT_S)
    client.transfers.pull(begun.id)
    until(lambda: delivered(pair, begun.id) == 2, WAIT_S)
    client.transfers.complete(begun.id)
    until(lambda: client.transfers.show(begun.id).state == "COMPLETED", WAIT_S)
    until(lambda: pair.edc.transfer_of(theirs)["state"] in {"COMPLETED", "DEPROVISIONED"}, WAIT_S)


def delivered(pair: Pair, transfer: str) -> int:
    """Return how many deliveries of a transfer ended: 2 if the newest content is there."""
    files = list((pair.us.folder / "received").glob(f"{transfer.rpartition(':')[2]}/*"))
    content = [file.read_bytes() for file in files if file.is_file()]
    return 2 if any(b"more\n" in part for part in content) and pair.around.content in content else len(content[:1])


def test_we_let_edc_push_to_us(pair: Pair) -> None:
    assert arrived(pair, negotiated(pair)[0], push=True) == "COMPLETED"


def arrived(pair: Pair, agreement: str, *, push: bool = False) -> str:
    """Request the data of an agreement; return how that ended, with the reason if there is one."""
    begun = pair.us.client.transfers.start(agreement, push=push)
    found = pair.us.client.transfers.wait(begun.id, timeout_s=WAIT_S)
    return f"{found.state} {found.ended.reason}" if found.ended else str(found.state)


def test_edc_pulls_suspends_resumes_and_ends(pair: Pair) -> None:
    edc = pair.edc
    begun = edc.transfer(pair.us.address, agreed(pair, offer_of(pair, "roads")), f"{pair.around.url}/events")
    until(lambda: pair.around.address_of(begun), WAIT_S)
    assert pulled(pair, begun) == 200
    until(lambda: edc.transfer_of(begun)["state"] == "STARTED", WAIT_S)
    edc.step(begun, "suspend")
    until(lambda: edc.transfer_of(begun)["state"] == "SUSPENDED", WAIT_S)
    assert pulled(pair, begun) != 200
    pair.around.events.clear()
    edc.step(begun, "resume")
    until(lambda: edc.transfer_of(begun)["state"] == "STARTED", WAIT_S)
    until(lambda: pair.around.address_of(begun), WAIT_S)
    until(lambda: pulled(pair, begun) == 200, WAIT_S)
    edc.step(begun, "terminate")
    until(lambda: ours_of(pair, begun).state == "TERMINATED", WAIT_S)
    assert pulled(pair, begun) != 200


def pulled(pair: Pair, transfer: str) -> int:
    """Pull with the newest address that EDC was told of; return the status."""
    url, token = pair.around.address_of(transfer) or ("", "")
    answer = httpx.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=READY_S)
    assert answer.status_code != 200 or answer.content == b"street;cars\n" * 1000
    return answer.status_code


def ours_of(pair: Pair, theirs: str) -> Any:
    """Return our transfer for one of EDC, as soon as there is one."""
    until(lambda: theirs in {row.peer_pid for row in pair.us.client.transfers.list(limit=200).items}, WAIT_S)
    (found,) = [row for row in pair.us.client.transfers.list(limit=200).items if row.peer_pid == theirs]
    return found


def test_edc_lets_us_push_to_it(pair: Pair) -> None:
    agreement = agreed(pair, offer_of(pair, "roads"))
    store = f"{pair.around.url}/store"
    begun = pair.edc.transfer(pair.us.address, agreement, f"{pair.around.url}/events", push_to=store)
    until(lambda: ours_of(pair, begun).state == "COMPLETED", WAIT_S)
    assert pair.around.stored[-1] == b"street;cars\n" * 1000
    until(lambda: pair.edc.transfer_of(begun)["state"] in {"COMPLETED", "DEPROVISIONED"}, WAIT_S)


def test_terms_that_one_side_refuses_end_on_both_sides_with_a_reason(pair: Pair) -> None:
    with pytest.raises(ClientError):
        pair.us.client.negotiations.start(EDC_ID, "asset-3")
    offer = offer_of(pair, "roads") | {"permission": [{"action": "use", "constraint": [PURPOSE]}]}
    begun = pair.edc.negotiate(pair.us.address, offer | {"@id": "urn:no:such:offer"})
    until(lambda: pair.edc.negotiation(begun)["state"] == "TERMINATED", WAIT_S)
    assert pair.edc.negotiation(begun)["errorDetail"]
    assert [row for row in everything(pair) if row.peer_pid == begun] == []
