"""The identity card: what a participant hands over, without roles and claims."""

from pathlib import Path

import msgspec
import pytest

from connector.authority import card as cards
from connector.authority.roster import RosterFault
from connector.identity.keys import public_jwk

ID = "urn:participant:firm"


def test_a_card_is_read_back_and_becomes_a_member(tmp_path: Path) -> None:
    key = cards.new_key(tmp_path / "key.pem")
    card = cards.card(key, id=ID, name="Firm", address="https://firm.example/dsp")
    (tmp_path / "card.json").write_bytes(cards.render(card))
    assert cards.read_card(tmp_path / "card.json") == card
    member = cards.make_member(card, roles=("broker",), claims={"role": ["carrier"]})
    assert (member.id, member.roles, member.claims) == (ID, ("broker",), {"role": ("carrier",)})
    assert cards.make_member(card).roles == ("participant",)


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    key = cards.new_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert cards.load_key(path).kid == key.kid
    with pytest.raises(RosterFault, match=r"key\.pem"):
        cards.new_key(path)


@pytest.mark.parametrize("more", [{"roles": ["broker"]}, {"claims": {}}, {"keys": []}, {"keys": [{"kty": "RSA"}]}])
def test_a_card_that_states_more_or_less_is_refused(tmp_path: Path, more: dict[str, object]) -> None:
    card = cards.card(cards.new_key(tmp_path / "key.pem"), id=ID, name="Firm", address=None)
    file = tmp_path / "card.json"
    file.write_bytes(msgspec.json.encode(msgspec.to_builtins(card) | more))
    with pytest.raises(RosterFault, match="not an identity card"):
        cards.read_card(file)


def test_the_operator_s_keys_come_from_a_card_or_a_public_key(tmp_path: Path) -> None:
    key = cards.new_key(tmp_path / "key.pem")
    file = tmp_path / "operator.json"
    file.write_bytes(cards.render(cards.card(key, id=ID, name="Operator", address=None)))
    assert [found.kid for found in cards.operator_keys(file)] == [key.kid]
    file.write_bytes(msgspec.json.encode(public_jwk(key)))
    assert [found.kid for found in cards.operator_keys(file)] == [key.kid]
    file.write_bytes(b"[]")
    with pytest.raises(RosterFault, match="neither"):
        cards.operator_keys(file)
