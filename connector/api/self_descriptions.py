"""The endpoints of the broker for self-descriptions: pushed, read byte for byte, listed and withdrawn.

A name in an address is made from the issuer and the subject (`name_description`), so that a participant can take no
name of another.
"""

import hashlib
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request, Response

from connector.api.broker import Known, KnownCaller
from connector.api.frame.errors import ApiError
from connector.broker.intake.accepting import DescriptionRefused
from connector.broker.intake.intake import DescriptionIntake, Kept
from connector.ports.descriptions import PushedDescription
from connector.protocol.credential import MEDIA_TYPE, SECURED_LIMIT
from connector.views.common import LONGEST_IDENTIFIER
from connector.views.conversion import to_view
from connector.views.self_descriptions import PushedDescriptionView

RETRY_S = 5
_STATUS = {"not-yours": 403, "no-source": 404, "too-many": 409, "not-yet": 503, "status-unknown": 503}

router = APIRouter(prefix="/v1/self-descriptions", tags=["self-descriptions"])


def add_self_descriptions(app: FastAPI, intake: DescriptionIntake) -> None:
    """Add the endpoints for self-descriptions to the application of the broker's API."""
    app.state.intake = intake
    app.include_router(router)


async def _intake(request: Request) -> DescriptionIntake:
    intake: DescriptionIntake = request.app.state.intake
    return intake


AtIntake = Annotated[DescriptionIntake, Depends(_intake)]
NamePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{43}$", description="Name of the self-description.")]


@router.put("/{name}")
async def put_self_description(
    request: Request,
    intake: AtIntake,
    caller: KnownCaller,
    name: NamePath,
    content_type: Annotated[str, Header(max_length=200)] = "",
    content_encoding: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """Push a self-description of the caller, as `application/vc+jwt`: 201 if it is new, 200 if it is replaced.

    The same bytes again change nothing.
    """
    if content_type.partition(";")[0].strip().lower() != MEDIA_TYPE or content_encoding:
        raise ApiError(415, "media-type", f"The body is of another type: send {MEDIA_TYPE}, not compressed.")
    secured = await _read_body(request)
    try:
        taken = await intake.put(caller.participant, name, secured, caller.shown)
    except DescriptionRefused as refused:
        status = _STATUS.get(refused.code, 422)
        retry_s = RETRY_S if status == 503 else 0
        raise ApiError(status, refused.code, refused.reason, retry_after_s=retry_s) from None
    shown = {**_show(taken.description), "changed": taken.kept is not Kept.UNCHANGED}
    return _json(shown, 201 if taken.kept is Kept.NEW else 200)


@router.get("/{name}")
async def read_self_description(
    intake: AtIntake,
    caller: Known,
    name: NamePath,
    if_none_match: Annotated[str, Header(max_length=1000)] = "",
) -> Response:
    """Return a self-description byte for byte as its participant signed it, to be verified by anybody."""
    found = await intake.find_for(caller, name)
    if found is None:
        raise ApiError(404, "no-description", "Unknown self-description: it was withdrawn, or has expired.")
    tag = f'"{hashlib.sha256(found.secured).hexdigest()[:32]}"'
    headers = {"ETag": tag}
    if tag in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(found.secured, media_type=MEDIA_TYPE, headers=headers)


@router.get("")
async def list_self_descriptions(
    intake: AtIntake,
    caller: KnownCaller,
    after: Annotated[str, Query(max_length=LONGEST_IDENTIFIER, description="The `next` of the previous answer.")] = "",
) -> Response:
    """List the self-descriptions of the caller that this broker keeps, with what they lack."""
    rows, following = await intake.list_own(caller.participant, after)
    return _json({"items": [_show(row) for row in rows], "next": following})


@router.delete("/{name}", status_code=204)
async def withdraw_self_description(intake: AtIntake, caller: KnownCaller, name: NamePath) -> Response:
    """Withdraw a self-description of the caller; its dataset is found no more, at once."""
    if not await intake.withdraw(caller.participant, name):
        raise ApiError(404, "no-description", "You have no self-description of this name here.")
    return Response(status_code=204)


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > SECURED_LIMIT:
            reason = f"The credential is longer than {SECURED_LIMIT} bytes: shorten what it states."
            raise ApiError(413, "too-long", reason)
    return bytes(body)


def _show(description: PushedDescription) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(to_view(PushedDescriptionView, description))
    return shown


def _json(document: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(document), status, media_type="application/json")
