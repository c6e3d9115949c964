"""Endpoints for the payments of an agreement, recorded for policies that refer to them."""

from fastapi import Request

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AtContext, AtEvaluator
from connector.controlplane.usecases import payments
from connector.views.conversion import to_ms, to_view
from connector.views.payments import CorrectionOrder, PaymentOrder, PaymentSummaryView

router = ChapterRouter(tags=["agreements"])


@router.get("/agreements/{id:path}/payments")
async def show_payments(context: AtContext, id: str) -> PaymentSummaryView:
    """Show the state of the payments of an agreement with all entries, oldest first."""
    return to_view(PaymentSummaryView, await payments.show_payments(context, id))


@router.post("/agreements/{id:path}/payments")
async def record_payment(evaluator: AtEvaluator, request: Request, id: str, order: PaymentOrder) -> PaymentSummaryView:
    """Record the state of the payments of an agreement; running transfers are decided again."""
    paid = await payments.record(
        evaluator,
        id,
        order.state,
        by=request.state.key_id,
        amount=None if order.amount is None else f"{order.amount:f}",
        currency=order.currency,
        until=to_ms(order.until),
    )
    return to_view(PaymentSummaryView, paid)


@router.post("/agreements/{id:path}/payments/correct")
async def correct_payment(
    evaluator: AtEvaluator, request: Request, id: str, order: CorrectionOrder
) -> PaymentSummaryView:
    """Take a recorded payment back: it stays on record and does not count; running transfers are decided again."""
    return to_view(PaymentSummaryView, await payments.correct(evaluator, id, order.entry, by=request.state.key_id))
