"""The pieces of a connector, each built from the parts of its participant."""

import random
from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import urlsplit

from connector.app.parts import (
    Parts,
    make_rates,
    to_limits,
)
from connector.app.planes.local import build_local_plane, build_product_maker
from connector.app.planes.signaling import AnyPlane, ConnectedPlanes, build_end, connect_planes, open_signaling
from connector.binding.broker import Announcer, SearchClient
from connector.binding.dsp import catalog as catalog_binding
from connector.binding.dsp import self_descriptions
from connector.binding.dsp.gatekeeper import Gatekeeper
from connector.binding.dsp.listener import application
from connector.binding.dsp.routing import Route
from connector.binding.pushing import DescriptionClient, DescriptionPusher
from connector.controlplane.core.context import Context
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.library import Library
from connector.controlplane.processes.receiver import MessageReceiver
from connector.controlplane.processes.sending.backoff import PeerBackoff
from connector.controlplane.processes.sending.driver import ProcessDriver
from connector.controlplane.processes.worker import Worker
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.dataplane.treating.delivery import Treating
from connector.net.serving.messages import Application
from connector.ports.decider import Decider
from connector.ports.identity import find_name
from connector.ports.replica import Alone
from connector.ports.store import AnyProcess
from connector.settings import ParticipantSettings
from connector.views.descriptions import Contact


def build_context(parts: Parts, new_id: Callable[[], str], wake: Callable[[AnyProcess], None]) -> Context:
    """Return the context of a participant; `wake` is told of each process that may be due."""
    return Context(
        owner=parts.owner,
        participant=parts.settings.participant.id,
        address=parts.address,
        store=parts.store,
        now=parts.now,
        new_id=new_id,
        watch=ProcessWatch(),
        wake=wake,
        find_name=partial(find_name, parts.identity),
        shared=not isinstance(parts.replica, Alone),
    )


def build_publisher(
    parts: Parts, enforcer: Enforcer, connected: ConnectedPlanes, announce: Callable[[str], None]
) -> Publisher:
    """Return what publishes assets; `announce` is told the identifier of each that has changed."""
    dataplane = connected.planes
    return Publisher(
        context=enforcer.context,
        evaluator=enforcer.evaluator,
        supports=dataplane.supports,
        look=dataplane.look,
        announce=announce,
        limits=enforcer.limits,
        contact=_find_contact(parts.settings.participant),
        keys=parts.identity.credentials,
        deriver=build_product_maker(parts.settings, connected.here),
    )


def build_pushers(parts: Parts, publisher: Publisher, announcer: Announcer | None) -> list[DescriptionPusher]:
    """Return what pushes self-descriptions to the broker; nothing without a broker, or without keys."""
    chosen = parts.settings.broker
    if announcer is None or publisher.keys is None or not chosen.participant or not chosen.api:
        return []
    client = DescriptionClient(parts.client, parts.identity, chosen.participant, chosen.api)
    return [DescriptionPusher(publisher, publisher.keys, client, announce=announcer.announce)]


def build_protocol(
    parts: Parts,
    receiver: MessageReceiver,
    publisher: Publisher,
    proving: Sequence[Route],
) -> Application:
    """Return the application for peers, with what this participant states: its catalogue, itself, and its keys.

    `proving` are the routes that prove who this participant is.
    """
    identity, rates = parts.identity, make_rates(parts.settings, parts.replica)
    gatekeeper = Gatekeeper(identity, parts.store, rates, identity.seals, parts.list_addresses)
    stated = [*catalog_binding.routes(gatekeeper, publisher), *self_descriptions.routes(gatekeeper, publisher)]
    root = urlsplit(parts.settings.protocol.public_url).path.rstrip("/")
    return application(gatekeeper, receiver, stated, proving, root)


def build_enforcer(parts: Parts, context: Context, dataplane: AnyPlane, library: Library) -> Enforcer:
    """Return what enforces policies at a data plane."""
    evaluator = Evaluator(
        context=context,
        library=library,
        directory=parts.identity,
        changed_at=dataplane.changed_at,
        describe=dataplane.describe,
        exclude=parts.identity.exclude,
    )
    return Enforcer(
        context=context,
        evaluator=evaluator,
        dataplane=dataplane,
        limits=to_limits(parts.settings),
    )


def build_receiver(parts: Parts, enforcer: Enforcer, decider: Decider) -> MessageReceiver:
    """Return what receives the messages of peers."""
    return MessageReceiver(
        context=enforcer.context,
        enforcer=enforcer,
        decider=decider,
        address_problem=parts.address_problem,
        data_problem=parts.data_problem,
        limits=enforcer.limits,
    )


async def build_worker(parts: Parts, enforcer: Enforcer, decider: Decider) -> Worker:
    """Return the worker, with the back-off of peers as it is stored."""
    context, limits = enforcer.context, enforcer.limits
    backoff = PeerBackoff(
        context.owner,
        await context.store.backoffs(context.owner),
        limits=limits,
        now=context.now,
        spread=lambda: 0.5 + random.random() / 2,  # noqa: S311 - jitter
    )
    driver = ProcessDriver(
        context=context,
        enforcer=enforcer,
        peer=parts.peer,
        decider=decider,
        backoff=backoff,
        limits=limits,
    )
    return Worker(driver)


def build_search_client(parts: Parts) -> SearchClient | None:
    """Return the client of the broker that the settings name, or None."""
    chosen = parts.settings.broker
    if not chosen.participant or not chosen.api:
        return None
    return SearchClient(parts.client, parts.identity, chosen.participant, chosen.api)


async def connect_all_planes(
    parts: Parts, now: Callable[[], int], new_id: Callable[[], str], treating: Treating
) -> ConnectedPlanes:
    """Return the data planes of a connector; without a signaling listener, that of its process alone."""
    settings = parts.settings
    here = build_local_plane(
        settings, parts.store, parts.client, now=now, treating=treating, data_problem=parts.data_problem
    )
    if settings.signaling.port is None:
        return ConnectedPlanes(here, here)
    rates = make_rates(settings, parts.replica)
    end = await build_end(settings, parts.store, parts.client, owner=parts.owner, now=now, new_id=new_id, rates=rates)
    planes = connect_planes(
        end, here, settings, directory=parts.identity, data_problem=parts.data_problem, new_id=new_id
    )
    return open_signaling(end, planes, parts.client)


def _find_contact(participant: ParticipantSettings) -> Contact | None:
    """Return the contact that the settings of a participant state, or None."""
    if not (participant.email or participant.telephone or participant.web_page):
        return None
    return Contact(
        name=participant.name,
        email=participant.email or "",
        url=participant.web_page or "",
        telephone=participant.telephone or "",
    )
