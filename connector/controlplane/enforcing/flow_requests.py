"""Requests to the data plane for a transfer, and its reports as they are stored."""

import msgspec

from connector.controlplane.core.context import Context
from connector.ports.dataplane import FlowRequest
from connector.ports.decider import Terminate
from connector.ports.entities import FlowDirection
from connector.protocol.dsp.common import DataAddress, EndpointProperty, Role, endpoint_url
from connector.protocol.dsp.machines.transfer_machine import (
    PUSH,
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
