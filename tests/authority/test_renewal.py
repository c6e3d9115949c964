"""The renewal of a member: what stays, what changes, and what is lost."""

from pathlib import Path

from connector.authority import card as cards
from connector.authority.renewal import compare_members, renew_member
from connector.identity.roster import Member

ID = "urn:participant:firm"
CLAIMS = {"purpose": ("navigation",), "membership": ("gold", "founder")}


def make_pair(folder: Path, *, address: str = "https://firm.example/dsp") -> tuple[Member, cards.IdentityCard]:
    """A member with roles, claims and a data address of its own, and its card with a new key."""
    first = cards.card(cards.new_key(folder / "key.pem"), id=ID, name="Firm", address="https://firm.example/dsp")
    before = cards.make_member(first, roles=("broker",), claims=CLAIMS, data=("https://store.firm.example",))
    return before, cards.card(cards.new_key(folder / "next.pem"), id=ID, name="Firm", address=address)


def test_what_is_not_given_stays_and_the_new_key_is_the_only_change(tmp_path: Path) -> None:
    before, card = make_pair(tmp_path)
    after = renew_member(before, card)
    assert (after.roles, after.claims, after.data) == (before.roles, before.claims, before.data)
    (change,) = compare_members(before, after)
    assert (change.field, change.before != change.after, change.lost) == ("keys", True, ())


def test_what_is_given_replaces_its_own_field_only(tmp_path: Path) -> None:
    before, card = make_pair(tmp_path)
    after = renew_member(
        before, card, claims={"membership": ["gold"], "purpose": []}, data=["https://new.firm.example"]
    )
    assert after.claims == {"membership": ("gold",)}
    assert after.roles == ("broker",)
    lost = {change.field: change.lost for change in compare_members(before, after) if change.lost}
    assert lost == {
        "data": ("https://store.firm.example",),
        "claim purpose": ("navigation",),
        "claim membership": ("founder",),
    }


def test_a_moved_member_changes_its_address_without_a_loss(tmp_path: Path) -> None:
    before, card = make_pair(tmp_path, address="https://firm.example:8443/dsp")
    changes = {change.field: change for change in compare_members(before, renew_member(before, card))}
    assert changes["address"].after == ("https://firm.example:8443/dsp",)
    assert not [change for change in changes.values() if change.lost]


def test_a_data_address_of_the_old_card_goes_with_it_and_one_of_the_operator_stays(tmp_path: Path) -> None:
    old, new = (
        cards.card(
            cards.new_key(tmp_path / f"{port}.pem"),
            id=ID,
            name="Firm",
            address="https://firm.example/dsp",
            data=(f"https://firm.example:{port}",),
        )
        for port in (9431, 9451)
    )
    given = ("https://store.firm.example",)
    before = cards.make_member(old, data=given)
    after = renew_member(before, new, given=given)
    assert set(after.data) == {"https://firm.example:9451", *given}
    assert not [change for change in compare_members(before, after, given) if change.lost]
    assert set(renew_member(before, new).data) == {*before.data, "https://firm.example:9451"}, "nobody noted them"


def test_equal_entries_have_no_changes(tmp_path: Path) -> None:
    before, _ = make_pair(tmp_path)
    assert compare_members(before, before) == ()
