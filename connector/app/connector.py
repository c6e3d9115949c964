"""The connector of a participant: control plane, data plane, worker and its listeners.

The listeners are `protocol` for peers, `data` for the data plane, `management` for programs and `web` for people.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from starlette.types import ASGIApp

from connector.app.accounts.foresight import build_foresight
from connector.app.accounts.machine import look_at_machine
from connector.app.accounts.mail import build_notifier
from connector.app.backup import read_last_backup
from connector.app.control.building import (
    build_context,
    build_enforcer,
    build_protocol,
    build_publisher,
    build_pushers,
    build_receiver,
    build_search_client,
    build_worker,
    connect_all_planes,
)
from connector.app.control.credentials import build_credential_service, build_issuer_service, list_credential_work
from connector.app.late import LateApplication
from connector.app.listeners import Listeners, find_pages
from connector.app.parts import (
    Parts,
    Work,
    build_parts,
    keep_fresh,
    list_identity_routes,
    load_secret,
    log,
    make_rates,
    new_urn,
    read_clock,
    to_bounds,
)
from connector.app.planes.left import move_left
from connector.app.planes.local import build_data_routes
from connector.app.planes.signaling import ConnectedPlanes
from connector.app.readiness import Readiness
from connector.app.trust.membership import begin_membership, keep_membership
from connector.binding.broker import Announcer, SearchClient
from connector.binding.pushing import DescriptionPusher
from connector.controlplane.core.context import Context
from connector.controlplane.enforcing import flow_ends, renewals
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.enforcing.executors.table import build_executors
from connector.controlplane.judging.library import Library, operands
from connector.controlplane.notices.foreseeing import Foresight
from connector.controlplane.notices.notifier import Notifier
from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.processes.loading import store_acknowledged
from connector.controlplane.processes.worker import Worker
from connector.controlplane.usecases import users
from connector.controlplane.usecases.consents import ConsentRegister
from connector.controlplane.usecases.counterparties import Counterparties
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.controlplane.usecases.issuing.making import IssuerService
from connector.controlplane.usecases.offering import offer_forms
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.controlplane.usecases.products.measurer import DeliveryMeasurer
from connector.controlplane.usecases.products.runner import ProductRunner
from connector.controlplane.usecases.subscribing.runner import SubscriptionRunner
from connector.controlplane.usecases.users import InvitedUser, UserRegister
from connector.dataplane.files.below_root import run_in_thread
from connector.dataplane.files.received import ASIDE_MS, remove_aside, remove_partial, remove_stored
from connector.dataplane.kinds import make_treating
from connector.dataplane.listener.serve import DataRoute, make_app
from connector.dataplane.signaling.plane import LocalDataPlane
from connector.dataplane.uploads import Uploads, is_upload
from connector.desk.values import Desk
from connector.identity.passwords import Argon2Passwords
from connector.net.serving.messages import Application
from connector.net.transport import Transport
from connector.policy.compiling.compile import ENFORCED_HERE
from connector.ports.dataplane import FlowReport
from connector.ports.decider import Decider
from connector.ports.secret import Secret
from connector.settings import KeySettings, Settings

STOP_S = 5.0
CLEAN_S = 3600.0
DAY_MS = 86_400_000


FindSeat = Callable[[str], Awaitable[tuple[KeySettings, Desk] | None]]
"""Returns the key of another participant of the process by its SHA-256, with its desk; or None."""


@dataclass(frozen=True)
class Doors:
    """What the listeners of a process serve."""

    protocol: Application
    data: web.Application
    management: ASGIApp
    pages: ASGIApp


@dataclass(frozen=True)
class ConnectorServer:
    """A built connector; it listens after `start`."""

    parts: Parts
    context: Context
    enforcer: Enforcer
    publisher: Publisher
    secret: Secret
    worker: Worker
    connected: ConnectedPlanes
    protocol: Application
    data_routes: Sequence[DataRoute]
    listeners: Listeners
    credentials: CredentialService | None
    issuing: IssuerService | None
    broker: SearchClient | None
    announcer: Announcer | None
    pushers: Sequence[DescriptionPusher]
    passwords: Argon2Passwords
    notifier: Notifier
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when another process on the store has ended: it may have left flows."""
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    @property
    def dataplane(self) -> LocalDataPlane:
        """The data plane of this process."""
        return self.connected.here

    async def start(self, doors: Doors | None = None) -> None:
        """Open the listeners, resume the active flows and start the worker. Raises ListenFailed.

        `doors` are what the listeners serve; None is this participant alone.
        """
        settings = self.parts.settings
        doors = doors or Doors(self.protocol, make_app(self.data_routes), self.management(), self.pages())
        if self.parts.replica.is_first.is_set() and (orphans := await self.connected.list_orphans()):
            self.tasks.append(asyncio.create_task(self.connected.end_orphans(orphans), name="orphans"))
        await self.listeners.open_data("data", doors.data, settings.data.host, settings.data.port)
        protocol, management = settings.protocol, settings.management
        await self.listeners.open_peers("protocol", doors.protocol, protocol.host, protocol.port)
        if settings.web.port is not None:
            secure = (settings.web.public_url or "https:").startswith("https:")
            host, port = settings.web.host, settings.web.port
            # Uploads are larger than any other body: the pages bound theirs themselves.
            await self.listeners.open_asgi("web", doors.pages, host, port, public=secure, bounded=False)
        api = doors.management
        await self.listeners.open_asgi("management", api, management.host, management.port, public=False)
        if self.connected.application:
            own = settings.signaling
            await self.listeners.open_peers("signaling", self.connected.application, own.host, own.port or 0)
        self.parts.join(self.hear, self.take_up)
        self.parts.replica.missed = self.catch_up
        if self.parts.replica.is_first.is_set():
            await self.dataplane.resume_flows(self.parts.owner)
            await begin_membership(self.parts, self.credentials)
        self._begin_work()

    async def begin(self) -> None:
        """Begin as one of several participants: resume the active flows, and wait for nobody else."""
        if self.parts.replica.is_first.is_set():
            await self.dataplane.resume_flows(self.parts.owner)
        self._begin_work()

    def _begin_work(self) -> None:
        """Begin what runs until the stop: some of it here, some in one process for all that share the store."""
        everywhere: list[tuple[str, Work]] = [
            ("worker", self.worker.run),
            ("roster", partial(keep_fresh, self.parts, self._note_list)),
            ("excluded", partial(renewals.watch_excluded, self.enforcer.evaluator, self.parts.list_renewed)),
            ("received", self._keep_clean),
        ]
        if self.connected.office and self.parts.settings.store.url:
            everywhere.append(("planes", self.connected.office.registrar.book.follow))
        if self.parts.settings.store.url:
            everywhere.append(("flows", partial(move_left, self.dataplane, self.parts.owner, self.left)))
        if self.announcer:
            everywhere.append(("announcer", self.announcer.run))
        once: list[tuple[str, Work]] = [
            ("subscriptions", self.make_subscription_runner().run),
            ("products", ProductRunner(self.publisher).run),
            ("measurer", DeliveryMeasurer(self.publisher).run),
            *list_credential_work(self.credentials, self.issuing),
            ("membership", partial(keep_membership, self.parts, self.credentials)),
            *(("pusher", pusher.run) for pusher in self.pushers),
        ]
        if self.parts.settings.web.port is not None:
            once += [("notifier", self.notifier.run), ("foresight", self._make_foresight().run)]
        for name, work in everywhere + [(name, partial(self._run_first, work)) for name, work in once]:
            self.tasks.append(asyncio.create_task(work(), name=name))

    async def _run_first(self, work: Work) -> None:
        """Run what one process does for all that share the store, from when this one is the oldest."""
        await self.parts.replica.is_first.wait()
        await work()

    def hear(self, process: str) -> None:
        """Take notice that another process on the store has changed a negotiation or transfer."""
        self.context.watch.notify(process)
        self.dataplane.leases.hear(self.parts.owner, process)

    def take_up(self) -> None:
        """Look for what another process on the store has left, which has ended."""
        self.worker.look()
        self.left.set()

    def catch_up(self) -> None:
        """Take notice that for a time nothing could be heard of the other processes."""
        self.context.watch.notify_all()
        self.dataplane.leases.hear_all(self.parts.owner)

    def _note_list(self) -> None:
        """Push what the participant list may have changed."""
        for pusher in self.pushers:
            pusher.note_participant()

    async def stop(self) -> None:
        """Let the worker finish its steps for a bounded time, then close listeners, data plane and store."""
        await self._rest()
        await self.listeners.close()
        await self.dataplane.close()
        await self.parts.close()

    async def end(self) -> None:
        """End this participant alone: the listeners and the store stay open for the others of the process."""
        await self._rest()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.dataplane.close()

    async def _rest(self) -> None:
        self.stopping.set()
        await self.worker.stop(STOP_S)
        await store_acknowledged(self.context, STOP_S)
        for task in self.tasks:
            task.cancel()

    def management(self, find_guest: FindSeat | None = None) -> ASGIApp:
        """Return the application of the management API, which is loaded at its first request.

        `find_guest` finds the keys and desks of other participants of the process.
        """
        return LateApplication(partial(self.load_management, find_guest))

    def pages(self) -> ASGIApp:
        """Return the application of the pages, which is loaded at its first request."""
        return LateApplication(self._load_pages)

    @cached_property
    def own_pages(self) -> ASGIApp:
        """The pages of a participant that shares their listener with others."""
        return self.pages()

    async def invite_first(self) -> InvitedUser | None:
        """Return the link for the first sign-in to the pages, if there are pages and nobody has signed in yet."""
        if self.parts.settings.web.port is None or not self.parts.replica.is_first.is_set():
            return None
        return await users.invite_first(self._make_register())

    def _load_pages(self) -> ASGIApp:
        from connector.app.accounts.logins import build_login
        from connector.web.frame.application import PagesHouse
        from connector.web.pages import make_pages_app

        settings, context = self.parts.settings, self.context
        house = PagesHouse(
            address=self._find_pages(),
            provider=settings.participant.name,
            proxies=settings.net.proxies,
            stopping=self.stopping,
            organisation=build_login(
                settings, self.parts.client, context.now, self._make_register(), self.secret.key("login", context.owner)
            ),
            statements=settings.web.statements,
            processes=lambda: self.parts.replica.count,
        )
        uploads = Uploads(settings.data_root, owner=context.owner) if settings.data_root else None
        secrets = {secret.name: secret.hosts for secret in settings.secrets}
        made = make_pages_app(self.desk, house, uploads=uploads, secrets=secrets)
        gc.freeze()
        return made

    def load_management(self, find_guest: FindSeat | None = None) -> ASGIApp:
        """Load the management API and return its application."""
        # FastAPI and its models are a third of the start and of the memory, and no message of a peer needs them.
        from connector.api.frame.auth import ApiKey
        from connector.api.management import make_management_app

        settings = self.parts.settings

        def show(key: KeySettings) -> ApiKey:
            return ApiKey(id=key.id, sha256=key.sha256, scopes=key.scopes)

        async def find(digest: str) -> tuple[ApiKey, Desk] | None:
            guest = await find_guest(digest) if find_guest else None
            return (show(guest[0]), guest[1]) if guest else None

        keys = [show(key) for key in settings.management.keys]
        made = make_management_app(
            self.desk,
            keys=keys,
            rates=make_rates(settings, self.parts.replica),
            find_guest=find if find_guest else None,
        )
        # As after the start: what is loaded stays, and the collector need not look at it again.
        gc.freeze()
        return made

    def _find_pages(self) -> str:
        """Return the address of the pages; empty if there are none."""
        return find_pages(self.parts.settings, self.listeners)

    def _make_register(self) -> UserRegister:
        return UserRegister(self.context, self.passwords, self._find_pages(), self.parts.settings.web.passwords)

    @cached_property
    def desk(self) -> Desk:
        """The values that the management API and the pages of this participant work with."""
        parts, settings, evaluator = self.parts, self.parts.settings, self.enforcer.evaluator
        look = partial(look_at_machine, settings, self.context.now, read_last_backup)
        readiness = Readiness(parts, evaluator, self.worker, self.dataplane, self.tasks)
        return Desk(
            context=self.context,
            evaluator=evaluator,
            enforcer=self.enforcer,
            publisher=self.publisher,
            counterparties=self._make_counterparties(),
            register=ConsentRegister(context=self.context, evaluator=evaluator, secret=self.secret),
            users=self._make_register(),
            received=settings.received,
            received_days=settings.received_days,
            partial_days=settings.partial_days,
            search=self.broker.search if self.broker else None,
            broker=self.broker.ask if self.broker else None,
            checks=readiness.checks(),
            warnings=readiness.warnings() | {"messages": self._check_messages},
            list_in_use=parts.identity.list_in_use,
            mails=self.notifier.mailer is not None,
            seals=parts.identity.seals,
            planes=self.connected.office,
            credentials=self.credentials,
            issuing=self.issuing,
            look_at_machine=partial(run_in_thread, look),
        )

    def make_subscription_runner(self) -> SubscriptionRunner:
        """Return what runs the subscriptions of this participant."""
        return SubscriptionRunner(self.enforcer, self._make_counterparties())

    def _make_foresight(self) -> Foresight:
        ask = self.broker.ask if self.broker else None
        certificate = self.parts.settings.net.certificate
        return build_foresight(self.parts.notices, self.enforcer.evaluator, certificate, ask)

    def _make_counterparties(self) -> Counterparties:
        parts = self.parts
        return Counterparties(directory=parts.identity, peer=parts.peer, address_problem=parts.address_problem)

    async def _check_messages(self) -> str | None:
        """Return why people cannot be told what waits for them."""
        problem = self.notifier.problem
        return f"E-mails to people cannot be sent: {problem}" if problem else None

    async def _keep_clean(self) -> None:
        """Remove received files at intervals, as the settings say."""
        settings, now = self.parts.settings, self.context.now
        while True:
            # Not at the start: a machine that has just booted may have a wrong clock, and what is removed is lost.
            await asyncio.sleep(CLEAN_S)
            before = 0 if settings.received_days is None else now() - int(settings.received_days * DAY_MS)
            partial_before = now() - int(settings.partial_days * DAY_MS)
            clean = partial(remove_stored, settings.received, before=before, partial_before=partial_before, now=now())
            removed, failed = await run_in_thread(clean)
            if removed or failed:
                log.info("received files removed: %d; not removable: %d", len(removed), len(failed))
            aside = await run_in_thread(partial(remove_aside, settings.received, now() - ASIDE_MS))
            left = 0
            if settings.data_root:
                left = await run_in_thread(
                    partial(remove_partial, settings.data_root, before=partial_before, now=now())
                )
                left += await self._sweep_uploads(settings.data_root, partial_before)
            if aside or left:
                log.info("files removed that were set aside: %d; left by uploads: %d", aside, left)

    async def _sweep_uploads(self, root: Path, before: int) -> int:
        """Remove what people uploaded before a time (ms) and made no offer of; return how many files."""
        await offer_forms.let_go(self.context, before, is_upload)
        kept = await offer_forms.list_sources(self.context)
        return await Uploads(root, owner=self.context.owner).sweep(kept.ids, kept.sources, before)


