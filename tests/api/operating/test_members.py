"""Members by the management API: invited, agreed to, added, suspended, revoked, with versions and a log."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.api.operating.app import make_operator_app
from connector.authority import keeping, membership
from connector.authority.card import render
from connector.authority.inviting import find_invitation, parse_link
from connector.authority.joining import join
from connector.desk.operating.members import MembersOffice, show_member
from tests.api.operating.conftest import OperatorWorld, list_keys, running
from tests.authority.folders import NOW, NOW_MS, Applicant, found


class Authority(OperatorWorld):
    """A broker whose process answers for the authority."""

    def __init__(self, folder: Path, *, four_eyes: bool = False) -> None:
        super().__init__()
        self.told: list[str] = []
        self.office = MembersOffice(
            authority=found(folder), tell=self.told.extend, now=lambda: NOW_MS, four_eyes=four_eyes
        )
        self.use(make_operator_app(msgspec.structs.replace(self.desk, members=self.office), keys=list_keys()))

    async def add(self, firm: Applicant) -> Any:
        return await self.do("/v1/members", {"card": render(firm.card()).decode()}, status=201)


@pytest.fixture
async def authority(tmp_path: Path) -> AsyncIterator[Authority]:
    async with running(Authority(tmp_path)) as made:
        assert isinstance(made, Authority)
        yield made


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[Authority]:
    async with running(Authority(tmp_path, four_eyes=True)) as made:
        assert isinstance(made, Authority)
        yield made


async def test_a_link_is_in_the_answer_and_nowhere_else(authority: Authority) -> None:
    order = {"name": "Stadtwerke  Herne", "roles": ["utility"], "days": 2, "data": ["https://abruf.example/x"]}
    made = await authority.do("/v1/invitations", order, status=201)
    link = parse_link(made["link"])
    kept = find_invitation(keeping.show(authority.office.authority), link.id, link.secret, NOW_MS)
    assert (kept.name, kept.roles, kept.by) == ("Stadtwerke Herne", ("utility",), "admin")
    assert kept.data == ("https://abruf.example:443",)
    (listed,) = (await authority.read("/v1/invitations"))["items"]
    assert listed == made["invitation"]
    assert listed["state"] == "open"
    assert link.secret not in str(listed) + str(await authority.read("/v1/member-acts"))


async def test_a_member_is_added_suspended_admitted_and_revoked(authority: Authority) -> None:
    firm = Applicant()
    done = await authority.add(firm)
    assert (done["member"]["standing"], authority.told) == ("member", ["https://firm.example/dsp/2025-1"])
    for verb, standing in (("suspend", "suspended"), ("admit", "member")):
        done = await authority.do(
            f"/v1/members/{firm.did}/{verb}", {"reason": "Rechnung"} if verb == "suspend" else None
        )
        assert (await authority.read(f"/v1/members/{firm.did}"))["standing"] == standing == done["member"]["standing"]
    authority.told.clear()
    done = await authority.do(f"/v1/members/{firm.did}/revoke", {"reason": "Ausgetreten"})
    assert done["member"] is None
    assert authority.told == ["https://firm.example/dsp/2025-1"], "who leaves is told too"
    assert (await authority.read("/v1/members"))["items"] == []
    log = (await authority.read("/v1/member-acts"))["items"]
    assert [(act["act"], act["by"], act["reason"]) for act in log] == [
        ("revoke", "admin", "Ausgetreten"),
        ("admit", "admin", ""),
        ("suspend", "admin", "Rechnung"),
        ("add", "admin", ""),
    ]


async def test_an_act_over_another_version_changes_nothing(authority: Authority) -> None:
    firm = Applicant()
    await authority.add(firm)
    path = f"/v1/members/{firm.did}"
    tag = (await authority.api.get(path)).headers["etag"]
    await authority.do(f"{path}/suspend", {"reason": "Zuerst."})
    late = await authority.api.post(f"{path}/revoke", json={"reason": "Zu spät."}, headers={"If-Match": tag})
    assert (late.status_code, late.json()["error"]["code"]) == (412, "changed")
    assert (await authority.read(path))["standing"] == "suspended"
    wrong = await authority.api.post(f"{path}/revoke", json={}, headers={"If-Match": "x"})
    assert wrong.status_code == 422
    now = (await authority.api.get(path)).headers["etag"]
    done = await authority.api.post(f"{path}/revoke", json={"reason": "Gut."}, headers={"If-Match": now})
    assert done.status_code == 200


async def test_two_people_let_a_member_in(strict: Authority) -> None:
    made = await strict.do("/v1/invitations", {"name": "Firma"}, status=201)
    path = f"/v1/invitations/{made['invitation']['id']}"
    assert made["invitation"]["state"] == "waiting"
    await strict.do(f"{path}/agree", status=409)
    agreed = await strict.do(f"{path}/agree", key="other")
    assert (agreed["state"], agreed["by"], agreed["agreed_by"]) == ("open", "admin", "other")
    firm = Applicant()
    await join(strict.office.authority, firm.asks(parse_link(made["link"])), firm.resolve, NOW_MS)
    told = (await show_member(strict.office, firm.did)).acts
    assert [(act.act, act.by) for act in told] == [("join", firm.did), ("agree", "other"), ("invite", "admin")]
    card = render(Applicant().card()).decode()
    assert (await strict.do("/v1/members", {"card": card}, status=409))["error"]["code"] == "four-eyes"


async def test_who_suspends_does_not_admit_alone(strict: Authority) -> None:
    firm = Applicant()
    membership.add(strict.office.authority, firm.card(), now=NOW)
    await strict.do(f"/v1/members/{firm.did}/suspend", {"reason": "Prüfung"})
    assert (await strict.do(f"/v1/members/{firm.did}/admit", status=409))["error"]["code"] == "four-eyes"
    await strict.do(f"/v1/members/{firm.did}/admit", key="other")


async def test_a_withdrawn_invitation_is_shown_as_such(authority: Authority) -> None:
    made = await authority.do("/v1/invitations", {"name": "Firma"}, status=201)
    path = f"/v1/invitations/{made['invitation']['id']}"
    done = await authority.do(f"{path}/withdraw", {"reason": "Falsche Adresse"})
    assert done["state"] == (await authority.read(path))["state"] == "withdrawn"
    await authority.do(f"{path}/withdraw", {"reason": "Noch einmal"}, status=409)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/members", {"card": "[]"}, 409),
        ("/v1/members", {"card": "{" * 60_000}, 409),
        ("/v1/members/did:web:none.example/suspend", {}, 404),
        ("/v1/members/x/revoke", {}, 404),
        ("/v1/invitations/none/agree", {}, 404),
        ("/v1/invitations/none/withdraw", {}, 404),
        ("/v1/invitations", {"name": ""}, 422),
        ("/v1/invitations", {"name": "Firma", "days": 91}, 422),
        ("/v1/invitations", {"name": "Firma", "did": "urn:x"}, 409),
        ("/v1/invitations", {"name": "Firma", "data": ["file:///etc"]}, 409),
        ("/v1/invitations", {"name": "Firma", "types": ["Unknown"]}, 409),
    ],
)
async def test_wrong_orders_are_refused_and_change_nothing(
    authority: Authority, path: str, body: Any, status: int
) -> None:
    before = keeping.show(authority.office.authority)
    assert (await authority.do(path, body, status=status))["error"]["reason"].endswith((".", "]"))
    assert (keeping.show(authority.office.authority), authority.told) == (before, [])


async def test_only_a_key_with_the_scope_admin_changes_members(authority: Authority) -> None:
    for path in ("/v1/invitations", "/v1/members"):
        order = {"name": "Firma"} if path == "/v1/invitations" else {"card": render(Applicant().card()).decode()}
        await authority.do(path, order, status=403, key="write")
    assert keeping.show(authority.office.authority).acts == ()


async def test_where_the_authority_is_elsewhere_the_answer_says_so(world: OperatorWorld) -> None:
    for path in ("/v1/members", "/v1/invitations", "/v1/member-acts"):
        refused = await world.read(path, status=404)
        assert refused["error"]["code"] == "no-authority"


async def test_lists_are_read_in_pages(authority: Authority) -> None:
    for number in range(3):
        await authority.add(Applicant(f"firm{number}"))
        await authority.do("/v1/invitations", {"name": f"Firma {number}"}, status=201)
    for path, key in (("/v1/members", "id"), ("/v1/invitations", "id"), ("/v1/member-acts", "number")):
        seen: list[Any] = []
        after: str | None = None
        while True:
            page = await authority.read(path, limit=2, **({"after": after} if after else {}))
            seen += [item[key] for item in page["items"]]
            after = page["next"]
            if after is None:
                break
        assert len(seen) == len(set(seen)) == (6 if key == "number" else 3)
