"""The members of an address as a typed value."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from connector.ports.flow import SourceError

T = TypeVar("T", bound=msgspec.Struct)


def read_members(address: Mapping[str, Any], form: type[T], kind: str) -> T:
    """Return the members of an address of this kind as a value of `form`. Raises SourceError with the first fault.

    The sentence names the member, never its value: somebody may have written a secret there.
    """
    try:
        return msgspec.convert(dict(address), form)
    except msgspec.ValidationError as error:
        fault, _, place = str(error).partition(" - at ")
        reason = fault if "value" not in fault else "it is not one of the allowed values"
        member = f" `{place.strip('`').removeprefix('$.')}`" if place else ""
        raise SourceError(
            f"The address of the kind {kind} cannot be used{member and ' at' + member}: {reason}."
        ) from None
    except RecursionError:
        raise SourceError(f"The address of the kind {kind} is nested too deeply.") from None
