"""What changes while real peers have agreements: the keys of either side, and the credentials that they rely on."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from connector.identity.keys import generate, save_private
from connector.views.assets import AssetOrder, DataClass
from tests.e2e.live import free_base
from tests.interop.edc.around import Around
from tests.interop.edc.runtime import READY_S, until
from tests.interop.peers.acts import WAIT_S, negotiate_ours, negotiate_theirs, read_ours
from tests.interop.peers.hub import DOCUMENT_MS
from tests.interop.peers.space import HERS, Space, sign_list

pytestmark = pytest.mark.peers

ROADS = b"street;cars\n" * 1000


@pytest.fixture
def around() -> Iterator[Around]:
    """What stands beside EDC: it is told where to pull."""
    made = Around(free_base(2))
    yield made
    made.close()


def test_a_catalogue_shows_edc_what_its_role_admits(space: Space) -> None:
    for role in ("planner", "auditor"):
        limit = {"leftOperand": "dk:role", "operator": "eq", "rightOperand": role}
        order = AssetOrder(
            id=f"for-{role}",
            title={"de": "x"},
            source={"kind": "file", "path": "roads.csv"},
            data_class=DataClass.OPEN,
            licence="cc-by/4.0",
            access={"permission": [{"action": "use", "constraint": [limit]}]},
        )
        space.us.client.assets.add(order)
        space.us.client.assets.publish(order.id or "")
    assert read_ours(space) == {"roads", "for-planner"}


def test_both_sides_change_to_another_kind_of_key_while_a_transfer_runs(space: Space, around: Around) -> None:
    begun = start(space, around, negotiate_theirs(space))
    assert pulled(space, around, begun) == 200

    space.hub.rotate(space.anna, "key-2")
    assert sign_by(space) == "Ed25519"
    space.edc.step(begun, "suspend")
    until(lambda: ours_of(space, begun).state == "SUSPENDED", WAIT_S)
    assert pulled(space, around, begun) != 200
    negotiate_theirs(space)
    negotiate_ours(space)

    # EDC looks for no key that a document in its memory lacks: ours is there before it signs.
    next_key, former = space.us.folder / "next.pem", space.us.folder / "former.pem"
    save_private(next_key, generate("EdDSA"))
    name_other_key(space, next_key)
    known = time.monotonic() + 1.2 * DOCUMENT_MS / 1000
    until(lambda: time.monotonic() > known, WAIT_S)
    read_ours(space)
    key = space.us.folder / "key.pem"
    key.rename(former)
    next_key.rename(key)
    name_other_key(space, former)
    negotiate_theirs(space)
    negotiate_ours(space)
    around.events.clear()
    space.edc.step(begun, "resume")
    until(lambda: around.address_of(begun), WAIT_S)
    until(lambda: pulled(space, around, begun) == 200, WAIT_S)
    space.edc.step(begun, "terminate")
    until(lambda: ours_of(space, begun).state == "TERMINATED", WAIT_S)


def sign_by(space: Space) -> str:
    """Return the algorithm of a token of the hub."""
    return str(jwt.get_unverified_header(space.hub.issue_token(space.anna, space.us.id))["alg"])


def name_other_key(space: Space, path: Path) -> None:
    """Start us anew with a key in our document that does not sign."""
    space.us.halt()
    settings = space.us.folder / "settings.toml"
    lines = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith("former_keys")]
    lines.insert(lines.index("[identity]") + 1, f'former_keys = ["{path}"]')
    settings.write_text("\n".join(lines), "utf-8")
    space.us.start()


def test_a_revocation_in_the_middle_of_a_transfer_ends_it_on_both_sides(space: Space, around: Around) -> None:
    begun = start(space, around, negotiate_theirs(space))
    assert pulled(space, around, begun) == 200
    space.issuer.ended.add(HERS)
    try:
        # A new version of the participant list is what makes everybody look at the lists of credentials at once.
        sign_list(space.us.folder, space.members, 2)
        until(lambda: pulled(space, around, begun) != 200, WAIT_S)
        until(lambda: ours_of(space, begun).state in {"SUSPENDED", "TERMINATED"}, WAIT_S)
        until(lambda: space.edc.transfer_of(begun)["state"] in {"SUSPENDED", "TERMINATED"}, WAIT_S)
    finally:
        space.issuer.ended.clear()
        space.us.halt()
        space.us.start()


def start(space: Space, around: Around, agreement: str) -> str:
    """Let EDC begin a transfer of its own, and wait until it knows where to pull."""
    begun = space.edc.transfer(space.us.address, agreement, f"{around.url}/events")
    until(lambda: around.address_of(begun) or space.edc.transfer_of(begun)["state"] == "TERMINATED", WAIT_S)
    assert space.edc.transfer_of(begun)["state"] == "STARTED", space.edc.transfer_of(begun)
    return begun


def pulled(space: Space, around: Around, transfer: str) -> int:
    """Pull with the newest address that EDC was told of; return the status."""
    url, token = around.address_of(transfer) or ("", "")
    answer = httpx.get(url, headers={"Authorization": f"Bearer {token}"}, verify=space.trust(), timeout=READY_S)
    assert answer.status_code != 200 or answer.content == ROADS
    return answer.status_code


def ours_of(space: Space, theirs: str) -> Any:
    """Return our transfer for one of EDC, as soon as there is one."""
    (found,) = [row for row in space.us.client.transfers.list(limit=200).items if row.peer_pid == theirs]
    return found
