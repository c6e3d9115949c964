"""What the address of a kind of source has in it, read from the type that checks it: one description for all.

The pages make a form of it, the management API and the command line list it. So a new kind describes itself. Pure.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import msgspec
from msgspec import inspect

MemberSort = Literal["text", "whole", "number", "truth", "choice", "texts", "numbers", "secret"]
USUAL = {"usual": True}
"""The extra of a type (`msgspec.Meta`) whose member is usually given, though nothing requires it.

The extra `only` names the forms of a part that use the member: `{"only": ("offset",)}`.
"""
_LEFT_OUT = frozenset({"kind", "chosen", "parameters"})
_TAG = "kind"


class AddressMember(msgspec.Struct, frozen=True, kw_only=True):
    """A member of an address, with what its value has to be.

    `choices` are the values of a choice; `pattern` is the regular expression of a text, or of each of several texts,
    empty for any; `longest` is in characters, `least` and `most` bound a number. `count` is how many numbers there
    are. `default` is the value that counts without one, as text. `usual` says that people usually give it.
    """

    name: str
    sort: MemberSort
    required: bool = False
    usual: bool = False
    choices: tuple[str, ...] = ()
    pattern: str = ""
    longest: int = 1000
    least: float | None = None
    most: float | None = None
    count: int = 0
    default: str = ""


class AddressVariant(msgspec.Struct, frozen=True):
    """One form of a part: `tag` is the value of its member `kind`."""

    tag: str
    members: tuple[AddressMember, ...]


class AddressPart(msgspec.Struct, frozen=True):
    """A part of an address with members of its own, which may be left out; it is one of `variants`."""

    name: str
    variants: tuple[AddressVariant, ...]


class AddressForm(msgspec.Struct, frozen=True, kw_only=True):
    """The address of a kind of source: its members and parts. `chooses` says that consumers may state parameters."""

    kind: str
    members: tuple[AddressMember, ...] = ()
    parts: tuple[AddressPart, ...] = ()
    chooses: bool = False


def describe_address(kind: str, form: type[msgspec.Struct], without: Sequence[str] = ()) -> AddressForm:
    """Return what an address of this kind has in it. A member with values of other sorts is left out.

    `without` are members that nobody types.
    """
    read = inspect.type_info(form)
    known = read.fields if isinstance(read, inspect.StructType) else ()
    fields = [field for field in known if field.encode_name not in without]
    parts = [AddressPart(field.encode_name, found) for field in fields if (found := _read_variants(field.type))]
    return AddressForm(
        kind=kind,
        members=_read_members(fields),
        parts=tuple(parts),
        chooses=any(field.encode_name == "parameters" for field in fields),
    )


def _read_members(fields: Sequence[inspect.Field]) -> tuple[AddressMember, ...]:
    read = [_read_member(field) for field in fields if field.encode_name not in _LEFT_OUT]
    # What is required comes first; else the order is that of the type.
    return tuple(sorted(filter(None, read), key=lambda member: not member.required))


def _read_variants(kept: inspect.Type) -> tuple[AddressVariant, ...]:
    """Return the forms of a part: those of a union with tags, or one for each value of the member `kind`."""
    structs = [one for one in _list_types(kept) if isinstance(one, inspect.StructType)]
    found = []
    for struct in structs:
        if isinstance(struct.tag, str):
            found.append(AddressVariant(struct.tag, _read_members(struct.fields)))
            continue
        tags = next((field.type for field in struct.fields if field.encode_name == _TAG), None)
        values = tags.values if isinstance(tags, inspect.LiteralType) else ()
        found.extend(
            AddressVariant(str(value), _read_members([field for field in struct.fields if _fits(field, value)]))
            for value in values
        )
    return tuple(found)


def _fits(field: inspect.Field, tag: Any) -> bool:
    extra = field.type.extra if isinstance(field.type, inspect.Metadata) else None
    return tag in (extra or {}).get("only", (tag,))


def _list_types(kept: inspect.Type) -> tuple[inspect.Type, ...]:
    """Return the types of a union without None, or the type alone."""
    alone = kept.types if isinstance(kept, inspect.UnionType) else (kept,)
    return tuple(one for one in alone if not isinstance(one, inspect.NoneType))


def _read_member(field: inspect.Field) -> AddressMember | None:
    """Return a member, or None for one whose value is no text, number, choice or list of these."""
    name, kept, extra = field.encode_name, field.type, {}
    if isinstance(kept, inspect.Metadata):
        extra, kept = kept.extra or {}, kept.type
    types = [one for one in _list_types(kept) if one != inspect.LiteralType(values=("",))]
    if len(types) != 1:
        return None
    default = _write(field)
    known = partial(AddressMember, name=name, required=field.required, usual=bool(extra.get("usual")), default=default)
    match types[0]:
        case inspect.StrType() as text:
            sort: MemberSort = "secret" if name == "secret" else "text"
            return known(sort=sort, pattern=text.pattern or "", longest=text.max_length or 2000)
        case inspect.IntType() as whole:
            return known(sort="whole", least=whole.ge, most=whole.le)
        case inspect.FloatType() as number:
            return known(sort="number", least=number.ge, most=number.le)
        case inspect.BoolType():
            return known(sort="truth")
        case inspect.LiteralType() as choice:
            return known(sort="choice", choices=_order(choice.values, default))
        case inspect.VarTupleType(item_type=inspect.StrType() as item):
            return known(sort="texts", pattern=item.pattern or "", longest=item.max_length or 1000)
        case inspect.TupleType(item_types=items) if all(isinstance(item, inspect.FloatType) for item in items):
            return known(sort="numbers", count=len(items))
    return None


def _order(values: Sequence[Any], default: str) -> tuple[str, ...]:
    """Return the values of a choice, the default first."""
    return tuple(sorted(map(str, values), key=lambda value: value != default))


def _write(field: inspect.Field) -> str:
    default = field.default
    if isinstance(default, bool):
        return str(default).lower()
    return str(default) if isinstance(default, str | int | float) else ""
