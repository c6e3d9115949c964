"""The broker of a data space: a participant that crawls all others, answers searches and republishes the catalogues.

It implements the Dataspace Protocol as a Catalogue Service: version document, catalogue and dataset. It neither
negotiates nor transfers data.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from secrets import token_bytes
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from starlette.requests import Request
from starlette.types import ASGIApp

from connector.api.board.frame import BoardDesk
from connector.api.board.mounting import add_board
from connector.api.broker import make_broker_app
from connector.api.frame.auth import ApiKey
from connector.api.operating.app import make_operator_app
from connector.api.operating.why import WhyDesk, add_why
from connector.api.portals.mounting import add_portals
from connector.api.self_descriptions import add_self_descriptions
from connector.app.checking import build_anchors
from connector.app.control.credentials import build_credential_service
from connector.app.identities import find_own_authority
from connector.app.intake.crawling import build_crawler
from connector.app.intake.hearing import Hearing
from connector.app.intake.leading import LeadIntake, SharedCrawler
from connector.app.intake.pushed import PushedIntake, build_intake
from connector.app.late import LateApplication
from connector.app.listeners import Listeners, find_pages, make_site
from connector.app.parts import (
    Parts,
    Work,
    build_parts,
    list_identity_routes,
    make_holding_context,
    make_rates,
    new_urn,
    read_clock,
    to_bounds,
    vary,
)
from connector.app.storing.records import BrokerRecords, open_records
from connector.app.trust.membership import begin_membership, list_trust_work
from connector.app.trust.office import build_office
from connector.binding.broker import Announcer, SearchClient
from connector.binding.dsp.catalog import routes_for
from connector.binding.dsp.gatekeeper import Gatekeeper
from connector.binding.dsp.listener import mount
from connector.broker import federated
from connector.broker.board.posting import AT_ONCE, PUBLIC, PostOffice, WebhookPoster
from connector.broker.board.telling import Teller
from connector.broker.describing.subject import PublicSite
from connector.broker.graphing import follow, name_layout
from connector.broker.operating.assessing import Assessor
from connector.broker.operating.usage import SearchCounter, ignore_search
from connector.broker.projector import Projector
from connector.broker.visibility.callers import Visibility
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.judging.library import Library, operands
from connector.controlplane.processes import inbound
from connector.controlplane.usecases import users
from connector.controlplane.usecases.catalog import OwnCatalogPage
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.controlplane.usecases.users import InvitedUser, UserRegister
from connector.desk.broker import BrokerOffice
from connector.desk.operating.values import INDEX, OperatorDesk
from connector.identity.passwords import Argon2Passwords
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.serving.messages import Application
from connector.net.slots import CallerShares
from connector.net.transport import DialLimits, Transport
from connector.ports.board import Board
from connector.ports.broker_store import BrokerStore
from connector.ports.entities import UserRole
from connector.ports.graph import GraphStore
from connector.ports.identity import Caller, Intent, find_name
from connector.ports.moderated_store import ModeratedStore
from connector.ports.replica import Replica
from connector.ports.search_index import SearchIndex
from connector.settings import Settings
from connector.store.graph.graph import open_graph
from connector.store.index.folders import locate_index
from connector.store.index.index import open_index

_ROLES = (UserRole.CONSUMER, UserRole.OPERATOR)


@dataclass(frozen=True)
class BrokerServer:
    """A built broker; it listens after `start`. `changed` is set when the record changes, for the graph.
    `to_public` reaches only public addresses. Each of the `announcers` tells another broker of changes.
    """

    parts: Parts
    record: ModeratedStore
    index: SearchIndex
    board: Board
    teller: Teller
    poster: WebhookPoster
    announcers: Sequence[Announcer]
    to_public: Transport
    operator: OperatorDesk
    visibility: Visibility
    protocol: Application
    api: ASGIApp
    searches: SearchCounter | None
    listeners: Listeners
    site: PublicSite
    changed: asyncio.Event
    now: Callable[[], int]
    shares: CallerShares
    intake: LeadIntake
    hearing: Hearing
    credentials: CredentialService | None = None
    graph: GraphStore | None = None
    pushed: PushedIntake | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    telling: set[asyncio.Task[int]] = field(default_factory=set)

    async def start(self) -> None:
        """Open the listeners and start the crawler. Raises ListenFailed."""
        settings = self.parts.settings
        protocol, broker = settings.protocol, settings.broker
        await self.listeners.open_peers("protocol", self.protocol, protocol.host, protocol.port)
        await self.listeners.open_asgi("broker", self.api, broker.host, broker.port, public=True)
        if settings.web.port is not None:
            secure = (settings.web.public_url or "https:").startswith("https:")
            pages = LateApplication(self._load_pages)
            await self.listeners.open_asgi("web", pages, settings.web.host, settings.web.port, public=secure)
        if settings.management.keys:  # without a key nobody could use it
            at, api = settings.management, LateApplication(self._load_management)
            await self.listeners.open_asgi("management", api, at.host, at.port, public=False)
        await begin_membership(self.parts, self.credentials)
        work: list[tuple[str, Work]] = [
            ("projector", self.operator.projector.run),
            ("intake", self.intake.run),
            *list_trust_work(self.parts, self.credentials, self._relist),
        ]
        if settings.store.url is not None:  # others write too
            work.append(("hearing", self.hearing.run))
        if self.graph is not None:
            work.append(("graph", partial(follow, self.record, self.graph, self.site, self.changed)))
        self.tasks.extend(asyncio.create_task(run(), name=name) for name, run in work)

    def _relist(self) -> None:
        self.operator.crawler.relist()
        if self.pushed is not None:
            self.pushed.expiry.relist()

    async def invite_first(self) -> InvitedUser | None:
        """Return the link for the first sign-in to the pages, if there are pages and nobody has signed in yet."""
        return await users.invite_first(self._make_register()) if self.parts.settings.web.port is not None else None

    def _make_register(self) -> UserRegister:
        """Return the people who sign in, with the address of the pages, which is known after the start."""
        return replace(self.operator.users, pages=find_pages(self.parts.settings, self.listeners))

    def _load_management(self) -> ASGIApp:
        """Load the API for the operator, at its first request: links for people need the address of the pages."""
        keys = [ApiKey(id=key.id, sha256=key.sha256, scopes=key.scopes) for key in self.parts.settings.management.keys]
        desk = msgspec.structs.replace(self.operator, users=self._make_register())
        return make_operator_app(desk, keys=keys, rates=make_rates(self.parts.settings, self.parts.replica))

    def _load_pages(self) -> ASGIApp:
        """Load the pages, at their first request."""
        from connector.app.accounts.logins import build_login
        from connector.web.frame.application import PagesHouse
        from connector.web.public.site import make_broker_pages

        parts, settings, rates = self.parts, self.parts.settings, make_rates(self.parts.settings, self.parts.replica)
        register = self._make_register()

        def admit(request: Request) -> int:
            host = request.client.host if request.client else ""
            return rates.admit_unknown(rates.name_caller(host, request.headers))

        desk = BrokerOffice(
            operator=msgspec.structs.replace(self.operator, users=register),
            visibility=self.visibility,
            directory=parts.identity,
            library=Library(operands(ZoneInfo(settings.zone), settings.labels), executors={}),
            board=self.board,
            site=self.site,
            open=settings.broker.open,
            note_search=self.searches.note if self.searches else ignore_search,
            list_in_use=parts.identity.list_in_use,
            find_problem=lambda: next(iter(parts.list_warnings().values()), None),
        )
        house = PagesHouse(
            address=register.pages,
            provider=settings.participant.name,
            proxies=settings.net.proxies,
            stopping=self.stopping,
            organisation=build_login(settings, parts.client, self.now, register, token_bytes(32)),
            statements=settings.web.statements,
            processes=lambda: parts.replica.count,
        )
        return make_broker_pages(desk, house, admit=admit, shares=self.shares)

    async def stop(self) -> None:
        """Stop the crawler, and close the listeners, the search index, the board, the record and the store."""
        self.stopping.set()
        await self.operator.crawler.stop()
        await self.operator.assessor.stop()
        if self.searches is not None:
            await self.searches.close()
        for task in (*self.tasks, *self.telling):
            task.cancel()
        await asyncio.gather(*self.tasks, *self.telling, return_exceptions=True)
        await self.listeners.close()
        if self.graph is not None:
            await self.graph.close()
        await self.index.close()
        await self.board.close()
        await self.record.close()
        if isinstance(self.to_public, SocketTransport):
            await self.to_public.close()
        await self.parts.close()


async def build_broker(
    settings: Settings,
    *,
    transport: Transport | None = None,
    now: Callable[[], int] = read_clock,
) -> BrokerServer:
    """Build a broker. Raises the errors of settings, keys, participant list, store and record."""
    parts = await build_parts(settings, transport=transport, now=now)
    kept = await open_records(settings, parts.replica)
    record, board = kept.record, kept.board
    index = await open_index(locate_index(settings.broker.record))
    teller, changed, crawls = Teller(record, index, board, now=now), asyncio.Event(), ProcessWatch()
    projector = _build_projector(record, index, teller, crawls, kept.replica)
    announcers = _build_announcers(parts)

    def note_change() -> None:
        projector.wake()
        changed.set()
        for announcer in announcers:
            announcer.announce()

    site = make_site(settings)
    pushed = build_intake(
        parts, record, kept.descriptions, lambda participant: crawler.nudge(participant), now, note_change
    )
    crawler = build_crawler(parts, record, now, note_change, crawls, pushed)
    crawler.share(kept.replica, kept.pass_on)
    credentials = build_credential_service(parts, make_holding_context(parts, now))
    searches = SearchCounter(record, now) if settings.broker.statistics else None
    telling = set[asyncio.Task[int]]()
    desk = _make_desk(
        parts, record, site, searches is not None, index, projector, crawler, crawls, note_change, now, telling
    )
    graph, visibility, shares = _open_graph(settings, site), Visibility(record, now), CallerShares()
    to_public = transport or SocketTransport(PUBLIC, DialLimits(connections=2 * AT_ONCE), tls=build_anchors(settings))
    webhooks, office = kept.webhooks, _make_office(parts, to_public, now)
    poster = WebhookPoster(record, index, board, webhooks, office, teller.followers)
    intake = _build_lead(kept, crawler, teller, poster, announcers, pushed)
    hearing = Hearing(kept, intake, crawler, teller, poster, pushed, projector.wake, changed, note_change)
    needs = BoardDesk(
        board=board, record=record, index=index, teller=teller, webhooks=webhooks, poster=poster, site=site, now=now
    )
    return BrokerServer(
        parts=parts,
        record=record,
        index=index,
        board=board,
        teller=teller,
        poster=poster,
        announcers=announcers,
        to_public=to_public,
        operator=desk,
        visibility=visibility,
        protocol=_build_protocol(parts, visibility, credentials),
        credentials=credentials,
        api=_build_api(parts, desk, needs, visibility, shares, graph, pushed, searches, intake),
        searches=searches,
        listeners=Listeners(certificate=settings.net.certificate, key=settings.net.key, bounds=to_bounds(settings)),
        site=site,
        changed=changed,
        now=now,
        shares=shares,
        graph=graph,
        pushed=pushed,
        intake=intake,
        hearing=hearing,
        telling=telling,
    )


def _build_lead(
    kept: BrokerRecords,
    crawler: SharedCrawler,
    teller: Teller,
    poster: WebhookPoster,
    announcers: Sequence[Announcer],
    pushed: PushedIntake | None,
) -> LeadIntake:
    """Return what one process does for all while it leads."""
    work: list[tuple[str, Work]] = [("crawler", crawler.run), ("teller", teller.run), ("webhooks", poster.run)]
    work += [("announcer", announcer.run) for announcer in announcers]
    if pushed is not None:
        work += [("expiry", pushed.expiry.run), ("statuses", pushed.watch.run)]
    return LeadIntake(kept.replica, crawler, work)


def _make_desk(
    parts: Parts,
    record: ModeratedStore,
    site: PublicSite,
    counts: bool,
    index: SearchIndex,
    projector: Projector,
    crawler: SharedCrawler,
    crawls: ProcessWatch,
    note_change: Callable[[], None],
    now: Callable[[], int],
    telling: set[asyncio.Task[int]],
) -> OperatorDesk:
    """Return what the operator of the broker works with."""
    return OperatorDesk(
        users=_make_register(parts, now, crawls),
        record=record,
        assessor=Assessor(record, site, now),
        counts_searches=counts,
        index=index,
        projector=projector,
        crawler=crawler,
        crawls=crawls,
        changed=note_change,
        now=now,
        members=build_office(parts, telling),
        find_authority=lambda: find_own_authority(parts.identity),
    )


def _build_projector(
    record: BrokerStore, index: SearchIndex, teller: Teller, watch: ProcessWatch, replica: Replica
) -> Projector:
    """Return what lets the index follow the record; its commits wake who waits for hits, and open pages."""

    def note_followed() -> None:
        teller.wake()
        if not replica.leads.is_set():
            # The process that leads compares what is new with searches; here, each looks for itself.
            for follower in teller.followers.present():
                follower.changed.set()
        watch.notify(INDEX)

    return Projector(record, index, clock=time.monotonic, followed=note_followed)


def _make_register(parts: Parts, now: Callable[[], int], watch: ProcessWatch) -> UserRegister:
    """Return the people who sign in to the pages of a broker: who operates it, and who reads for a participant."""
    context = replace(make_holding_context(parts, now), watch=watch)
    return UserRegister(context, Argon2Passwords(), local=parts.settings.web.passwords, roles=_ROLES)


def _build_announcers(parts: Parts) -> list[Announcer]:
    """Return what tells other brokers of changes: a crawl that finds nothing new is not told, so it comes to an end."""
    readers = parts.settings.broker.readers
    return [Announcer(SearchClient(parts.client, parts.identity, reader.participant, reader.api)) for reader in readers]


def _make_office(parts: Parts, to_public: Transport, now: Callable[[], int]) -> PostOffice:
    return PostOffice(
        directory=parts.identity,
        policy=parts.policy,
        listed=parts.client,
        public=GuardedClient(PUBLIC, to_public),
        now=now,
        new_id=new_urn,
        jitter=vary,
    )


def _build_api(
    parts: Parts,
    desk: OperatorDesk,
    needs: BoardDesk,
    visibility: Visibility,
    shares: CallerShares,
    graph: GraphStore | None,
    pushed: PushedIntake | None,
    searches: SearchCounter | None,
    intake: LeadIntake,
) -> ASGIApp:
    """Return the API for participants and portals."""
    settings = parts.settings

    async def authenticate(authorization: str | None) -> Caller:
        return await parts.identity.authenticate(authorization, Intent.SEARCH)

    async def use(caller: Caller) -> None:
        await parts.store.commit(inbound.use_token(caller))
        desk.crawler.note_proof(caller.participant)

    api = make_broker_app(
        desk.record,
        desk.index,
        desk.projector,
        desk.crawler,
        authenticate,
        use,
        visibility=visibility,
        participant=settings.participant.id,
        now=desk.now,
        alive=intake.is_alive,
        rates=make_rates(settings, parts.replica),
        shares=shares,
        open=settings.broker.open,
        list_in_use=parts.identity.list_in_use,
        list_warnings=parts.list_warnings,
        note_search=searches.note if searches else ignore_search,
    )
    add_why(api, WhyDesk(record=desk.record, index=desk.index, operator=settings.participant.id))
    add_portals(api, needs.site, graph)
    if pushed is not None:
        add_self_descriptions(api, pushed.intake)
    add_board(api, needs)
    return api


def _open_graph(settings: Settings, site: PublicSite) -> GraphStore | None:
    path = settings.broker.record.with_suffix(".graph")
    return open_graph(path, name_layout(site)) if settings.broker.sparql else None


def _build_protocol(parts: Parts, visibility: Visibility, credentials: CredentialService | None) -> Application:
    """Return the application for peers: a Catalogue Service with the datasets of the record that a caller sees."""
    participant = parts.settings.participant.id

    async def provide(
        caller: Caller, after: str | None, limit: int | None, filters: tuple[object, ...]
    ) -> OwnCatalogPage:
        page = await federated.provide(
            await visibility.open_view(caller),
            participant=participant,
            address=parts.address,
            name=find_name(parts.identity, participant) or None,
            after=after,
            limit=limit,
            filters=filters,
        )
        return OwnCatalogPage(body=page.body, next=page.next)

    async def provide_dataset(caller: Caller, id: str) -> bytes | None:
        return await federated.provide_dataset(await visibility.open_view(caller), id)

    gatekeeper = Gatekeeper(identity=parts.identity, store=parts.store, rates=make_rates(parts.settings, parts.replica))
    routes = routes_for(gatekeeper, parts.address, provide, provide_dataset)
    return mount(participant, parts.address, routes, list_identity_routes(parts, credentials))
