"""Endpoints for self-descriptions: what this connector states, signed, and the check of what anybody states."""

from typing import Annotated, Any

import msgspec
from fastapi import Query

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AtPublisher
from connector.controlplane.usecases.offering import self_descriptions
from connector.net.aside import work_aside
from connector.protocol.credential import DescriptionKind, name_description, read_credential
from connector.views.common import LONGEST_IDENTIFIER
from connector.views.conversion import to_view
from connector.views.self_descriptions import CheckDescriptionOrder, CheckedDescriptionView, SelfDescriptionView

router = ChapterRouter(tags=["self-descriptions"])


@router.get("/self-description")
async def show_self_description(
    publisher: AtPublisher,
    asset: Annotated[
        str | None, Query(max_length=LONGEST_IDENTIFIER, description="Published asset (default: the participant).")
    ] = None,
    offering: Annotated[bool, Query(description="The offering of the asset instead of its dataset.")] = False,
) -> SelfDescriptionView:
    """Show the signed self-description of this participant, or of a published asset."""
    kind = DescriptionKind.OFFERING if offering else DescriptionKind.DATASET
    if asset is None:
        kind = DescriptionKind.PARTICIPANT
    made = await self_descriptions.provide(publisher, kind, asset)
    credential = read_credential(made.payload)
    return to_view(
        SelfDescriptionView,
        credential,
        name=name_description(credential.issuer, credential.subject),
        key=made.key,
        statement=_parse(credential.document),
        credential=made.secured.decode(),
    )


@router.post("/self-description/check")
async def check_self_description(publisher: AtPublisher, order: CheckDescriptionOrder) -> CheckedDescriptionView:
    """Check a secured credential by the participant list, and show what it states, by whom and until when."""
    secured = order.credential.encode()
    checked = await work_aside(len(secured), lambda: self_descriptions.check(publisher, secured))
    credential = checked.credential
    return to_view(
        CheckedDescriptionView,
        credential,
        issuer_name=publisher.context.find_name(credential.issuer),
        statement=_parse(credential.document),
        problem=checked.problem,
    )


def _parse(document: bytes) -> dict[str, Any]:
    statement: dict[str, Any] = msgspec.json.decode(document)
    return statement
