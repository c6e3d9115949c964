"""The settings of a folder that joins a data space: changed line by line, with the old file kept."""

from pathlib import Path

import pytest

from connector.authority.roster import RosterFault
from connector.cli.frame.failure import Failure
from connector.cli.setup.moving import change_file, list_changes, name_did, use_authority
from connector.settings import load

TEXT = """# A comment.
[participant]
id = "urn:a"
name = "A"
[protocol]
public_url = "https://a.example"
[identity]
mechanism = "roster"
# Another comment.
#operator_key = "operator.jwk"
"""


def test_a_place_has_one_identifier() -> None:
    assert name_did("https://a.example:8443", ("authority",)) == "did:web:a.example%3A8443:authority"
    for url in ("http://a.example", "https://127.0.0.1", "https://A_b"):
        with pytest.raises(Failure):
            name_did(url)


def test_a_folder_uses_the_authority_and_keeps_its_identifier(tmp_path: Path) -> None:
    file = tmp_path / "datenkontor.toml"
    file.write_text(TEXT)
    at = "https://b.example/authority/members"
    changed = use_authority(load(file), "did:web:a.example", at, tmp_path / "authority.jwks")
    kept = change_file(file, list_changes(changed, tmp_path))
    assert kept is not None
    assert kept.read_text() == TEXT
    identity = load(file).identity
    assert (identity.mechanism, identity.did, identity.roster) == ("dcp", "did:web:a.example", at)
    assert identity.operator_key == tmp_path / "authority.jwks"
    assert load(file).participant.id == "urn:a"
    assert "# A comment." in file.read_text()


def test_a_file_that_cannot_be_changed_by_itself_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "datenkontor.toml"
    text = TEXT.replace('mechanism = "roster"', 'mechanism = """\nroster"""')
    file.write_text(text)
    with pytest.raises(RosterFault, match="by hand"):
        change_file(file, {"identity": {"mechanism": "dcp"}})
    assert file.read_text() == text
