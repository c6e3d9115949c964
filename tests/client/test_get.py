"""The whole way in one call."""

import asyncio
import hashlib
import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.client.delivery import name_part
from connector.client.frame.errors import ClientError, FileThere, InUse, InvalidRequest, RequestRefused, StillWaiting
from connector.client.frame.flow import Progress
from connector.client.get import WantedOffer
from connector.client.target import claim_place, write_note
from connector.protocol.dsp.machines.machine import RefusedMessage
from connector.protocol.stated import StatedData
from connector.views.search import HitView
from tests.client.calls import awaited
from tests.support.plane import CITY, Desk

CSV = b"station;no2\n" + b"1;23\n" * 1000


async def play(desk: Desk, *, negotiation: str = "FINALIZED", transfer: str = "COMPLETED") -> None:
    """Play the provider: let whatever is begun reach these states, the file with it."""
    while True:
        async with desk.client() as client:
            for entry in (await client.get("/v1/negotiations")).json()["items"]:
                if entry["state"] is None:
                    if negotiation == "FINALIZED":
                        await desk.agree("urn:agreement:new")
                    reason = "the terms are not met" if negotiation == "TERMINATED" else None
                    await desk.become(entry["id"], negotiation, reason=reason, agreement_id="urn:agreement:new")
            for entry in (await client.get("/v1/transfers")).json()["items"]:
                if entry["state"] is None:
                    old = transfer == "TERMINATED" and entry["agreement_id"] != "urn:agreement:new"
                    desk.arrive(entry["sink"]["path"] + "air.csv", CSV)
                    await desk.become(
                        entry["id"], "TERMINATED" if old else "COMPLETED", reason="expired" if old else None
                    )
        await asyncio.sleep(0)


async def got(
    desk: Desk,
    tmp_path: Path,
    told: list[Progress] | None = None,
    *,
    to: str = "mine.csv",
    options: dict[str, Any] | None = None,
    **script: str,
) -> Any:
    playing = asyncio.create_task(play(desk, **script))
    try:
        async with awaited(desk) as connector:
            offer = WantedOffer(participant=CITY, dataset="urn:dataset:air")
            report = told.append if told is not None else None
            return await connector.get(
                offer, to if to.startswith("/") else str(tmp_path / to), progress=report, **options or {}
            )
    finally:
        playing.cancel()


async def test_get_goes_the_whole_way_and_tells_how_far_it_is(desk: Desk, tmp_path: Path) -> None:
    told: list[Progress] = []
    result = await got(desk, tmp_path, told)
    assert (tmp_path / "mine.csv").read_bytes() == CSV
    assert result.saved.files[0].sha256 == hashlib.sha256(CSV).hexdigest()
    assert [entry.step for entry in told if entry.step != "downloading"] == [
        "negotiating",
        "agreed",
        "transferring",
        "done",
    ]
    assert (told[-2].bytes_done, told[-2].bytes_total) == (len(CSV), len(CSV))


async def test_the_identifiers_of_a_participant_and_its_dataset_name_an_offer(desk: Desk, tmp_path: Path) -> None:
    playing = asyncio.create_task(play(desk))
    try:
        async with awaited(desk) as connector:
            result = await connector.get(CITY, "urn:dataset:air", tmp_path / "mine.csv")
            assert (result.saved.path, (tmp_path / "mine.csv").read_bytes()) == (str(tmp_path / "mine.csv"), CSV)
            with pytest.raises(InvalidRequest, match="The place is missing"):
                await connector.get(CITY, "urn:dataset:air")
    finally:
        playing.cancel()


OVER: dict[str, Any] = {
    "@type": "Agreement",
    "@id": "urn:agreement:old",
    "assigner": CITY,
    "assignee": "https://me.example",
    "target": "urn:dataset:air",
    "permission": [
        {
            "action": "use",
            "constraint": [
                {
                    "leftOperand": "odrl:dateTime",
                    "operator": "lt",
                    "rightOperand": {"@value": "2024-01-01T00:00:00Z", "@type": "xsd:dateTime"},
                }
            ],
        }
    ],
}


