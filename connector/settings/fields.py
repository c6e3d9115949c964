"""The list of all settings, taken from the types of the model: for messages, the page and the commented file."""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from connector.settings.kinds import Section
from connector.settings.model import Settings


def list_fields(section: type[Section] = Settings, prefix: str = "") -> Iterator[tuple[str, Any, str, Any]]:
    """Yield (dotted key, annotation, description, default) of each setting, plain settings before sections."""
    hints = get_type_hints(section, include_extras=True)
    for field in msgspec.structs.fields(section):
        bare = bare_type(hints[field.name])
        if isinstance(bare, type) and issubclass(bare, Section):
            continue
        texts = [meta.description for meta in getattr(hints[field.name], "__metadata__", ()) if meta.description]
        yield prefix + field.name, hints[field.name], texts[-1], field.default
    for name, kind in hints.items():
        if isinstance(kind, type) and issubclass(kind, Section):
            yield from list_fields(kind, f"{prefix}{name}.")


def bare_type(kind: Any) -> Any:
    """Return the type without its annotations and without None."""
    if get_origin(kind) is Annotated:
        return bare_type(get_args(kind)[0])
    if get_origin(kind) in {Union, types.UnionType}:
        return bare_type(next(part for part in get_args(kind) if part is not type(None)))
    return kind


def list_headings(section: type[Section] = Settings, prefix: str = "") -> dict[str, str]:
    """Return the description of each section, by its dotted name."""
    found = {}
    for name, kind in get_type_hints(section).items():
        if isinstance(kind, type) and issubclass(kind, Section):
            found[prefix + name] = " ".join((kind.__doc__ or "").split())
            found |= list_headings(kind, f"{prefix}{name}.")
    return found
