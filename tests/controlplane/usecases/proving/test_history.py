"""The record of an agreement: its own entries, in the order of the log, within bounds."""

from connector.controlplane.core import commits
from connector.controlplane.usecases.proving import history
from connector.ports.changes import PutAgreement, PutProcess
from connector.protocol.dsp.common import Role
from tests.contract import values
from tests.support.plane import Desk


async def test_the_entries_of_an_agreement_come_from_all_its_processes_in_order(desk: Desk) -> None:
    context = desk.rooms.context
    agreement = values.agreement("urn:a", role=Role.PROVIDER, negotiation_id="urn:n")
    await context.store.commit([PutAgreement(agreement)])
    for number in range(history.MOST_TRANSFERS + 1):
        transfer = values.transfer(f"urn:t:{number}", role=Role.PROVIDER, agreement_id="urn:a")
        await context.store.commit([PutProcess(transfer, None)])
    about = ["urn:t:20", "urn:n", "urn:a", "urn:t:0", "urn:other"]
    for process in about:
        await context.store.commit([commits.record(context, "held", process, {"by": process})])
    told = await history.tell_history(context, agreement)
    assert [entry.leaf.process_id for entry in told.entries] == ["urn:t:20", "urn:n", "urn:a"]
    assert [entry.transfer for entry in told.entries] == ["urn:t:20", "", ""]
    assert not told.whole, "an older transfer is left out"
    assert history.list_people(told.entries) == {"urn:t:20", "urn:n", "urn:a"}


def test_an_erased_entry_has_no_facts() -> None:
    assert history.read_fields(values.leaf("l", body=b"")) == {}
