"""A veto keeps an offer of personal data from its release until it is lifted."""

import msgspec
import pytest

from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.usecases.offering import assets
from connector.controlplane.usecases.privacy import vetoes
from connector.ports.changes import PutAsset
from connector.ports.entities import AssetStatus, DataClass, PageBounds
from tests.contract import values
from tests.support.plane import OWNER, Desk

PERSONAL = {"status": AssetStatus.DRAFT, "data_class": DataClass.PERSONAL, "source": {"kind": "file"}}


async def test_nobody_publishes_what_has_a_veto_and_the_refusal_says_why(desk: Desk) -> None:
    publisher = desk.rooms.publisher
    await desk.store.commit([PutAsset(values.asset("urn:d", **PERSONAL), None)])
    await vetoes.veto(publisher, "urn:d", "No phone numbers.", by="p.schutz")
    with pytest.raises(NotAllowed, match="No phone numbers") as refused:
        await assets.publish(publisher, "urn:d", release=True)
    assert refused.value.code == "vetoed"
    assert "Einspruch" in refused.value.reasons["de"]
    lifted = await vetoes.lift(publisher, "urn:d", by="p.schutz")
    assert (lifted.veto, lifted.version) == (None, 3)
    assert await vetoes.lift(publisher, "urn:d", by="p.schutz") == lifted
    with pytest.raises(NotAllowed) as refused:
        await assets.publish(publisher, "urn:d", release=True)
    assert refused.value.code != "vetoed"


async def test_the_log_names_who_objected_and_not_why(desk: Desk) -> None:
    await desk.store.commit([PutAsset(values.asset("urn:d", **PERSONAL), None)])
    await vetoes.veto(desk.rooms.publisher, "urn:d", "Frau Beispiel wird genannt.", by="p.schutz")
    (leaf,), _ = await desk.store.leaves(OWNER, PageBounds(), process_id="urn:d")
    assert (leaf.kind, msgspec.json.decode(leaf.body)["fields"]["by"]) == ("asset vetoed", "p.schutz")
    assert b"Beispiel" not in leaf.body


@pytest.mark.parametrize(
    ("changed", "code"), [({"data_class": DataClass.OPEN}, "not-personal"), ({"status": "published"}, "published")]
)
async def test_a_veto_is_for_personal_data_that_is_not_published(
    desk: Desk, changed: dict[str, object], code: str
) -> None:
    asset = values.asset("urn:d", **{**PERSONAL, **changed})
    await desk.store.commit([PutAsset(msgspec.structs.replace(asset, status=AssetStatus(asset.status)), None)])
    with pytest.raises(NotAllowed) as refused:
        await vetoes.veto(desk.rooms.publisher, "urn:d", "x", by="p.schutz")
    assert refused.value.code == code


async def test_who_saw_another_version_changes_nothing(desk: Desk) -> None:
    await desk.store.commit([PutAsset(values.asset("urn:d", **PERSONAL), None)])
    with pytest.raises(NotAllowed) as refused:
        await vetoes.veto(desk.rooms.publisher, "urn:d", "x", by="p.schutz", seen=7)
    assert refused.value.code == "changed"
