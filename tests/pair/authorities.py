"""Data spaces with an authority in one process: its broker answers for it, and members hold its credentials."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from connector.app.parts import read_clock
from connector.authority import issuing, keeping, roster
from connector.authority.keeping import ROOT, ROOTS, SPARE, Authority, AuthorityRecord
from connector.identity.keys import SigningKey, load_private
from connector.identity.roster import Member as Entry
from connector.settings import AuthoritySettings, LimitSettings, Location, Settings
from tests.pair.space import SOON, Space, begin, host, participant
from tests.support.transport import InProcess


class City(Space):
    """A data space whose broker (`broker` unless named otherwise) is its authority too."""

    def __init__(self, base: Path, *names: str, broker: str = "broker", wire: InProcess | None = None) -> None:
        self.late_ms = 0
        super().__init__(base, {"mechanism": "dcp"}, now=lambda: read_clock() + self.late_ms)
        base.mkdir(exist_ok=True)
        self.broker = broker
        self.wire = wire or self.wire
        self.found(*names, *([] if broker == "broker" else [broker]))
        self.authority = Authority(folder=base / "authority", members=base / "members.json")
        self.did = f"{participant(broker)}:authority"
        keeping.create(self.authority, self.did, host(broker), now=datetime.now(UTC))
        self.names = (*names, broker)
        for name in self.names:
            self.admit(participant(name))
        if broker != "broker":
            roster.remove(self.authority.members, participant("broker"))
        self.publish()

    def admit(self, id: str) -> None:
        """Let a listed member be known by its document, and give it a place for a credential."""
        roster.change(self.authority.members, id, lambda entry: msgspec.structs.replace(entry, by_document=True))

        def place(record: AuthorityRecord) -> AuthorityRecord:
            return issuing.place_credential(record, id, ("MembershipCredential",), self.now())

        keeping.change(self.authority, place)

    def publish(self, **more: Any) -> None:
        issuing.publish(self.authority, now=datetime.now(UTC), **more)

    def root(self) -> SigningKey:
        return load_private(self.authority.folder / ROOT)

    def spare(self) -> SigningKey:
        return load_private(self.authority.folder / SPARE)

    def entry(self, name: str) -> Entry:
        members = roster.show(self.authority.members).members
        return next(each for each in members if each.id == participant(name))

    def credential(self, name: str) -> str:
        return issuing.issue_credential(self.authority, keeping.show(self.authority), self.entry(name), self.now())

    def settings(self, name: str, limits: LimitSettings, accept: tuple[Any, ...] = ()) -> Settings:
        made = super().settings(name, limits, accept)
        identity = msgspec.structs.replace(
            made.identity,
            roster=Location(self.authority.signed),
            operator_key=self.authority.folder / ROOTS,
            grace_seconds=3600.0,
        )
        answers = AuthoritySettings(folder=self.authority.folder if name == self.broker else None)
        return msgspec.structs.replace(made, identity=identity, authority=answers)

    async def open(self, *, handed: bool = True) -> None:
        """Start everybody, each with its credential if it is `handed` over."""
        for name in (self.broker, *(each for each in self.names if each != self.broker)):
            begin(await self.join(name, SOON))
        for name in self.names if handed else ():
            await self.members[name].api.credentials.add(self.credential(name))

    async def refresh(self) -> None:
        """Let everybody look at the list, as at the interval or when told of news."""
        for member in self.members.values():
            await member.connector.parts.identity.refresh()

    async def close(self) -> None:
        for name in list(self.members):
            await self.leave(name)
