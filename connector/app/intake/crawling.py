"""The crawler of a broker, with the portals of its settings."""

from collections.abc import Callable

from connector.app.intake.leading import SharedCrawler
from connector.app.intake.pushed import PushedIntake
from connector.app.parts import Parts, vary
from connector.broker.crawl import Found
from connector.broker.harvesting.harvest import Keep, harvest
from connector.broker.harvesting.portal import PortalClient
from connector.broker.schedule import make_portal, make_rhythm
from connector.controlplane.core.watch import ProcessWatch
from connector.ports.broker_store import BrokerStore, CrawlSource


def build_crawler(
    parts: Parts,
    record: BrokerStore,
    now: Callable[[], int],
    note_change: Callable[[], None],
    crawls: ProcessWatch,
    pushed: PushedIntake | None,
) -> SharedCrawler:
    """Return the crawler of participants and portals; each end of a crawl is told to `crawls` and to the intake."""
    portals = PortalClient(parts.client)

    def note_end(participant: str) -> None:
        crawls.notify(participant)
        if pushed is not None:
            pushed.watch.note_news(participant)

    async def read_portal(source: CrawlSource, known: dict[str, str], keep: Keep) -> Found:
        return await harvest(portals, source, known, now=now(), keep=keep)

    return SharedCrawler(
        record,
        parts.peer,
        parts.identity,
        participant=parts.settings.participant.id,
        now=now,
        jitter=vary,
        address_problem=parts.address_problem,
        rhythm=make_rhythm(int(parts.settings.broker.crawl_seconds * 1000)),
        changed=note_change,
        harvest=read_portal,
        relays=parts.settings.broker.relays,
        exclude=parts.identity.exclude,
        portals=[
            make_portal(portal.name, portal.kind, portal.url, portal.title or portal.name, configured=True)
            for portal in parts.settings.broker.portals
        ],
        ended=note_end,
    )
