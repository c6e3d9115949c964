"""A data space whose member `a` pushes self-descriptions to the broker, beside its catalogue."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from connector.broker.intake.expiry import DescriptionExpiry
from connector.broker.intake.intake import DescriptionIntake, Taken
from connector.broker.intake.standing import StatusWatch
from connector.identity.credentials import ListedCredentialKeys
from connector.identity.dcp.statuses import StatusLists, verify_by_keys
from connector.identity.keys import SigningKey, VerificationKey, generate
from connector.net.addresses import NetPolicy
from connector.net.client import GuardedClient
from connector.net.errors import Unreachable
from connector.net.transport import HttpCall
from connector.ports.identity import ShownStatus
from connector.protocol.credential import name_description, write_credential
from connector.protocol.dcp.claims import StatusEntry
from connector.store.memory.descriptions import MemoryDescriptionStore
from connector.views.conversion import write_moment
from tests.broker.crawling import A, World
from tests.broker.world import CITY, Catalogue, address_problem, dataset
from tests.identity.dcp.places import status_list
from tests.support.transport import InProcessAnswer

B = CITY + "b"
KEY_A, KEY_B, KEY_ANEW = generate(), generate(), generate()
DAY = 86_400_000
LIST = "https://a.example/status/1"
AUTHORITY, MEMBERS = "https://authority.example", "https://authority.example/status/1"


def plain(id: str, **members: Any) -> dict[str, Any]:
    """A dataset as it is in a catalogue and in a description of it, word for word."""
    made = dataset(id, **members)
    del made["id"]
    made["hasPolicy"][0]["@id"] = f"urn:offer:{id}"
    made["distribution"][0]["accessService"] |= {"@id": A + "#connector", "endpointURL": "https://a.example/dsp/2025-1"}
    return made


class ServedLists:
    """The status lists that members serve; every fetch is written down. Implements `Transport`."""

    def __init__(self, keys: ListedCredentialKeys, now: Callable[[], int]) -> None:
        self.served: dict[str, bytes] = {}
        self.fetched: list[str] = []
        client = GuardedClient(NetPolicy(), self)
        self.reader = StatusLists(client, verify_by_keys(keys), now, asyncio.Semaphore(8))

    async def send(self, call: HttpCall) -> InProcessAnswer:
        url = call.endpoint.url.replace(":443", "")
        self.fetched.append(url)
        if url not in self.served:
            raise Unreachable(f"{url} does not answer.")
        return InProcessAnswer(200, {"Content-Type": "application/vc+jwt"}, self.served[url])

    def publish(self, *ended: int, key: SigningKey = KEY_A, url: str = LIST, **members: Any) -> None:
        """Serve a list of the member `a` with some of its bits set."""
        stated = {**status_list(*ended), "issuer": A, "validUntil": "2099-01-01T00:00:00Z", **members}
        self.served[url] = ListedCredentialKeys(key, dict).sign_credential(json.dumps(stated).encode())


def list_at(bit: int, url: str = LIST) -> dict[str, str]:
    """Return the member of a credential that names its bit in a list."""
    return {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(bit),
        "statusListCredential": url,
    }


def show_member(bit: int) -> tuple[ShownStatus, ...]:
    """Return what a caller has shown whose membership has a bit in the list of the authority."""
    return (ShownStatus(AUTHORITY, StatusEntry("revocation", bit, MEMBERS)),)


class Pushing(World):
    """The broker with its intake; `changed` counts changes of entries, and `crawls` who is to be crawled."""

    def __init__(self, *offers: dict[str, Any]) -> None:
        super().__init__(a=Catalogue(*offers), b=Catalogue())
        self.listed: dict[str, tuple[VerificationKey, ...]] | None = {
            A: (KEY_A.verification,),
            B: (KEY_B.verification,),
        }
        self.store = MemoryDescriptionStore(self.record)
        self.changes: list[str] = []
        self.crawls: list[str] = []
        keys = ListedCredentialKeys(KEY_B, lambda: self.listed)
        self.expiry = DescriptionExpiry(self.store, keys, now=lambda: self.space.now, changed=self.changes.append)
        self.lists = ServedLists(keys, lambda: self.space.now)
        self.watch = StatusWatch(self.store, self.lists.reader, now=lambda: self.space.now, changed=self.changes.append)
        self.intake = DescriptionIntake(
            self.record,
            self.store,
            keys,
            self.space,
            self.lists.reader,
            now=lambda: self.space.now,
            address_problem=address_problem,
            changed=lambda: self.changes.append(""),
            expiring=self.note_end,
            crawl=self.nudge,
        )

    def note_end(self) -> None:
        self.expiry.wake()
        self.watch.wake()

    def nudge(self, participant: str) -> bool:
        self.crawls.append(participant)
        return self.crawler.nudge(participant)

    def state(
        self, statement: dict[str, Any], *, issuer: str = A, begins: int = 0, ends: int = DAY, **more: Any
    ) -> bytes:
        """Return an unsigned credential that is valid from `begins` to `ends` ms after now."""
        times = {
            "valid_from": write_moment(self.space.now + begins, "seconds"),
            "valid_until": write_moment(self.space.now + ends, "seconds"),
        }
        return write_credential(issuer, statement, **times, **more)

    def secure(self, payload: bytes, key: SigningKey = KEY_A) -> bytes:
        return ListedCredentialKeys(key, lambda: self.listed).sign_credential(payload)

    async def push(self, secured: bytes, subject: str, participant: str = A) -> Taken:
        return await self.intake.put(participant, name_description(participant, subject), secured)

    async def push_listed(self, id: str, bit: int, url: str = LIST) -> Taken:
        """Push a dataset whose credential has a bit in a status list."""
        stated = json.loads(self.state(plain(id))) | {"credentialStatus": list_at(bit, url)}
        return await self.push(self.secure(json.dumps(stated).encode()), id)

    async def push_shown(self, id: str, bit: int) -> Taken:
        """Push a dataset with a credential of the authority, which has a bit in its list."""
        secured, shown = self.secure(self.state(plain(id))), show_member(bit)
        return await self.intake.put(A, name_description(A, id), secured, shown)

    def publish_members(self, *ended: int) -> None:
        """Serve the list of the authority with some of its bits set."""
        assert self.listed is not None
        self.listed[AUTHORITY] = (KEY_ANEW.verification,)
        self.lists.publish(*ended, key=KEY_ANEW, url=MEMBERS, issuer=AUTHORITY)

    async def push_dataset(self, id: str, **more: Any) -> Taken:
        return await self.push(self.secure(self.state(plain(id), **more)), id)

    async def state_of(self, id: str) -> dict[str, Any] | None:
        entry = await self.record.entry(A, id)
        return json.loads(entry.document) if entry else None
