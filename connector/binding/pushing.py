"""Pushes the self-descriptions of this participant to its broker, by events and before they end.

At the start, what was pushed is compared with what is published; so nothing is lost with the process, and a new key or
another broker has everything pushed again. Then each change is pushed as it comes, one at a time.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence

import msgspec

from connector.controlplane.core.errors import NotAllowed, PeerFailed
from connector.controlplane.usecases.offering import self_descriptions
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.net.client import GuardedClient, Response
from connector.net.errors import NetError
from connector.ports.changes import DropPush, PutPush
from connector.ports.credentials import CredentialKeys
from connector.ports.entities import AssetStatus, PageBounds, Push, PushState
from connector.ports.identity import Identity, Intent
from connector.ports.store_errors import StoreError
from connector.protocol.credential import MEDIA_TYPE, DescriptionKind, name_description, read_credential
from connector.protocol.dsp.errors import clean

log = logging.getLogger(__name__)

PUSH_S = 20.0
ANSWER_BYTES = 64 * 1024
RETRY_S = (5.0, 60.0, 600.0, *[3600.0] * 24)
"""The pauses after failures, about a day; then the next change or renewal begins anew."""
LONGEST_S = 3600.0
"""The longest sleep: the clock of a machine may be set meanwhile."""
PAGE = 100
DAY_MS = 86_400_000
_BUSY = frozenset({401, 408, 425, 429})


class _Problem(msgspec.Struct, frozen=True):
    code: str = ""
    reason: str = ""


class _Told(msgspec.Struct, frozen=True):
    error: _Problem = _Problem()
    findings: tuple[str, ...] = ()


class PushAnswer(msgspec.Struct, frozen=True):
    """The answer of a broker that will not be another one later: it keeps the description, or says why not."""

    accepted: bool
    reason: str = ""
    findings: tuple[str, ...] = ()


class DescriptionClient:
    """A client of the endpoints for self-descriptions of one broker; `broker` is its identifier, `api` its base URL."""

    def __init__(self, client: GuardedClient, identity: Identity, broker: str, api: str) -> None:
        self.broker = broker
        self._client = client
        self._identity = identity
        self._api = api.rstrip("/")

    async def put(self, name: str, secured: bytes) -> PushAnswer:
        """Push a secured credential under its name. Raises PeerFailed if the broker cannot take it now."""
        answer = await self._send("PUT", name, secured)
        told = _read_answer(answer.body)
        if answer.status in {200, 201}:
            return PushAnswer(accepted=True, findings=tuple(clean(finding) for finding in told.findings[:10]))
        if answer.status in {404, 405} and not told.error.code:
            return PushAnswer(accepted=False, reason="The broker takes no self-descriptions: ask its operator.")
        return PushAnswer(accepted=False, reason=clean(told.error.reason) or f"HTTP status {answer.status}.")

    async def withdraw(self, name: str) -> None:
        """Withdraw a self-description, if the broker has one of this name. Raises PeerFailed."""
        await self._send("DELETE", name, None)

    async def _send(self, method: str, name: str, secured: bytes | None) -> Response:
        token = await self._identity.issue_token(self.broker, Intent.SEARCH)
        headers = {"Authorization": token, **({"Content-Type": MEDIA_TYPE} if secured is not None else {})}
        url = f"{self._api}/v1/self-descriptions/{name}"
        try:
            answer = await self._client.request(
                method, url, headers=headers, body=secured, timeout_s=PUSH_S, max_bytes=ANSWER_BYTES
            )
        except NetError as error:
            raise PeerFailed("broker", f"The broker cannot be reached: {error}") from None
        if answer.status >= 500 or answer.status in _BUSY:
            raise PeerFailed("broker-busy", f"The broker cannot answer now (HTTP status {answer.status}).")
        return answer


def _read_answer(body: bytes) -> _Told:
    try:
        return msgspec.json.decode(body, type=_Told)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Told()


class DescriptionPusher:
    """Keeps at a broker what this participant states: itself, and each published asset that the broker is to have."""

    def __init__(
        self,
        publisher: Publisher,
        keys: CredentialKeys,
        client: DescriptionClient,
        *,
        retry_s: Sequence[float] = RETRY_S,
        announce: Callable[[], None] = lambda: None,
    ) -> None:
        """`announce` is called after a description was withdrawn: what the catalogue offers is to be crawled."""
        self._publisher = publisher
        self._keys = keys
        self._client = client
        self._retry_s = retry_s
        self._announce = announce
        self._changed: dict[str, None] = {}
        self._wake = asyncio.Event()
        self._settled = 0

    def note(self, subject: str) -> None:
        """Note that an asset, or what is said of the participant, has changed."""
        self._changed[subject] = None
        self._wake.set()

    def note_participant(self) -> None:
        """Note that the participant list was renewed: it may have another name for this participant."""
        self.note(self._publisher.context.participant)

    async def run(self) -> None:
        """Push until cancelled."""
        failures, looked = 0, False
        while True:
            self._wake.clear()
            before = self._settled
            try:
                if not looked:
                    await self.look_through()
                    looked = True
                pause = await self.take_turn()
                failures = 0
            except (PeerFailed, StoreError) as error:
                # Everything else waits for the same broker, or the same disk.
                failures = 0 if self._settled > before else failures
                pause = await self._note_failure(str(error), failures)
                failures += 1
            except Exception:
                # The loop of a task: an unforeseen error must not end all pushing.
                log.exception("self-descriptions were not pushed")
                pause, failures = LONGEST_S, 0
            await self._rest(pause, interrupted=not failures)
            if failures > len(self._retry_s):
                failures = 0

    async def _rest(self, pause: float, *, interrupted: bool) -> None:
        """Sleep; a change interrupts it, but not the pause after a failure."""
        if not interrupted:
            await asyncio.sleep(pause)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._wake.wait()

    async def _note_failure(self, reason: str, failures: int) -> float:
        log.info("a self-description was not pushed: %s", reason)
        if failures < len(self._retry_s):
            return self._retry_s[failures]
        with contextlib.suppress(StoreError):
            for subject in list(self._changed):
                await self._record(subject, "", PushAnswer(accepted=False, reason=reason), PushState.FAILED)
                del self._changed[subject]
        return LONGEST_S

    async def look_through(self) -> None:
        """Note what the broker does not have as it is now: of the participant, of each asset, and of what is gone."""
        context = self._publisher.context
        self.note_participant()
        after: str | None = None
        while True:
            page = PageBounds(limit=PAGE, after=after)
            rows, after = await context.store.assets(
                context.owner, page, status=AssetStatus.PUBLISHED, oldest_first=True
            )
            for row in rows:
                self._changed[row.id] = None
            await asyncio.sleep(0)
            if after is None:
                break
        subject = ""
        while found := await context.store.pushes(context.owner, subject, PAGE):
            self._changed |= dict.fromkeys(row.subject for row in found)
            subject = found[-1].subject

    async def take_turn(self) -> float:
        """Push what has changed and what is due; return the seconds until the next is due. Raises PeerFailed."""
        context = self._publisher.context
        while True:
            due = [row for row in await self._list_next() if row.renew_at <= context.now()]
            self._changed |= dict.fromkeys(row.subject for row in due)
            if not self._changed:
                break
            for subject in list(self._changed):
                # What changes while it is pushed is noted again.
                self._changed.pop(subject, None)
                try:
                    await self._settle(subject)
                except (PeerFailed, StoreError):
                    # At the end: it holds up no other one.
                    self._changed[subject] = None
                    raise
                self._settled += 1
                await asyncio.sleep(0)
        following = await self._list_next()
        return min((following[0].renew_at - context.now()) / 1000, LONGEST_S) if following else LONGEST_S

    async def _list_next(self) -> Sequence[Push]:
        context = self._publisher.context
        return await context.store.next_pushes(context.owner, PAGE)

    async def _settle(self, subject: str) -> None:
        """Let the broker have the present description of a subject, or none. Raises PeerFailed."""
        context = self._publisher.context
        known = await context.store.push(context.owner, subject)
        content = await self._find_content(subject)
        if content is None:
            if known is not None:
                await self._client.withdraw(known.name)
                await context.store.commit([DropPush(context.owner, subject)])
                self._announce()
            return
        if known is not None and self._is_settled(known, content):
            return
        kind = DescriptionKind.PARTICIPANT if subject == context.participant else DescriptionKind.DATASET
        try:
            made = await self_descriptions.provide(self._publisher, kind, subject)
        except NotAllowed:
            # It was withdrawn meanwhile, and is noted again.
            return
        if known is None:
            # Without the answer, or after an end of the process here, it is known what has to be withdrawn.
            await self._record(subject, "", PushAnswer(accepted=False), PushState.BEGUN)
        answer = await self._client.put(name_description(context.participant, subject), made.secured)
        if not answer.accepted:
            log.warning("the broker refused the self-description of %s: %s", subject, answer.reason)
        await self._record(subject, content, answer, PushState.ACCEPTED if answer.accepted else PushState.REFUSED)

    async def _find_content(self, subject: str) -> str | None:
        """Return what stands for the content of the description of a subject; None if the broker is to have none."""
        context = self._publisher.context
        if subject == context.participant:
            return read_credential(self_descriptions.describe_participant(self._publisher)).id
        asset = await context.store.asset(context.owner, subject)
        if asset is None or not self_descriptions.is_for_broker(asset):
            return None
        return f"version {asset.version}"

    def _is_settled(self, known: Push, content: str) -> bool:
        present = (self._client.broker, content, self._keys.name_own_key())
        ended = known.state in {PushState.ACCEPTED, PushState.REFUSED}
        lasts = ended and known.renew_at > self._publisher.context.now()
        return lasts and (known.broker, known.content, known.key) == present

    async def _record(self, subject: str, content: str, answer: PushAnswer, state: PushState) -> None:
        context = self._publisher.context
        begun, _ = self_descriptions.find_span(subject, context.now())
        again = begun + self_descriptions.ANEW_MS
        push = Push(
            owner=context.owner,
            subject=subject,
            name=name_description(context.participant, subject),
            broker=self._client.broker,
            content=content,
            key=self._keys.name_own_key(),
            state=state,
            at=context.now(),
            renew_at=again if answer.accepted else min(again, context.now() + DAY_MS),
            reason=answer.reason,
            findings=answer.findings,
        )
        await context.store.commit([PutPush(push)])
