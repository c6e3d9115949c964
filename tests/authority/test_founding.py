"""An authority beside a broker: the broker has a new identifier, and keeps the one by which others know it."""

from pathlib import Path

from connector.authority import keeping, roster
from connector.authority.card import card, make_member
from connector.authority.founding import establish, know_by_documents
from connector.authority.keeping import Authority
from connector.identity.keys import generate
from tests.authority.folders import NOW, Applicant

OWN = "did:web:broker.example"


def begin(base: Path, id: str) -> Authority:
    authority = Authority(folder=base / "authority", members=base / "members.json")
    roster.create(authority.members, id)
    roster.add(authority.members, make_member(card(generate(), id=id, name="Broker", address=None), roles=("broker",)))
    establish(authority, id, own=OWN, did=f"{OWN}:authority", url="https://broker.example", path="/dsp", now=NOW)
    return authority


def test_a_broker_proves_itself_by_its_document_and_stays_the_same_organisation(tmp_path: Path) -> None:
    authority = begin(tmp_path, "urn:participant:broker")
    (entry,) = roster.show(authority.members).members
    assert (entry.id, entry.key, entry.by_document) == (OWN, "urn:participant:broker", True)
    assert (entry.address, entry.roles) == ("https://broker.example/dsp", ("broker",))
    assert roster.show(authority.members).issuer == keeping.show(authority).did == f"{OWN}:authority"


def test_a_broker_that_has_its_identifier_from_the_start_has_no_former_one(tmp_path: Path) -> None:
    (entry,) = roster.show(begin(tmp_path, OWN).members).members
    assert (entry.id, entry.former) == (OWN, ())


def test_who_has_no_document_is_known_by_its_key(tmp_path: Path) -> None:
    firm = make_member(Applicant().card())
    other = make_member(card(generate(), id="urn:participant:other", name="Other", address=None))
    assert [each.by_document for each in know_by_documents([firm, other])] == [True, False]
