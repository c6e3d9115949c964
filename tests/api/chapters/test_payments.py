"""The payments of an agreement over the API."""

from connector.protocol.dsp.common import Role
from tests.support.plane import Desk


async def test_payments_are_recorded_by_the_key_that_came(desk: Desk) -> None:
    await desk.agree(role=Role.PROVIDER)
    path = "/v1/agreements/urn%3Aagreement%3A1/payments"
    async with desk.client() as client:
        assert (await client.get(path)).json()["state"] == "none"
        order = {"state": "settled", "amount": "12.50", "currency": "EUR", "until": "2026-12-31T00:00:00Z"}
        paid = (await client.post(path, json=order)).json()
        odd = await client.post(path, json={"state": "overdue", "amount": "1"})
        for amount in ("1e999999999", "1e-999999999", "Infinity", -1, 10**20):
            answer = await client.post(path, json={"state": "settled", "amount": amount})
            assert answer.status_code in {400, 422}, amount
    assert (paid["state"], paid["amount"], paid["until"]) == ("settled", "12.50", "2026-12-31T00:00:00Z")
    assert [(entry["by"], entry["amount"]) for entry in paid["entries"]] == [("writer", "12.50")]
    assert (odd.status_code, odd.json()["error"]["code"]) == (400, "amount")


async def test_a_payment_is_corrected_by_the_key_that_came(desk: Desk) -> None:
    await desk.agree(role=Role.PROVIDER)
    path = "/v1/agreements/urn%3Aagreement%3A1/payments"
    async with desk.client() as client:
        await client.post(path, json={"state": "settled", "amount": "12.50"})
        corrected = (await client.post(f"{path}/correct", json={"entry": 1})).json()
        odd = await client.post(f"{path}/correct", json={"entry": 7})
    assert (corrected["state"], corrected["amount"], corrected["due"]) == ("none", "0", None)
    assert [(entry["by"], entry["corrects"]) for entry in corrected["entries"]] == [("writer", None), ("writer", 1)]
    assert (odd.status_code, odd.json()["error"]["code"]) == (400, "entry")
