"""Payments of agreements: what our accounts know, recorded for policies that ask for it."""

from datetime import datetime
from decimal import Decimal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from connector.api.frame.desk import AtContext, AtJudging, Order, milliseconds, moment, moment_or_none
from connector.controlplane.usecases import payments
from connector.ports.entities import PaymentState

router = APIRouter(tags=["agreements"])


class PaymentOrder(Order):
    """Where the payments of an agreement stand from now on."""

    state: PaymentState
    amount: Decimal | None = Field(
        None, max_digits=16, decimal_places=4, description="What was paid with this entry (settled), or is owed (due)."
    )
    currency: str | None = Field(None, max_length=3, description="EUR, the currency that policies count in.")
    until: datetime | None = Field(None, description="What is paid is due again from then on; what is due, overdue.")


class PaymentEntryAnswer(BaseModel):
    """An entry: by which API key it was recorded, and when."""

    state: PaymentState
    at: datetime
    by: str
    amount: str | None
    currency: str
    until: datetime | None


class PaidAnswer(BaseModel):
    """Where the payments of an agreement stand; `amount` is what was paid in all."""

    agreement_id: str
    state: PaymentState
    until: datetime | None
    amount: str
    currency: str
    entries: list[PaymentEntryAnswer]


def _answer(paid: payments.PaymentSummary) -> PaidAnswer:
    return PaidAnswer(
        agreement_id=paid.agreement_id,
        state=paid.state,
        until=moment_or_none(paid.until),
        amount=paid.amount,
        currency=paid.currency,
        entries=[
            PaymentEntryAnswer(
                state=entry.state,
                at=moment(entry.at),
                by=entry.by,
                amount=entry.amount,
                currency=entry.currency,
                until=moment_or_none(entry.until),
            )
            for entry in paid.entries
        ],
    )


@router.get("/agreements/{id:path}/payments")
async def show_payments(context: AtContext, id: str) -> PaidAnswer:
    """Show where the payments of an agreement stand, and how that came to be, oldest entry first."""
    return _answer(await payments.show_payments(context, id))


@router.post("/agreements/{id:path}/payments")
async def record_payment(judging: AtJudging, request: Request, id: str, order: PaymentOrder) -> PaidAnswer:
    """Record where the payments of an agreement stand; transfers that run are decided again at once."""
    paid = await payments.record(
        judging,
        id,
        order.state,
        by=request.state.key_id,
        amount=None if order.amount is None else f"{order.amount:f}",
        currency=order.currency,
        until=milliseconds(order.until),
    )
    return _answer(paid)