async def count_negotiations(desk: Desk) -> int:
    async with desk.client() as client:
        return len((await client.get("/v1/negotiations")).json()["items"])


async def test_get_uses_an_agreement_that_is_there(desk: Desk, tmp_path: Path) -> None:
    await desk.agree("urn:agreement:old")
    assert (await got(desk, tmp_path)).agreement == "urn:agreement:old"
    assert await count_negotiations(desk) == 0


def limit_uses(most: int) -> bytes:
    """Return an agreement that permits so many uses."""
    limit = {"leftOperand": "odrl:count", "operator": "lteq", "rightOperand": most}
    rule = {"action": "use", "constraint": [limit]}
    return msgspec.json.encode({**OVER, "permission": [{**OVER["permission"][0], **rule}]})


async def agree_twice(desk: Desk) -> None:
    """Agree on terms that permit ten uses, then on terms that are used up."""
    await desk.agree("urn:agreement:old", document=limit_uses(10), agreed_at=1_763_000_000_000)
    await desk.agree("urn:agreement:spent", document=limit_uses(0))


async def test_get_uses_an_older_agreement_that_permits_before_a_newer_one_that_is_used_up(
    desk: Desk, tmp_path: Path
) -> None:
    await agree_twice(desk)
    async with awaited(desk) as connector:
        states = [entry.state for entry in (await connector.agreements.list()).items]
        assert states == ["used-up", "active"]
    assert (await got(desk, tmp_path)).agreement == "urn:agreement:old"
    assert await count_negotiations(desk) == 0


async def test_what_arrived_under_an_agreement_that_is_used_up_now_is_saved_before_another_is_used(
    desk: Desk, tmp_path: Path
) -> None:
    await agree_twice(desk)
    async with awaited(desk) as connector:
        begun = await connector.transfers.start("urn:agreement:spent")
    async with desk.client() as client:
        (entry,) = (await client.get("/v1/transfers")).json()["items"]
    desk.arrive(entry["sink"]["path"] + "air.csv", CSV)
    await desk.become(begun.id, "COMPLETED")
    write_note(tmp_path / "mine.csv", f"{CITY} urn:agreement:spent", begun.id)
    result = await got(desk, tmp_path)
    assert (result.agreement, result.transfer, result.resumed) == ("urn:agreement:spent", begun.id, True)


async def test_a_note_of_a_transfer_that_failed_does_not_choose_an_agreement_that_is_used_up(
    desk: Desk, tmp_path: Path
) -> None:
    await agree_twice(desk)
    write_note(tmp_path / "mine.csv", f"{CITY} urn:agreement:spent", "urn:transfer:unknown")
    assert (await got(desk, tmp_path)).agreement == "urn:agreement:old"


