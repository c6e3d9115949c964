"""Agreements, payments and the audit log over the client."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

from connector.client import Connector
from connector.protocol.dsp.common import Role
from connector.views.payments import PaymentOrder, PaymentState
from tests.client.calls import draft
from tests.support.plane import OWNER, Desk


def test_payments_are_recorded_and_summed_up(connector: Connector, desk: Desk) -> None:
    asyncio.run(desk.agree(role=Role.PROVIDER))
    until = datetime(2027, 1, 1, tzinfo=UTC)
    for amount in ("9.50", "0.5"):
        order = PaymentOrder(state=PaymentState.SETTLED, amount=Decimal(amount), until=until)
        paid = connector.agreements.pay("urn:agreement:1", order)
    assert (paid.state, Decimal(paid.amount), paid.until) == (PaymentState.SETTLED, Decimal(10), until)
    assert connector.agreements.payments("urn:agreement:1") == paid


def test_a_reason_goes_to_the_counterparty_or_the_default_does(connector: Connector, desk: Desk) -> None:
    for pid, reason, told in (("urn:a", None, "No reason was given."), ("urn:b", "Broken.", "Broken.")):
        asyncio.run(desk.agree(pid, role=Role.PROVIDER))
        connector.agreements.withdraw(pid, reason=reason)
        agreement = asyncio.run(desk.store.agreement(OWNER, pid))
        assert agreement is not None
        assert agreement.withdrawn_because == told


def test_the_audit_log_is_read_page_by_page(connector: Connector) -> None:
    connector.assets.add(draft(id="urn:a"))
    connector.assets.publish("urn:a")
    kinds = [leaf.kind for leaf in connector.audit.all(process="urn:a", limit=1)]
    assert kinds == ["asset drafted", "asset published"]
