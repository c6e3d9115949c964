"""The reports of a data plane as the messages of the standard, and back."""

import msgspec

from connector.ports.dataplane import FlowReport
from connector.protocol.dps.messages import (
    DataFlowState,
    DataFlowStatusMessage,
    DataFlowStatusResponseMessage,
    FlowProgress,
)
from connector.protocol.dps.profiles import to_profile
from connector.protocol.dsp.common import DataAddress
from connector.protocol.dsp.machines.transfer_machine import FlowState

_ON_WIRE = {FlowState.NONE: DataFlowState.INITIALIZED}
_HERE = {
    DataFlowState.INITIALIZED: FlowState.NONE,
    DataFlowState.PREPARING: FlowState.PREPARED,
    DataFlowState.STARTING: FlowState.PREPARED,
}


def to_progress(report: FlowReport) -> FlowProgress:
    """Return what a report says beside the state."""
    return msgspec.convert(report, FlowProgress, from_attributes=True)


def to_status(report: FlowReport, message_id: str, profile: str = "") -> DataFlowStatusMessage:
    """Return a report as a message; the address is written as the profile asks for."""
    address = msgspec.json.decode(report.data_address, type=DataAddress) if report.data_address else None
    return DataFlowStatusMessage(
        message_id=message_id,
        data_flow_id=report.flow_id,
        state=to_wire_state(report.state),
        data_address=to_profile(address, profile) if address else None,
        error=report.error,
        progress=to_progress(report),
    )


def to_answer(report: FlowReport) -> DataFlowStatusResponseMessage:
    """Return a report as the answer to a request for the state."""
    return DataFlowStatusResponseMessage(
        data_flow_id=report.flow_id,
        state=to_wire_state(report.state),
        error=report.error,
        progress=to_progress(report),
    )


def to_report(flow_id: str, status: DataFlowStatusMessage | DataFlowStatusResponseMessage) -> FlowReport:
    """Return a status as the report on a flow; an empty error, which the specification shows, is none."""
    told = status.progress or FlowProgress()
    address = status.data_address if isinstance(status, DataFlowStatusMessage) else None
    return FlowReport(
        flow_id=flow_id,
        state=_HERE.get(status.state) or FlowState(status.state),
        data_address=msgspec.json.encode(address) if address else None,
        error=status.error or None,
        **{name: getattr(told, name) for name in FlowProgress.__struct_fields__},
    )


def to_wire_state(state: FlowState) -> DataFlowState:
    """Return the state of a flow by its name on the wire."""
    return _ON_WIRE.get(state) or DataFlowState(state)
