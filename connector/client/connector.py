"""The two clients: each chapter of the management API is an attribute, and `get` does the whole way in one call."""

from pathlib import Path
from typing import Any, Self

from connector.client.chapters.agreements import Agreements, AsyncAgreements, AsyncAudit, Audit
from connector.client.chapters.assets import Assets, AsyncAssets
from connector.client.chapters.catalog import AsyncCatalogs, AsyncParticipants, Catalogs, Participants
from connector.client.chapters.consents import AsyncConsents, Consents
from connector.client.chapters.credentials import AsyncCredentials, Credentials
from connector.client.chapters.dataplanes import AsyncDataPlaneList, DataPlaneList
from connector.client.chapters.events import AsyncEvents, Events
from connector.client.chapters.issuing import AsyncIssuing, Issuing
from connector.client.chapters.needs import AsyncNeeds, Needs
from connector.client.chapters.negotiations import AsyncHolds, AsyncNegotiations, Holds, Negotiations
from connector.client.chapters.policies import AsyncPolicies, Policies
from connector.client.chapters.privacy import AsyncPrivacy, Privacy
from connector.client.chapters.received import AsyncReceivedFiles, ReceivedFiles
from connector.client.chapters.search import search
from connector.client.chapters.searches import AsyncSearches, Searches
from connector.client.chapters.self_descriptions import AsyncDescriptions, Descriptions
from connector.client.chapters.subscriptions import AsyncSubscriptions, Subscriptions
from connector.client.chapters.transfers import AsyncTransfers, Transfers
from connector.client.chapters.users import AsyncUsers, Users
from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking
from connector.client.get import agree, get
from connector.views.participants import SelfView


def _oneself() -> ApiCall[SelfView]:
    """Show the connector and the scopes of the management key.

    >>> connector.oneself().participant
    'https://me.example'
    """
    return ApiCall(method="GET", path=path_of("self"), answer=SelfView)


class Connector:
    """A blocking client of the management API of one connector.

    Parameters:
        url: address of the management listener, such as `http://127.0.0.1:7082`.
        key: management key; the client sends it with each request and never shows it.
        ca: file with trust anchors (PEM) for https, instead of those of the system.
        transport: an httpx transport, for tests.

    >>> with Connector("http://127.0.0.1:7082", "a-key") as other:
    ...     print(type(other.assets).__name__)
    Assets
    """

    def __init__(self, url: str, key: str, *, ca: Path | None = None, transport: Any = None) -> None:
        # httpx is imported with the first client: a process that only serves needs no httpx.
        import httpx

        from connector.client.frame.driver import Driver, options

        driver = Driver(httpx.Client(**options(url, key, ca, transport)))
        self._close = driver.close
        self.driver: Runs = driver
        self.assets = Assets(driver)
        self.descriptions = Descriptions(driver)
        self.catalog = Catalogs(driver)
        self.participants = Participants(driver)
        self.negotiations = Negotiations(driver)
        self.holds = Holds(driver)
        self.agreements = Agreements(driver)
        self.audit = Audit(driver)
        self.transfers = Transfers(driver)
        self.subscriptions = Subscriptions(driver)
        self.received = ReceivedFiles(driver)
        self.policies = Policies(driver)
        self.events = Events(driver)
        self.needs = Needs(driver)
        self.searches = Searches(driver)
        self.consents = Consents(driver)
        self.credentials = Credentials(driver)
        self.issuing = Issuing(driver)
        self.privacy = Privacy(driver)
        self.users = Users(driver)
        self.dataplanes = DataPlaneList(driver)

    search = blocking(search)
    get = blocking(get)
    agree = blocking(agree)
    oneself = blocking(_oneself)

    def close(self) -> None:
        """Close the connections."""
        self._close()

    def __enter__(self) -> Self:
        """Use the client in a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()


class AsyncConnector:
    """An asynchronous client of the management API of one connector; the parameters are those of `Connector`."""

    def __init__(self, url: str, key: str, *, ca: Path | None = None, transport: Any = None) -> None:
        # As above: httpx comes with the first client.
        import httpx

        from connector.client.frame.driver import AsyncDriver, options

        driver = AsyncDriver(httpx.AsyncClient(**options(url, key, ca, transport)))
        self._close = driver.close
        self.driver: AsyncRuns = driver
        self.assets = AsyncAssets(driver)
        self.descriptions = AsyncDescriptions(driver)
        self.catalog = AsyncCatalogs(driver)
        self.participants = AsyncParticipants(driver)
        self.negotiations = AsyncNegotiations(driver)
        self.holds = AsyncHolds(driver)
        self.agreements = AsyncAgreements(driver)
        self.audit = AsyncAudit(driver)
        self.transfers = AsyncTransfers(driver)
        self.subscriptions = AsyncSubscriptions(driver)
        self.received = AsyncReceivedFiles(driver)
        self.policies = AsyncPolicies(driver)
        self.events = AsyncEvents(driver)
        self.needs = AsyncNeeds(driver)
        self.searches = AsyncSearches(driver)
        self.consents = AsyncConsents(driver)
        self.credentials = AsyncCredentials(driver)
        self.issuing = AsyncIssuing(driver)
        self.privacy = AsyncPrivacy(driver)
        self.users = AsyncUsers(driver)
        self.dataplanes = AsyncDataPlaneList(driver)

    search = asynchronous(search)
    get = asynchronous(get)
    agree = asynchronous(agree)
    oneself = asynchronous(_oneself)

    async def close(self) -> None:
        """Close the connections."""
        await self._close()

    async def __aenter__(self) -> Self:
        """Use the client in an `async with` block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self.close()
