"""The in-memory chapter of an issuer: a group that fails leaves nothing, and its names and places are free again."""

import pytest

from connector.ports.entities import StatusListUse
from connector.ports.issuing_store import PutCredentialRequest, PutIssuedCredential
from connector.ports.store_errors import Conflict
from connector.store.memory.store import MemoryStore
from tests.contract.test_issuing import ASKED, ISSUED
from tests.contract.values import OWNER


async def test_a_group_that_fails_takes_no_name_and_no_place() -> None:
    store = MemoryStore()
    with pytest.raises(Conflict):
        await store.commit(
            [PutCredentialRequest(ASKED, None), PutIssuedCredential(ISSUED, None), PutIssuedCredential(ISSUED, None)]
        )
    assert await store.status_list_in_use(OWNER) is None
    await store.commit([PutCredentialRequest(ASKED, None), PutIssuedCredential(ISSUED, None)])
    assert await store.status_list_in_use(OWNER) == StatusListUse(number=1, taken=1)