async def build(
    settings: Settings,
    *,
    transport: Transport | None = None,
    now: Callable[[], int] = read_clock,
    new_id: Callable[[], str] = new_urn,
    decider: Callable[[Enforcer], Decider] | None = None,
    inside: Callable[[Transport], Transport] | None = None,
) -> ConnectorServer:
    """Build a connector. Raises the errors of settings, keys, participant list and store.

    `inside` is as for `build_parts`.
    """
    parts = await build_parts(settings, transport=transport, now=now, inside=inside)
    return await build_on(parts, new_id=new_id, decider=decider)


def make_listeners(settings: Settings) -> Listeners:
    """Return the listeners of a process, which are not open yet. Raises SettingsError."""
    return Listeners(certificate=settings.net.certificate, key=settings.net.key, bounds=to_bounds(settings))


async def build_on(
    parts: Parts,
    *,
    new_id: Callable[[], str] = new_urn,
    decider: Callable[[Enforcer], Decider] | None = None,
    house: ConnectorServer | None = None,
) -> ConnectorServer:
    """Build the connector of one participant on its parts. Raises the errors of settings and files.

    `house` is the connector whose listeners it uses, if it has none of its own.
    """
    settings, now = parts.settings, parts.now
    workers: list[Worker] = []
    vocabulary, secret = operands(ZoneInfo(settings.zone), settings.labels), load_secret(settings)
    connected = await connect_all_planes(parts, now, new_id, make_treating(secret, vocabulary))
    broker = build_search_client(parts)
    announcer = Announcer(broker) if broker else None
    context = build_context(parts, new_id, lambda process: workers[0].wake(process))
    library = Library(vocabulary, ENFORCED_HERE | frozenset(settings.accept), executors=build_executors(parts.client))
    enforcer = build_enforcer(parts, context, connected.planes, library)
    deciding = decider(enforcer) if decider else ByPolicy(enforcer, frozenset(settings.approve))
    workers.append(await build_worker(parts, enforcer, deciding))
    receiver = build_receiver(parts, enforcer, deciding)
    pushers: list[DescriptionPusher] = []

    def announce(asset_id: str) -> None:
        if announcer:
            announcer.announce()
        for pusher in pushers:
            pusher.note(asset_id)

    publisher = build_publisher(parts, enforcer, connected, announce)
    pushers += build_pushers(parts, publisher, announcer)
    credentials, issuing = build_credential_service(parts, context), build_issuer_service(parts, context)
    proving = list_identity_routes(parts, credentials, issuing)

    async def flow_ended(owner: str, report: FlowReport) -> None:
        process = await flow_ends.settle_flow(enforcer, owner, report)
        if process:
            workers[0].wake(process)

    connected.planes.listen(flow_ended)
    listeners = house.listeners if house else make_listeners(settings)
    return ConnectorServer(
        parts=parts,
        context=context,
        enforcer=enforcer,
        publisher=publisher,
        secret=secret,
        worker=workers[0],
        connected=connected,
        protocol=build_protocol(parts, receiver, publisher, proving),
        credentials=credentials,
        issuing=issuing,
        data_routes=build_data_routes(settings, connected.here, parts.owner),
        listeners=listeners,
        broker=broker,
        announcer=announcer,
        pushers=pushers,
        passwords=house.passwords if house else Argon2Passwords(),
        notifier=build_notifier(
            settings, parts.notices, context, parts.client, partial(find_pages, settings, listeners)
        ),
    )
