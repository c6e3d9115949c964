"""Requests to the data plane for a transfer, and its reports as they are stored."""

from typing import Any

import msgspec

from connector.controlplane.core.context import Context
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.language.catalogue import say, write_in_all
from connector.ports.dataplane import FlowReport, FlowRequest
from connector.ports.decider import Terminate
from connector.ports.entities import FlowDirection
from connector.ports.flow import Cause
from connector.protocol.dps.profiles import to_profile
from connector.protocol.dsp.common import DataAddress, EndpointProperty, Role, endpoint_url
from connector.protocol.dsp.machines.transfer_machine import (
    PUSH,
    FlowState,
    Transfer,
)
from connector.views.assets import state_encoding


async def build_request(context: Context, process: Transfer) -> FlowRequest | Terminate:
    """Return the request that starts the flow of a transfer, or the reason why it cannot be started."""
    if process.role is Role.CONSUMER:
        return FlowRequest(
            owner=process.owner,
            flow_id=process.id,
            direction=FlowDirection.RECEIVE if process.format == PUSH else FlowDirection.FETCH,
            agreement_id=process.agreement_key,
            dataset=process.dataset,
            peer=process.peer,
            live=process.keep,
            sink=msgspec.json.decode(process.sink) if process.sink else None,
            endpoint=_choose(process) if process.format != PUSH else None,
        )
    asset = await context.store.asset(process.owner, process.dataset)
    if asset is None:
        return Terminate("gone", "The dataset does not exist any more.")
    return FlowRequest(
        owner=process.owner,
        flow_id=process.id,
        direction=FlowDirection.PUSH if process.format == PUSH else FlowDirection.SERVE,
        agreement_id=process.agreement_key,
        dataset=process.dataset,
        peer=process.peer,
        media_type=state_encoding(asset),
        live=asset.live,
        source=asset.source,
        endpoint=process.data_address if process.format == PUSH else None,
    )


def _choose(process: Transfer) -> bytes | None:
    """Return the data address of a pull, with what the consumer chooses and asks for as the query of its URL."""
    query = "&".join(part for part in (process.parameters, process.choice) if part)
    if process.data_address is None or not query:
        return process.data_address
    address = msgspec.json.decode(process.data_address, type=DataAddress)
    url = endpoint_url(address)
    if url is None:
        return process.data_address
    chosen = f"{url}{'&' if '?' in url else '?'}{query}"
    return msgspec.json.encode(msgspec.structs.replace(address, endpoint=chosen))


def request_to_receive(process: Transfer) -> FlowRequest:
    """Return the request that prepares the consumer's data plane before a push is requested."""
    return FlowRequest(
        owner=process.owner,
        flow_id=process.id,
        direction=FlowDirection.RECEIVE,
        agreement_id=process.agreement_key,
        dataset=process.dataset,
        peer=process.peer,
        sink=msgspec.json.decode(process.sink) if process.sink else None,
    )


def ask_for_part(address: bytes, parameters: str) -> bytes:
    """Return the data address of a push with the parameters that the consumer asks for, as a property."""
    if not parameters:
        return address
    decoded = msgspec.json.decode(address, type=DataAddress)
    wanted = EndpointProperty(name="parameters", value=parameters)
    return msgspec.json.encode(
        msgspec.structs.replace(decoded, endpoint_properties=(*decoded.endpoint_properties, wanted))
    )


def end_failed(report: FlowReport, code: str = "flow-failed") -> Terminate:
    """Return the end of a transfer whose flow failed: the counterparty learns the kind of cause, staff the error.

    What the host of a data address answered is for staff alone, as are paths and addresses.
    """
    error = report.error or "The data plane returned no address: check its log."
    if report.cause == Cause.UNTREATABLE:
        return Terminate(code, error)
    if report.cause == Cause.NOT_STORED:
        code = "not-stored"
    if report.cause in {Cause.LIMIT, Cause.USES}:
        code = "not-permitted"
    told = say("en", f"processes.flow-{report.cause or Cause.INTERNAL}")
    return Terminate(code, told, write_in_all(lambda _: error))


def write_address(process: Transfer, address: bytes) -> bytes:
    """Return the JSON of an address in the form of the profile that the consumer asked for."""
    if not process.profile:
        return address
    written = to_profile(msgspec.json.decode(address, type=DataAddress), process.profile)
    return msgspec.json.encode(written)


def to_public(report: FlowReport) -> dict[str, Any]:
    """Return a report without the address, which contains a token."""
    document: dict[str, Any] = msgspec.to_builtins(report)
    document.pop("data_address", None)
    return document


async def fetch_once(enforcer: Enforcer, process: Transfer) -> FlowReport:
    """Let the consumer's data plane fetch again for a transfer that stays open; return its report."""
    request = await build_request(enforcer.context, process)
    if isinstance(request, Terminate):
        return FlowReport(flow_id=process.id, state=FlowState.TERMINATED, error=request.reason)
    return await enforcer.dataplane.fetch(request)
