"""A member changes its key while negotiations run: the list has both, its document too, and then the old one ends."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.authority import roster
from connector.authority.asking import JoinRequest, write_request
from connector.authority.card import card
from connector.authority.joining import join
from connector.authority.rekeying import write_change
from connector.client.frame.errors import ClientError
from connector.identity.keys import SigningKey, generate, load_private, save_private
from connector.protocol.dcp.document import DidDocument
from tests.pair.authorities import City
from tests.pair.space import SOON, begin, participant

FIRM = participant("firm")


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    made = City(tmp_path / "city", "city", "firm")
    await made.open()
    yield made
    await made.close()


async def ask(city: City, key: SigningKey, successor: SigningKey | None = None, dropped: tuple[str, ...] = ()) -> None:
    """Let the authority change the keys of the firm, as `key rotate` and `key revoke` do."""

    async def resolve(_: str) -> DidDocument:
        raise AssertionError("a listed key needs no document")

    own = card(key, id=FIRM, name="Firm", address=None)
    request = write_change(
        JoinRequest(authority=city.did, card=own, at=city.now()), successor=successor, dropped=dropped
    )
    await join(city.authority, write_request(key, request), resolve, city.now())


async def restart(city: City, key: SigningKey, *former: Path) -> None:
    """Start the firm again with another key, and with former ones in its document."""
    await city.leave("firm")
    path = city.base / "firm" / "key.pem"
    path.rename(city.base / "firm" / "former.pem") if former and not former[0].exists() else path.unlink()
    save_private(path, key)
    city.identity = {"mechanism": "dcp", "former_keys": former}
    begin(await city.join("firm", SOON))
    city.identity = {"mechanism": "dcp"}


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
async def test_negotiations_go_on_while_a_key_takes_the_place_of_another(city: City, algorithm: str) -> None:
    old, new = load_private(city.base / "firm" / "key.pem"), generate(algorithm)
    asset = await city.city.offers()
    running = [await city.firm.api.negotiations.start(city.city.id, asset.id) for _ in range(3)]
    await ask(city, old, new)
    running += [await city.firm.api.negotiations.start(city.city.id, asset.id) for _ in range(2)]
    former = city.base / "firm" / "former.pem"
    await restart(city, new, former)
    running.append(await city.firm.api.negotiations.start(city.city.id, asset.id))
    for each in running:
        await city.firm.reaches(each.id, "FINALIZED")

    await ask(city, new, dropped=(old.kid,))
    await city.refresh()
    entry = next(each for each in roster.show(city.authority.members).members if each.id == FIRM)
    assert [jwk["kid"] for jwk in entry.keys] == [new.kid]
    last = await city.firm.api.negotiations.start(city.city.id, asset.id)
    await city.firm.reaches(last.id, "FINALIZED")
    await restart(city, old)
    with pytest.raises(ClientError):
        await city.firm.api.catalog.dataset(city.city.id, asset.id)
