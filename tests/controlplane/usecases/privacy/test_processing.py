"""The record of processing: one line for each offer of personal data and each agreement about it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.controlplane.usecases.privacy import processing
from connector.ports.changes import PutAgreement, PutAsset
from connector.ports.entities import AssetStatus, DataClass, PageBounds
from connector.protocol.dsp.common import Role
from tests.contract import values
from tests.controlplane.agreements import LIBRARY, USE, atom, provider, within
from tests.support.plane import CITY, ME, NOW, Desk

TERMS = {
    "@type": "Agreement",
    "permission": [
        {
            **USE,
            "constraint": [atom("odrl:purpose", "isA", "dpv:AcademicResearch")],
            "duty": [{"action": "dk:pseudonymise"}],
        }
    ],
    "obligation": [{"action": "delete", "constraint": [within(30)]}],
}


async def _put(desk: Desk, dataset: str, agreements: int = 0, **changed: object) -> None:
    policy = msgspec.json.encode({**TERMS, "@type": "Offer"})
    asset = values.asset(dataset, **{"data_class": DataClass.PERSONAL, "policy": policy, **changed})
    await desk.store.commit([PutAsset(asset, None)])
    for at in range(agreements):
        parties = {"target": dataset, "assigner": ME, "assignee": CITY}
        document = msgspec.json.encode({**TERMS, **parties, "@id": f"{dataset}:{at}"})
        agreed = {"dataset": dataset, "role": Role.PROVIDER, "document": document, "agreed_at": NOW}
        await desk.store.commit([PutAgreement(values.agreement(f"{dataset}:{at}", **agreed))])


async def _read(desk: Desk, limit: int) -> list[tuple[str, str | None]]:
    evaluator, after, found = provider(desk.rooms).evaluator, None, []
    while True:
        rows, after = await processing.list_activities(evaluator, PageBounds(limit=limit, after=after))
        assert len(rows) <= limit
        found += [(one.asset.id, one.agreement.agreement.id if one.agreement else None) for one in rows]
        if after is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
async def test_each_offer_has_a_line_for_each_agreement_whatever_the_size_of_a_page(desk: Desk, limit: int) -> None:
    await _put(desk, "urn:many", 3)
    await _put(desk, "urn:draft", status=AssetStatus.DRAFT)
    await _put(desk, "urn:none")
    await _put(desk, "urn:open", 1, data_class=DataClass.OPEN)
    await _put(desk, "urn:one", 1)
    many = [("urn:many", f"urn:many:{at}") for at in (2, 1, 0)]
    assert await _read(desk, limit) == [("urn:one", "urn:one:0"), ("urn:none", None), *many]


async def test_a_line_says_purposes_deletion_with_its_deadline_and_safeguards(desk: Desk) -> None:
    await _put(desk, "urn:d", 1)
    (line,), _ = await processing.list_activities(provider(desk.rooms).evaluator, PageBounds())
    assert [purpose.rpartition("#")[2] for purpose in line.terms.purposes] == ["AcademicResearch"]
    assert "delete" in line.terms.deletion["en"][0]
    assert "löschen" in line.terms.deletion["de"][0]
    assert line.terms.delete_by is not None
    assert int(line.terms.delete_by.timestamp()) - NOW // 1000 in {30 * 86_400, 30 * 86_400 + 1}
    assert line.terms.safeguards["en"]


async def test_an_agreement_of_ours_as_a_consumer_has_no_line(desk: Desk) -> None:
    await _put(desk, "urn:d")
    await desk.store.commit([PutAgreement(values.agreement("urn:a", dataset="urn:d", role=Role.CONSUMER))])
    assert await _read(desk, 50) == [("urn:d", None)]


@given(st.text(max_size=40))
def test_terms_that_cannot_be_read_say_nothing(text: str) -> None:
    assert processing.read_terms(LIBRARY, text.encode("utf-8", "replace")) == processing.ProcessingTerms()


@pytest.mark.parametrize("after", ["x", "5", "5.", ".5", "5.x", "5.5.5"])
async def test_a_cursor_that_nobody_handed_out_is_refused(desk: Desk, after: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        await processing.list_activities(provider(desk.rooms).evaluator, PageBounds(after=after))