async def test_a_transfer_that_was_noted_and_has_not_arrived_yet_is_begun_under_the_same_identifier(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.agree("urn:agreement:old")
    noted = f"urn:uuid:{uuid.uuid4()}"
    write_note(tmp_path / "mine.csv", f"{CITY} urn:agreement:old", noted)
    assert (await got(desk, tmp_path)).transfer == noted


async def test_a_refusal_under_an_agreement_makes_no_new_one(desk: Desk, tmp_path: Path) -> None:
    await desk.agree("urn:agreement:old")
    for _ in range(3):
        with pytest.raises(RequestRefused, match="expired"):
            await got(desk, tmp_path, transfer="TERMINATED")
    assert await count_negotiations(desk) == 0
    assert (await got(desk, tmp_path, options={"renew": True})).agreement == "urn:agreement:new"


async def test_get_negotiates_where_the_time_of_the_agreement_is_over(desk: Desk, tmp_path: Path) -> None:
    await desk.agree("urn:agreement:old", document=msgspec.json.encode(OVER), agreed_at=1_600_000_000_000)
    async with awaited(desk) as connector:
        assert (await connector.agreements.show("urn:agreement:old")).state == "expired"
    assert (await got(desk, tmp_path)).agreement == "urn:agreement:new"


async def test_a_file_that_exists_is_refused_before_anything_is_requested(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(b"mine")
    with pytest.raises(InvalidRequest, match="already exists"):
        await got(desk, tmp_path)
    assert await count_negotiations(desk) == 0


async def test_only_what_changed_is_got_under_an_agreement_whose_dataset_is_not_offered_any_more(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.agree("urn:agreement:old")
    assert (await got(desk, tmp_path)).agreement == "urn:agreement:old"
    desk.peer.datasets = []
    again = await got(desk, tmp_path, options={"if_changed": True, "overwrite": True})
    assert (again.agreement, again.resumed) == ("urn:agreement:old", False)


async def test_an_interrupted_download_is_continued_without_another_transfer(desk: Desk, tmp_path: Path) -> None:
    first = await got(desk, tmp_path)
    (tmp_path / "mine.csv").unlink()
    name_part(tmp_path / "mine.csv", first.transfer).write_bytes(CSV[:100])
    again = await got(desk, tmp_path)
    assert again.transfer == first.transfer
    assert (tmp_path / "mine.csv").read_bytes() == CSV


async def test_an_open_transfer_is_waited_for_and_none_is_begun_beside_it(desk: Desk, tmp_path: Path) -> None:
    await desk.agree("urn:agreement:old")
    async with awaited(desk) as connector:
        begun = await connector.transfers.start("urn:agreement:old")
        await desk.become(begun.id, None)
    assert (await got(desk, tmp_path)).transfer == begun.id


async def test_get_tells_why_the_provider_refuses(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(RequestRefused, match=r"ended by .+ \(https://city\.example\): the terms are not met"):
        await got(desk, tmp_path, negotiation="TERMINATED")


async def test_a_refusal_stands_with_its_reason_until_somebody_asks_again(desk: Desk, tmp_path: Path) -> None:
    for _ in range(3):
        with pytest.raises(RequestRefused, match="the terms are not met") as refused:
            await got(desk, tmp_path, negotiation="TERMINATED")
        assert refused.value.exit_code == 4
        assert await count_negotiations(desk) == 1
    with pytest.raises(RequestRefused, match="renew=True"):
        await got(desk, tmp_path)
    assert (await got(desk, tmp_path, options={"renew": True})).agreement == "urn:agreement:new"
    assert await count_negotiations(desk) == 2


async def test_a_negotiation_that_ended_without_a_decision_is_begun_again(desk: Desk, tmp_path: Path) -> None:
    async with awaited(desk) as connector:
        begun = await connector.negotiations.start(CITY, "urn:dataset:air")
    await desk.become(begun.id, "TERMINATED", reason="nobody answered", code="unreachable")
    assert (await got(desk, tmp_path)).agreement == "urn:agreement:new"


@pytest.mark.parametrize("to", ["mine.csv", "new/mine.csv", "folder/"])
async def test_two_gets_to_one_place_begin_one_transfer(desk: Desk, tmp_path: Path, to: str) -> None:
    await desk.agree("urn:agreement:old")
    path = f"{tmp_path}/{to}"
    with claim_place(path, f"{CITY}\nurn:dataset:air", StatedData()):
        with pytest.raises(InUse, match="Another process is writing"):
            await got(desk, tmp_path, to=path)
        assert await count_transfers(desk) == 0
        assert (await got(desk, tmp_path, to="other.csv")).transfer
    assert list_notes(tmp_path) == []
    assert (await got(desk, tmp_path, to=path)).transfer


async def test_data_whose_name_another_get_brings_into_the_folder_is_not_transferred(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.agree("urn:agreement:old")
    desk.peer.datasets = [{**desk.peer.datasets[0], "distribution": [{"dct:title": "air.csv"}]}]
    with claim_place(tmp_path / "new/air.csv", f"{CITY}\nurn:dataset:other", StatedData()):
        with pytest.raises(InUse, match="Another process is writing"):
            await got(desk, tmp_path, to="new/")
        assert await count_transfers(desk) == 0, "a use was spent for data that cannot be saved"
    assert (await got(desk, tmp_path, to="new/")).transfer


def list_notes(folder: Path) -> list[Path]:
    return list(folder.glob(".datenkontor*"))


async def count_transfers(desk: Desk) -> int:
    async with desk.client() as client:
        return len((await client.get("/v1/transfers")).json()["items"])


async def test_what_arrived_and_found_another_file_in_its_place_is_kept_and_saved_without_another_use(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "air.csv").write_bytes(b"mine")
    for _ in range(2):
        with pytest.raises(FileThere, match="received list") as there:
            await got(desk, tmp_path, to="")
        assert (there.value.code, (tmp_path / "air.csv").read_bytes()) == ("kept", b"mine")
    assert (await got(desk, tmp_path, to="", options={"overwrite": True})).resumed
    assert (tmp_path / "air.csv").read_bytes() == CSV
    assert await count_transfers(desk) == 1
    assert list_notes(tmp_path) == []


async def test_what_arrives_after_the_wait_is_saved_without_another_use(desk: Desk, tmp_path: Path) -> None:
    await desk.agree("urn:agreement:old")
    async with awaited(desk) as connector:
        wanted = WantedOffer(participant=CITY, dataset="urn:dataset:air")
        with pytest.raises(StillWaiting) as waiting:
            await connector.get(wanted, tmp_path / "mine.csv", timeout_s=0)
        begun = await connector.transfers.show(waiting.value.process_id)
    assert begun.sink
    desk.arrive(begun.sink["path"] + "air.csv", CSV)
    await desk.become(begun.id, "COMPLETED")
    assert (await got(desk, tmp_path)).transfer == begun.id
    assert (await got(desk, tmp_path, options={"overwrite": True})).transfer != begun.id


async def test_a_transfer_that_was_refused_leaves_nothing_behind(desk: Desk, tmp_path: Path) -> None:
    await desk.agree("urn:agreement:old")
    with pytest.raises(RequestRefused):
        await got(desk, tmp_path, transfer="TERMINATED")
    assert list_notes(tmp_path) == []


@pytest.mark.parametrize("path", ["/proc/f", "/dev/null", "{here}/file/f", "{here}/file/", "{here}/" + "n" * 300])
async def test_a_place_that_cannot_be_written_is_told_in_a_sentence_before_anything_moves(
    desk: Desk, tmp_path: Path, path: str
) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    await desk.agree("urn:agreement:old")
    with pytest.raises(ClientError, match=r"\.$"):
        await got(desk, tmp_path, to=path.replace("{here}", str(tmp_path)), options={"overwrite": True})
    assert await count_transfers(desk) == 0


async def test_get_that_waits_for_a_person_says_so_and_goes_on_later(desk: Desk, tmp_path: Path) -> None:
    async with awaited(desk) as connector:
        hit = HitView(participant=CITY, id="urn:dataset:air")
        with pytest.raises(StillWaiting) as first:
            await connector.get(hit, tmp_path / "x", timeout_s=0)
        await desk.hold(first.value.process_id, "A person looks at it.")
        with pytest.raises(StillWaiting, match="A person looks at it") as second:
            await connector.get(hit, tmp_path / "x", timeout_s=0)
    assert first.value.process_id == second.value.process_id
    assert second.value.exit_code == 6


async def test_get_ends_at_once_with_the_reason_if_a_message_of_the_provider_was_refused(
    desk: Desk, tmp_path: Path
) -> None:
    async def refuse() -> None:
        while True:
            async with desk.client() as client:
                for entry in (await client.get("/v1/negotiations")).json()["items"]:
                    if entry["refused"] is None:
                        refused = RefusedMessage("ContractAgreementMessage", "$.agreement.timestamp is not a time.", 0)
                        await desk.become(entry["id"], "REQUESTED", refused=refused)
            await asyncio.sleep(0)

    refusing = asyncio.create_task(refuse())
    try:
        async with awaited(desk) as connector:
            offer = WantedOffer(participant=CITY, dataset="urn:dataset:air")
            with pytest.raises(StillWaiting) as caught:
                await connector.get(offer, str(tmp_path / "mine.csv"))
    finally:
        refusing.cancel()
    assert caught.value.code == "message-refused"
    assert "ContractAgreementMessage" in caught.value.reason
    assert "timestamp is not a time" in caught.value.reason
    assert "person" not in caught.value.reason
    assert "timestamp" in caught.value.reasons["de"]
