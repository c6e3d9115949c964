"""Callers at the door of a connector with the mechanism `dcp`: what they are told, what is logged, what is fetched."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import pytest

from connector.binding.dsp.gatekeeper import Gatekeeper, endpoint
from connector.identity.dcp.mechanism import DcpIdentity
from connector.identity.listing.profile import TrustProfile
from connector.net.serving.messages import PeerRequest, Reply
from connector.ports.changes import Change
from connector.ports.identity import Caller, Intent
from connector.protocol.dsp.catalog import CatalogError
from connector.store.memory.store import MemoryStore
from tests.identity.dcp.places import Places
from tests.identity.dcp.test_mechanism import PROFILE, Wallet, mechanism

FIRM_PLACE = "https://firma.example/.well-known/did.json"
CITY_PLACE = "https://stadt.example/.well-known/did.json"
ADMITTED = b"admitted"


class Told(NamedTuple):
    """The answer to a caller: its status and its error; and the lines of the log about it, with whom they name."""

    status: int
    code: str
    reason: str
    logged: tuple[str, ...]
    named: tuple[str, ...]


class CountingStore(MemoryStore):
    """A store that knows how often something was stored."""

    commits = 0

    async def commit(self, group: Sequence[Change]) -> None:
        self.commits += 1
        await super().commit(group)


class Door:
    """A connector at its door; `knock` is one request for the catalogue."""

    def __init__(self, places: Places, us: DcpIdentity, log: pytest.LogCaptureFixture) -> None:
        self.places, self.us, self.store, self._log = places, us, CountingStore(), log
        gatekeeper = Gatekeeper(identity=us, store=self.store)

        async def admit(_: PeerRequest, caller: Caller, __: bytes) -> Reply:
            await gatekeeper.use_token(caller)
            return Reply(body=ADMITTED)

        self._route = endpoint(gatekeeper, CatalogError, Intent.CATALOG, admit)
        log.set_level(logging.INFO, "connector")

    async def knock(self, authorization: str) -> Told:
        """Send one request with a token; what was fetched for it is in `places.fetched`."""
        self._log.clear()
        request = PeerRequest(method="GET", path="/catalog", headers={"authorization": authorization})
        reply = await self._route(request)
        error = {} if reply.body == ADMITTED else msgspec.json.decode(reply.body)
        return Told(
            status=reply.status,
            code=error.get("code", ""),
            reason=" ".join(error.get("reason", [])),
            logged=tuple(record.getMessage() for record in self._log.records),
            named=tuple(getattr(record, "claimed", "") for record in self._log.records),
        )


async def open_door(
    log: pytest.LogCaptureFixture, *credentials: str, profile: TrustProfile = PROFILE, places: Places | None = None
) -> Door:
    """Return the door of a member whose counterparty, the firm, shows these credentials."""
    at = places or Places()
    Wallet(at, *credentials)
    us = await mechanism(at, profile=profile)
    at.fetched.clear()
    return Door(at, us, log)


def assert_told_nothing(told: Told, rule: str) -> None:
    """Hold that the caller learns nothing but that it is not authenticated, and the operator which rule it broke."""
    assert (told.status, told.code) == (401, "unauthenticated")
    assert told.reason == "The request is not authenticated: send a valid token in the Authorization header."
    (line,) = told.logged
    assert line.startswith(f"request not authenticated: {rule}: ")
    assert line.endswith(".")
    assert "\n" not in line
    assert len(line) < 600
