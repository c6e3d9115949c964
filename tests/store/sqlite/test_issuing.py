"""The chapter of an issuer in the file: what was committed is there after a crash, and a place stays taken."""

from pathlib import Path

import pytest

from connector.ports.entities import PageBounds, StatusListUse
from connector.ports.issuing_store import DropIssuing, PutCredentialRequest, PutIssuedCredential
from connector.ports.store_errors import Conflict
from connector.store.sqlite.store import open_store
from tests.contract.test_issuing import ASKED, ISSUED
from tests.contract.values import OWNER


async def test_what_was_committed_is_in_the_file(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "store.sqlite")
    await store.commit([PutCredentialRequest(ASKED, None), PutIssuedCredential(ISSUED, None)])
    await store.close()
    again = await open_store(tmp_path / "store.sqlite")
    assert await again.credential_request(OWNER, ASKED.id) == ASKED
    assert await again.status_list_in_use(OWNER) == StatusListUse(number=1, taken=1)
    with pytest.raises(Conflict):
        await again.commit([PutIssuedCredential(ISSUED, None)])
    await again.commit([DropIssuing(OWNER, expired_before=1000, told_before=1000)])
    assert (await again.issued_credentials(OWNER, PageBounds(limit=9)))[0] == []
    assert await again.status_list_in_use(OWNER) == StatusListUse(number=1, taken=1)
    await again.close()
