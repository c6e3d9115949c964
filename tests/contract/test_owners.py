"""What every store does when an owner leaves: all its rows are gone, and those of others stay."""

from connector.ports.changes import AppendLeaf, ForgetOwner, PutAsset, PutPlane, UseReplayKey
from connector.ports.entities import PageBounds, Plane, ReplayKey
from connector.ports.store import Store
from tests.contract.values import OWNER, asset, leaf

PAGE = PageBounds(limit=9)


async def test_the_rows_of_an_owner_are_forgotten_together(store: Store) -> None:
    for owner in (OWNER, "x"):
        await store.commit(
            [
                PutAsset(asset("urn:a", owner=owner), None),
                PutPlane(Plane(owner=owner, id="urn:plane", endpoint="https://b.example", keys=b"{}")),
                UseReplayKey(ReplayKey(owner=owner, issuer="i", jti="j", expires_at=2**50)),
                AppendLeaf(leaf(f"urn:leaf:{owner}", owner=owner)),
            ]
        )
    # What was read before is not remembered.
    assert (await store.assets("x", PAGE))[0]
    await store.commit([ForgetOwner("x"), ForgetOwner("nobody")])
    for owner, count in ((OWNER, 1), ("x", 0)):
        assert len((await store.assets(owner, PAGE))[0]) == count
        assert len(await store.planes(owner)) == await store.leaf_count(owner) == count
    await store.commit([UseReplayKey(ReplayKey(owner="x", issuer="i", jti="j", expires_at=2**50))])
