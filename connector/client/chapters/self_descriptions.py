"""Self-descriptions: what this connector states about itself and its assets, signed, and the check of others."""

from dataclasses import dataclass

from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking
from connector.views.self_descriptions import CheckDescriptionOrder, CheckedDescriptionView, SelfDescriptionView


def _show(asset: str | None = None, *, offering: bool = False) -> ApiCall[SelfDescriptionView]:
    """Show the self-description of the participant, or of a published asset: its dataset or its offering.

    >>> connector.descriptions.show().kind.value
    'participant'
    """
    query = {"asset": asset, "offering": "true" if offering else None}
    return ApiCall(method="GET", path=path_of("self-description"), answer=SelfDescriptionView, query=query)


def _check(credential: str) -> ApiCall[CheckedDescriptionView]:
    """Check a secured credential by the participant list; `problem` of the answer says why it does not hold.

    >>> connector.descriptions.check(connector.descriptions.show().credential).problem is None
    True
    """
    return ApiCall(
        method="POST",
        path=path_of("self-description", "check"),
        answer=CheckedDescriptionView,
        body=CheckDescriptionOrder(credential=credential),
    )


@dataclass(frozen=True)
class Descriptions:
    """Self-descriptions of this connector, and the check of any."""

    driver: Runs

    show = blocking(_show)
    check = blocking(_check)


@dataclass(frozen=True)
class AsyncDescriptions:
    """Self-descriptions of this connector, and the check of any."""

    driver: AsyncRuns

    show = asynchronous(_show)
    check = asynchronous(_check)
