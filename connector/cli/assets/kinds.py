"""The members of the addresses of sources, as rows: what `--source` reads, by kind."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from connector.dataplane.address.describing import AddressForm, AddressMember


class MemberRow(msgspec.Struct, frozen=True, kw_only=True):
    """A member of an address: its kind, its way (`auth.basic.user` in a part), and what its value has to be."""

    kind: str
    member: str
    required: bool
    value: str
    default: str = ""


def list_member_rows(forms: Iterable[AddressForm]) -> list[MemberRow]:
    """Return the members of addresses with those of their parts, whose `kind` is the word before the last."""
    return [row for form in forms for row in _list_rows(form)]


def _list_rows(form: AddressForm) -> Iterator[MemberRow]:
    yield from (_make_row(form.kind, "", member) for member in form.members)
    for part in form.parts:
        for variant in part.variants:
            yield from (_make_row(form.kind, f"{part.name}.{variant.tag}.", member) for member in variant.members)


def _make_row(kind: str, way: str, member: AddressMember) -> MemberRow:
    return MemberRow(
        kind=kind,
        member=f"{way}{member.name}",
        required=member.required,
        value=_say_value(member),
        default=member.default,
    )


def _say_value(member: AddressMember) -> str:
    """Return what a value has to be, in the words of JSON.

    >>> _say_value(AddressMember(name="size", sort="whole", least=1, most=100))
    'integer 1–100'
    """
    if member.sort == "choice":
        return " | ".join(member.choices)
    kind = _SORTS[member.sort]
    bounds = _say_bounds((member.least, member.most))
    return f"{kind} {bounds}" if bounds else kind


def _say_bounds(bounds: Sequence[float | None]) -> str:
    if bounds == (None, None):
        return ""
    return "–".join("" if bound is None else f"{bound:.0f}" for bound in bounds)


_SORTS = {
    "text": "text",
    "secret": "name of a secret",
    "whole": "integer",
    "number": "number",
    "truth": "true | false",
    "texts": "list of texts",
    "numbers": "list of numbers",
}
