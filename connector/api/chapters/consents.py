"""The consent register: what people said about uses of data on them. Nobody's name is kept or shown."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from connector.api.frame.desk import (
    AfterQuery,
    AtContext,
    AtRegister,
    LimitQuery,
    Listing,
    Order,
    moment,
    moment_or_none,
    page,
    read_listing,
)
from connector.controlplane.usecases import consents
from connector.controlplane.usecases.consents import LONGEST_SUBJECT, MOST_ENTRIES, ConsentStatement
from connector.policy.deciding.consent import GIVEN
from connector.ports.entities import Consent

router = APIRouter(tags=["consents"])

_Subject = Annotated[
    str, Field(max_length=LONGEST_SUBJECT, description="The person, as the records of the data name them; not kept.")
]
_Dataset = Annotated[str | None, Field(max_length=1000, description="One asset; left out, all.")]


class ConsentOrder(Order):
    """What one person said."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"subject": "4711", "purpose": "dpv:ImproveTransportMobility"}]},
    )

    subject: _Subject
    purpose: str = Field(max_length=1000, description="A dpv:Purpose.")
    state: str = Field(GIVEN, max_length=1000, description="A dpv:ConsentStatus.")
    dataset: _Dataset = None
    until: AwareDatetime | None = Field(None, description="When the consent ends by itself.")


class ConsentsOrder(Order):
    """Entries that are recorded together, all or none."""

    entries: list[ConsentOrder] = Field(min_length=1, max_length=MOST_ENTRIES)


class WithdrawOrder(Order):
    """That a person withdraws: one purpose, or all that are on record."""

    subject: _Subject
    dataset: _Dataset = None
    purpose: str | None = Field(None, max_length=1000)


class LookupOrder(Order):
    """Whose entries are asked for; in a body, because addresses are written into logs."""

    subject: _Subject


class ConsentAnswer(BaseModel):
    """An entry; `subject` is a keyed reference to the person, `dataset` is empty where it is about all."""

    subject: str
    dataset: str
    purpose: str
    state: str
    at: datetime
    until: datetime | None


class Recorded(BaseModel):
    """How many entries were recorded."""

    recorded: int


def _answer(entry: Consent) -> ConsentAnswer:
    return ConsentAnswer(
        subject=entry.subject,
        dataset=entry.dataset,
        purpose=entry.purpose,
        state=entry.state,
        at=moment(entry.at),
        until=moment_or_none(entry.until),
    )


@router.post("/consents", status_code=201)
async def record_consents(register: AtRegister, order: ConsentsOrder) -> Recorded:
    """Record what people said, all or nothing; a withdrawal takes effect in running deliveries at once."""
    said = [
        ConsentStatement(
            subject=entry.subject,
            purpose=entry.purpose,
            state=entry.state,
            dataset=entry.dataset or "",
            until=int(entry.until.timestamp() * 1000) if entry.until else None,
        )
        for entry in order.entries
    ]
    return Recorded(recorded=len(await consents.record(register, said)))


@router.post("/consents/withdraw")
async def withdraw_consent(register: AtRegister, order: WithdrawOrder) -> Listing[ConsentAnswer]:
    """Record that a person withdraws; answers what was recorded."""
    found = await consents.withdraw(register, order.subject, dataset=order.dataset, purpose=order.purpose)
    return Listing(items=[_answer(entry) for entry in found], next=None)


@router.post("/consents/lookup")
async def lookup_consent(register: AtRegister, order: LookupOrder) -> Listing[ConsentAnswer]:
    """Show where one person stands: the latest entry for each dataset and purpose."""
    found = await consents.list_of_person(register, order.subject)
    return Listing(items=[_answer(entry) for entry in found], next=None)


@router.get("/consents")
async def list_consents(
    context: AtContext,
    dataset: Annotated[str | None, Query(max_length=1000, description="Only on this asset.")] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Listing[ConsentAnswer]:
    """List the entries, newest first."""
    rows, following = await read_listing(consents.list_consents(context, page(limit, after), dataset))
    return Listing(items=[_answer(row) for row in rows], next=following)
