"""The participant list as this connector knows it, and who we are in it."""

from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter, Request
from pydantic import BaseModel

from connector.api.frame.desk import AfterQuery, AtContext, AtJudging, LimitQuery, Listing

router = APIRouter(tags=["participants"])


class ParticipantAnswer(BaseModel):
    """An entry of the signed participant list; `claims` are what its signer vouches for."""

    id: str
    name: str
    address: str | None
    roles: list[str]
    claims: dict[str, list[str]]


class SelfAnswer(BaseModel):
    """This connector: who it is, where others reach it, and what the presented key opens."""

    participant: str
    address: str
    version: str
    scopes: list[str]


@router.get("/participants")
async def list_participants(
    judging: AtJudging, limit: LimitQuery = 50, after: AfterQuery = None
) -> Listing[ParticipantAnswer]:
    """List the participants, ordered by identifier."""
    known = sorted(judging.directory.participants(), key=lambda entry: entry.id)
    rest = [entry for entry in known if after is None or entry.id > after]
    items = [
        ParticipantAnswer(
            id=entry.id,
            name=entry.name,
            address=entry.address,
            roles=list(entry.roles),
            claims={name: list(values) for name, values in entry.claims.items()},
        )
        for entry in rest[:limit]
    ]
    return Listing(items=items, next=items[-1].id if len(rest) > limit else None)


@router.get("/self")
async def show_self(context: AtContext, request: Request) -> SelfAnswer:
    """Show who this connector is, and what the key opens."""
    context = context
    scopes = sorted(request.state.scopes)
    return SelfAnswer(participant=context.participant, address=context.address, version=_version(), scopes=scopes)


def _version() -> str:
    try:
        return version("datenkontor")
    except PackageNotFoundError:
        return "unknown"
