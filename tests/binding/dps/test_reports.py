"""A report of a data plane crosses the wire and is the same at the other end."""

import msgspec
import pytest

from connector.binding.dps.reports import to_answer, to_report, to_status
from connector.ports.dataplane import FlowReport
from connector.protocol.dps.messages import DataFlowState, DataFlowStatusMessage, DataFlowStatusResponseMessage, read
from connector.protocol.dsp.common import http_address
from connector.protocol.dsp.machines.transfer_machine import FlowState

REPORT = FlowReport(
    flow_id="f", state=FlowState.STARTED, bytes_moved=5, size=9, sha256="ab", media_type="text/csv", error="gone",
    cause="unavailable", waits="busy", remark="two", in_use=True, used_up=True,
)  # fmt: skip


@pytest.mark.parametrize("state", [state for state in FlowState if state is not FlowState.NONE])
def test_a_report_is_the_same_at_the_other_end(state: FlowState) -> None:
    address = msgspec.json.encode(http_address("https://a.example/flows/f", "token"))
    report = msgspec.structs.replace(REPORT, state=state, data_address=address)
    sent = msgspec.json.encode(to_status(report, "m"))
    assert to_report("f", read(DataFlowStatusMessage, sent)) == report
    shown = read(DataFlowStatusResponseMessage, msgspec.json.encode(to_answer(report)))
    assert to_report("f", shown) == msgspec.structs.replace(report, data_address=None)


def test_states_that_this_side_does_not_have_are_read_and_an_empty_error_is_none() -> None:
    for state, expected in (
        (DataFlowState.INITIALIZED, FlowState.NONE),
        (DataFlowState.PREPARING, FlowState.PREPARED),
        (DataFlowState.STARTING, FlowState.PREPARED),
    ):
        status = DataFlowStatusMessage(message_id="m", data_flow_id="f", state=state, error="")
        assert (to_report("f", status).state, to_report("f", status).error) == (expected, None)
