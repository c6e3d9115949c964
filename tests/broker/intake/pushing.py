"""A data space whose member `a` pushes self-descriptions to the broker, beside its catalogue."""

import json
from typing import Any

from connector.broker.intake.expiry import DescriptionExpiry
from connector.broker.intake.intake import DescriptionIntake, Taken
from connector.identity.credentials import ListedCredentialKeys
from connector.identity.keys import SigningKey, VerificationKey, generate
from connector.protocol.credential import name_description, write_credential
from connector.store.memory.descriptions import MemoryDescriptionStore
from connector.views.conversion import write_moment
from tests.broker.crawling import A, World
from tests.broker.world import CITY, Catalogue, address_problem, dataset

B = CITY + "b"
KEY_A, KEY_B, KEY_ANEW = generate(), generate(), generate()
DAY = 86_400_000


def plain(id: str, **members: Any) -> dict[str, Any]:
    """A dataset as it is in a catalogue and in a description of it, word for word."""
    made = dataset(id, **members)
    del made["id"]
    made["hasPolicy"][0]["@id"] = f"urn:offer:{id}"
    made["distribution"][0]["accessService"] |= {"@id": A + "#connector", "endpointURL": "https://a.example/dsp/2025-1"}
    return made


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
        self.intake = DescriptionIntake(
            self.record,
            self.store,
            keys,
            self.space,
            now=lambda: self.space.now,
            address_problem=address_problem,
            changed=lambda: self.changes.append(""),
            expiring=self.expiry.wake,
            crawl=self.nudge,
        )

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

    async def push_dataset(self, id: str, **more: Any) -> Taken:
        return await self.push(self.secure(self.state(plain(id), **more)), id)

    async def state_of(self, id: str) -> dict[str, Any] | None:
        entry = await self.record.entry(A, id)
        return json.loads(entry.document) if entry else None
