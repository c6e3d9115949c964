"""The common parts of all messages: context, roles, base type, data addresses (Dataspace Protocol 2025-1).

Pure: standard library and msgspec only.
"""

import re
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar

import msgspec

from connector.protocol.dsp.errors import RemoteProtocolError

CONTEXT = "https://w3id.org/dspace/2025/1/context.jsonld"
CONTEXT_MEMBER = f'"@context":["{CONTEXT}"]'.encode()
HTTP_ENDPOINT = "https://w3id.org/idsa/v4.1/HTTP"
EDC = "https://w3id.org/edc/v0.0.1/ns/"

_NAME = re.compile(r"[/#:]")
S = TypeVar("S", bound=msgspec.Struct)
Reasons = Annotated[tuple[Any, ...], msgspec.Meta(min_length=1)]


class Role(StrEnum):
    """The role of a participant in one process."""

    CONSUMER = "consumer"
    PROVIDER = "provider"

    @property
    def other(self) -> "Role":
        """The role of the peer."""
        return Role.PROVIDER if self is Role.CONSUMER else Role.CONSUMER


class Message(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", tag_field="@type", tag=True
):
    """Base of every type with an `@type`; the class name is the type name of the standard.

    An optional member has the default None (or an empty tuple) and is not written then. JSON `null` is refused on
    reading, because the official schemas allow no null.
    """


class EndpointProperty(Message, frozen=True, kw_only=True):
    """One named value of a data address. Peers write whole numbers and truth values bare; this side writes text."""

    name: str
    value: str | int | bool


class DataAddress(Message, frozen=True, kw_only=True):
    """The endpoint for a data flow. Read it with the functions below, because peers write it in two forms."""

    endpoint_type: str
    endpoint: str | None = None
    endpoint_properties: Annotated[tuple[EndpointProperty, ...], msgspec.Meta(min_length=1)] = ()


def http_address(url: str, token: str | None = None, *, endpoint_type: str = HTTP_ENDPOINT) -> DataAddress:
    """Build the address of an HTTP endpoint with a bearer token.

    The URL and the token are written twice: in the form of the standard, and as properties with a full IRI, because the
    most deployed connector reads only those.
    """
    pairs = [(EDC + "endpoint", url), (EDC + "endpointType", endpoint_type)]
    if token is not None:
        pairs += [("authorization", token), ("authType", "bearer")]
        pairs += [(EDC + "authorization", token), (EDC + "authType", "bearer")]
    properties = tuple(EndpointProperty(name=name, value=value) for name, value in pairs)
    return DataAddress(endpoint_type=endpoint_type, endpoint=url, endpoint_properties=properties)


def endpoint_property(address: DataAddress, short_name: str) -> str | None:
    """Return the value of a property by its short name; if that is absent, by its full IRI."""
    values = {entry.name: entry.value for entry in reversed(address.endpoint_properties)}
    found = (values.get(name, "") for name in (short_name, EDC + short_name))
    value = next((value for value in found if value != ""), None)
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def endpoint_url(address: DataAddress) -> str | None:
    """Return the URL of the address: `endpoint`, or one of the properties `endpoint` and `baseUrl`."""
    return address.endpoint or endpoint_property(address, "endpoint") or endpoint_property(address, "baseUrl")


def is_http(address: DataAddress) -> bool:
    """Return whether an address is of a kind of HTTP: `HttpData`, or an IRI that ends in such a name.

    >>> [is_http(DataAddress(endpoint_type=kind)) for kind in (HTTP_ENDPOINT, "HttpData", "AmazonS3")]
    [True, True, False]
    """
    return _NAME.split(address.endpoint_type)[-1].lower().startswith("http")


def authorization(address: DataAddress) -> str | None:
    """Return the token for the data flow, as the peer wrote it."""
    return endpoint_property(address, "authorization")


def auth_type(address: DataAddress) -> str | None:
    """Return the kind of token, usually `bearer`."""
    return endpoint_property(address, "authType")


def add_context(document: bytes) -> bytes:
    """Return a JSON object with the protocol's `@context` as its first member; the object must not have one."""
    rest = document[1:].lstrip()
    return b"{" + CONTEXT_MEMBER + (b"" if rest.startswith(b"}") else b",") + rest


@cache
def _optional_names(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(kind) if field.default is None)


def refuse_nulls(kind: type[msgspec.Struct], value: dict[str, Any], path: str = "$") -> None:
    """Refuse JSON `null` for an optional member: the schema allows only its absence, and msgspec reads both as None."""
    for name in _optional_names(kind):
        if name in value and value[name] is None:
            raise RemoteProtocolError(f"{path}.{name} is null: give a value or remove the member.")


def require_type(kind: type[msgspec.Struct], value: dict[str, Any], path: str) -> None:
    """Refuse a nested object without its `@type`; msgspec checks the tag only if it exists."""
    expected = kind.__struct_config__.tag
    if value.get("@type") != expected:
        raise RemoteProtocolError(f"{path}.@type is missing: expected {expected}.")


def check_address(value: dict[str, Any], path: str) -> None:
    """Check the parts of a parsed data address that its typed decoding does not check.

    :raises RemoteProtocolError: with the JSON path.
    """
    require_type(DataAddress, value, path)
    refuse_nulls(DataAddress, value, path)
    for index, entry in enumerate(value.get("endpointProperties", ())):
        require_type(EndpointProperty, entry, f"{path}.endpointProperties[{index}]")


def locate_error(error: Exception, path: str = "$") -> str:
    """Return the reason of msgspec as a sentence with a JSON path that starts at `path`."""
    text = str(error)
    text = text.replace("`$", f"`{path}", 1) if " - at `$" in text else f"{text} - at `{path}`"
    return f"The document does not follow the Dataspace Protocol schema: {text}."


def read_view(kind: type[S], value: object, path: str = "$") -> S:
    """Read parsed JSON as a typed view.

    :raises RemoteProtocolError: with the JSON path, if the value does not have this type.
    """
    try:
        view = msgspec.convert(value, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise RemoteProtocolError(locate_error(error, path)) from error
    if isinstance(value, dict):
        refuse_nulls(kind, value, path)
    return view
