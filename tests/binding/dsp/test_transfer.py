"""The routes of transfers: each path takes its message; without an agreement there is no transfer to speak of."""

from connector.protocol.dsp.common import CONTEXT
from tests.binding.door import UNKNOWN, Door, refused
from tests.pair.space import host


async def test_a_request_under_an_unknown_agreement_is_refused(door: Door) -> None:
    body = {
        "@context": [CONTEXT],
        "@type": "TransferRequestMessage",
        "consumerPid": "urn:uuid:consumer-1",
        "agreementId": "urn:agreement:unknown",
        "format": "HttpData-PULL",
        "callbackAddress": f"{host('firm')}/dsp/2025-1",
    }
    refused(await door.post("/transfers/request", body), 404)


async def test_an_unknown_transfer_is_not_found_by_any_path(door: Door) -> None:
    refused(await door.get(f"/transfers/{UNKNOWN}"), 404, "not-found")
    for verb, kind in (("start", "Start"), ("suspension", "Suspension"), ("completion", "Completion")):
        body = door.message(f"Transfer{kind}Message", "urn:uuid:1", UNKNOWN)
        refused(await door.post(f"/transfers/{UNKNOWN}/{verb}", body), 404, "not-found")
