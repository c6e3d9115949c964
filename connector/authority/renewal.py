"""The renewal of a member: the entry from its new card, what stays of the old one, and what differs between them."""

from collections.abc import Mapping, Sequence

import msgspec

from connector.authority.card import IdentityCard, make_member
from connector.identity.roster import Member


class MemberChange(msgspec.Struct, frozen=True, kw_only=True):
    """A field of an entry that changes: its values before and after; `lost` are values that the operator confirmed."""

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    lost: tuple[str, ...] = ()


def change_member(
    before: Member, *, roles: Sequence[str] = (), claims: Mapping[str, Sequence[str]] | None = None
) -> Member:
    """Return the entry with other roles and claims; what is not given stays. A claim without values is removed."""
    kept = {**before.claims, **{name: tuple(values) for name, values in (claims or {}).items()}}
    return msgspec.structs.replace(
        before, roles=tuple(roles) or before.roles, claims={name: values for name, values in kept.items() if values}
    )


def renew_member(
    before: Member,
    card: IdentityCard,
    *,
    roles: Sequence[str] = (),
    claims: Mapping[str, Sequence[str]] | None = None,
    data: Sequence[str] = (),
    given: Sequence[str] | None = None,
) -> Member:
    """Return the entry of a member from a new card; roles, claims and data URLs that are not given stay.

    `given` are the data URLs that the operator gave before, None if nobody noted
    them. With `data`, the URLs are those of the card and these; else those of the card and `given`: a URL of the old
    card goes with it.
    """
    changed = change_member(before, roles=roles, claims=claims)
    made = make_member(
        card,
        roles=changed.roles,
        claims=changed.claims,
        data=tuple(data) or (before.data if given is None else tuple(given)),
    )
    return msgspec.structs.replace(made, former=before.former, suspended=before.suspended)


def compare_members(before: Member, after: Member, given: Sequence[str] | None = None) -> tuple[MemberChange, ...]:
    """Return the fields that differ between two entries of a member; `given` as for `renew_member`."""
    confirmed = before.data if given is None else given
    fields: list[tuple[str, tuple[str, ...], tuple[str, ...], bool]] = [
        ("name", (before.name,), (after.name,), False),
        ("address", _wrap(before.address), _wrap(after.address), False),
        ("keys", _list_keys(before), _list_keys(after), False),
        ("data", before.data, after.data, True),
        ("roles", before.roles, after.roles, True),
    ]
    fields += [
        (f"claim {name}", before.claims.get(name, ()), after.claims.get(name, ()), True)
        for name in dict.fromkeys((*before.claims, *after.claims))
    ]
    return tuple(
        MemberChange(
            field=field,
            before=old,
            after=new,
            lost=tuple(
                value for value in old if vouched and value not in new and (field != "data" or value in confirmed)
            ),
        )
        for field, old, new, vouched in fields
        if set(old) != set(new)
    )


def _wrap(text: str | None) -> tuple[str, ...]:
    return () if text is None else (text,)


def _list_keys(member: Member) -> tuple[str, ...]:
    return tuple(jwk.get("kid", "–") for jwk in member.keys)
