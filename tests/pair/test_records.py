"""Terms on records between two connectors: agreed by both, refused where the data does not allow them."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from connector.app.parts import load_secret
from connector.client.frame.errors import ClientError
from connector.identity.files import FileFault
from connector.settings import LimitSettings
from tests.pair.space import PURPOSE, Space, only_for, space


def atom(left: str, operator: str, right: Any) -> dict[str, Any]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


TERMS = {
    "permission": [
        {
            "action": "use",
            "constraint": [
                atom("odrl:purpose", "isA", PURPOSE),
                atom("dk:consentStatus", "isAnyOf", ["dpv:ConsentGiven", "dpv:RenewedConsentGiven"]),
            ],
        }
    ],
    "obligation": [{"action": "dk:pseudonymise", "constraint": [atom("dk:field", "eq", "street")]}],
}


@pytest.fixture
async def data_space(tmp_path: Path) -> AsyncIterator[Space]:
    async with space(tmp_path, "city", "firm") as made:
        yield made


async def test_terms_on_records_are_offered_and_agreed_by_both(data_space: Space) -> None:
    records = {"format": "csv", "fields": ["street", "cars"], "subject": "street"}
    asset = await data_space.city.offers(policy=TERMS, records=records, media_type="text/csv")
    begun = await data_space.firm.api.negotiations.start(data_space.city.id, asset.id)
    final = await data_space.firm.reaches(begun.id, "FINALIZED")
    await data_space.city.reaches((await data_space.city.other_side(final)).id, "FINALIZED")


async def test_terms_that_the_data_does_not_allow_are_refused_when_asked_for(data_space: Space) -> None:
    with pytest.raises(ClientError, match="cannot be read as records"):
        await data_space.city.offers(policy=TERMS, media_type="image/png")
    asset = await data_space.city.offers(media_type="image/png")
    other = only_for(PURPOSE, obligation=TERMS["obligation"])
    begun = await data_space.firm.api.negotiations.start(data_space.city.id, asset.id, policy=other)
    ended = await data_space.firm.api.negotiations.wait(begun.id, timeout_s=20)
    assert ended.state == "TERMINATED"
    assert "cannot be read as records" in (ended.ended.reason if ended.ended else "")


async def test_the_secret_is_made_once_and_for_its_owner_alone(data_space: Space, tmp_path: Path) -> None:
    settings = data_space.settings("city", LimitSettings())
    made = tmp_path / "city" / "store.secret"
    before = made.read_bytes()
    assert (len(before), stat.S_IMODE(made.stat().st_mode)) == (32, 0o600)
    assert load_secret(settings).person("o", "anna") == load_secret(settings).person("o", "anna")
    assert repr(load_secret(settings)) == "Secret()"
    assert made.read_bytes() == before
    made.chmod(0o644)
    with pytest.raises(FileFault, match="Other users can read"):
        load_secret(settings)
    made.chmod(0o600)
    made.write_bytes(b"short")
    with pytest.raises(ValueError, match="at least 32"):
        load_secret(settings)
