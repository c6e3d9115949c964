"""Keys in hardware, without any: what is missing is said. `make test-hsm` signs with a token."""

import sys
from pathlib import Path

import pytest

from connector.identity.keys import KeyFault, generate_in_token, load_from_token


def test_without_the_extra_a_token_is_refused_with_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(KeyFault, match=r"datenkontor\[hsm\]"):
        load_from_token(tmp_path / "none.so", "city", "key", "4711")
    with pytest.raises(KeyFault, match=r"datenkontor\[hsm\]"):
        generate_in_token(tmp_path / "none.so", "city", "key", "4711")
