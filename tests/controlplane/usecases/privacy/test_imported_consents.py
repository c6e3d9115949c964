"""Consents from a sheet are recorded by references, all or none, and taken back where nobody changed them."""

import pytest
from msgspec.structs import replace

from connector.controlplane.core.errors import Invalid, NoSuchEntity
from connector.controlplane.usecases.consents import ConsentRegister
from connector.controlplane.usecases.privacy.imported_consents import UNKNOWN, record_sheet, take_back
from connector.policy.deciding.consent import DPV, GIVEN, WITHDRAWN
from connector.ports.changes import RecordConsent
from tests.contract import values
from tests.controlplane.agreements import Clock, provider
from tests.support.plane import OWNER, Desk

ENTRY = values.consent("a" * 64, dataset="", purpose=f"{DPV}Marketing", state=GIVEN)


@pytest.fixture
def register(desk: Desk) -> ConsentRegister:
    return provider(desk.rooms, Clock()).register


async def _state(register: ConsentRegister) -> str:
    return (await register.context.store.consents_of(OWNER, [ENTRY.subject], ""))[ENTRY.subject][0].state


async def test_what_was_before_holds_again(register: ConsentRegister) -> None:
    imported = await record_sheet(register, [ENTRY])
    assert imported.before == (None,)
    second = await record_sheet(register, [replace(ENTRY, state=WITHDRAWN)])
    assert second.before == imported.entries
    assert await take_back(register, second) == 1
    assert await _state(register) == GIVEN


async def test_a_person_of_whom_nothing_was_known_is_unknown_again(register: ConsentRegister) -> None:
    imported = await record_sheet(register, [ENTRY])
    assert await take_back(register, imported) == 1
    assert await _state(register) == UNKNOWN


async def test_the_last_row_about_the_same_counts(register: ConsentRegister) -> None:
    imported = await record_sheet(register, [ENTRY, replace(ENTRY, state=WITHDRAWN)])
    assert [entry.state for entry in imported.entries] == [WITHDRAWN]


async def test_one_wrong_entry_refuses_all(register: ConsentRegister) -> None:
    other = replace(ENTRY, subject="b" * 64)
    for wrong, error in (
        (replace(other, purpose="urn:none"), Invalid), (replace(other, state="urn:none"), Invalid),
        (replace(other, dataset="urn:none"), NoSuchEntity),
    ):  # fmt: skip
        with pytest.raises(error):
            await record_sheet(register, [ENTRY, wrong])
    for many in ([], [ENTRY] * 1001):
        with pytest.raises(Invalid):
            await record_sheet(register, many)
    assert await register.context.store.consent_revision(OWNER) == 0


async def test_what_somebody_has_changed_since_stays(register: ConsentRegister) -> None:
    imported = await record_sheet(register, [ENTRY])
    later = replace(ENTRY, state=WITHDRAWN, at=imported.entries[0].at + 1)
    await register.context.store.commit([RecordConsent(later)])
    assert await take_back(register, imported) == 0
    assert await _state(register) == WITHDRAWN
