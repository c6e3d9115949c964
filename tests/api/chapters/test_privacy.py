"""Data protection over the API: the record of processing, late duties, vetoes."""

import msgspec

from connector.ports.changes import PutAgreement, PutAsset, RecordDuty
from connector.ports.entities import AssetStatus, DataClass, DutyState
from connector.protocol.dsp.common import Role
from tests.api.calls import read_code
from tests.contract import values
from tests.support.plane import CITY, ME, Desk

TERMS = {
    "@type": "Agreement", "@id": "urn:a", "target": "urn:d", "assigner": ME, "assignee": CITY,
    "permission": [{"action": "use"}], "obligation": [{"action": "delete"}],
}  # fmt: skip


async def _fill(desk: Desk) -> None:
    agreement = values.agreement(
        "urn:a", dataset="urn:d", role=Role.PROVIDER, counterparty=CITY, document=msgspec.json.encode(TERMS)
    )
    late = values.duty("obligation/0", agreement_id="urn:a", state=DutyState.VIOLATED)
    draft = values.asset("urn:draft", data_class=DataClass.PERSONAL, status=AssetStatus.DRAFT)
    asset = values.asset("urn:d", data_class=DataClass.PERSONAL)
    await desk.store.commit([PutAsset(asset, None), PutAsset(draft, None), PutAgreement(agreement), RecordDuty(late)])


async def test_the_record_of_processing_and_late_duties_are_read(desk: Desk) -> None:
    await _fill(desk)
    async with desk.client("reader") as client:
        page = (await client.get("/v1/privacy/processing")).json()
        late = (await client.get("/v1/privacy/late-duties")).json()
        assert read_code(await client.get("/v1/privacy/processing", params={"after": "x"})) == "cursor"
    (line,) = page["items"]
    assert (line["dataset"], line["recipient_name"], page["next"]) == ("urn:d", "City", None)
    assert line["deletion_in_words"]["de"] == "löschen"
    assert [(one["duty"], one["here"], one["counterparty_name"]) for one in late["items"]] == [
        ("obligation/0", False, "City")
    ]


async def test_a_veto_names_the_key_and_stops_a_publication_until_it_is_lifted(desk: Desk) -> None:
    await _fill(desk)
    async with desk.client("chief") as client:
        assert (await client.post("/v1/assets/urn:draft/veto", json={"reason": ""})).status_code == 422
        vetoed = (await client.post("/v1/assets/urn:draft/veto", json={"reason": "No."})).json()
        assert (vetoed["veto"]["by"], vetoed["veto"]["reason"]) == ("chief", "No.")
        refused = await client.post("/v1/assets/urn:draft/publish", json={"release": True})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "vetoed")
        refused = await client.post("/v1/assets/urn:d/veto", json={"reason": "No."})
        assert refused.json()["error"]["code"] == "published"
        assert (await client.post("/v1/assets/urn:draft/veto/lift")).json()["veto"] is None
    async with desk.client("reader") as reader:
        assert (await reader.post("/v1/assets/urn:draft/veto", json={"reason": "No."})).status_code == 403
