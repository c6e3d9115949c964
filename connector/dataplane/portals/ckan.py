"""CKAN by reference: the newest resource of a dataset in a format, and the rows of a resource in its DataStore.

Address: `{"kind": "ckan", "url": "https://data.city.example", "dataset": "trees", "resource_format": "CSV"}`, or
`resource` with the identifier of one. With `"datastore": true` the rows are read, which a consumer can narrow by
`parameters`; else the file is passed on as it is. The file may be at another server only if `hosts` names it
(`host:port`), and then nothing that proves who asks is sent there.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

import msgspec

from connector.dataplane.address.describing import USUAL
from connector.dataplane.address.parameters import ChosenValue
from connector.dataplane.backends.asking import add_query, name_server
from connector.dataplane.backends.walking import FetchPage
from connector.dataplane.portals.portal import (
    PortalAddress,
    PortalDialect,
    PortalPage,
    PortalRow,
    append_path,
    count_on,
)
from connector.net.client import Response
from connector.ports.flow import Cause, SourceError

_URL = re.compile(r"https?://[\x21-\x7e]{1,2000}")
_ROW = "_id"

CkanName = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[A-Za-z0-9_.-]*\Z", extra=USUAL)]


class CkanAddress(PortalAddress, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The place of a resource: its identifier, or a dataset and a format."""

    kind: Literal["ckan"]
    dataset: CkanName = ""
    resource_format: Annotated[str, msgspec.Meta(max_length=100, extra=USUAL)] = ""
    resource: CkanName = ""
    datastore: Annotated[bool, msgspec.Meta(extra=USUAL)] = False
    hosts: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=300)], ...], msgspec.Meta(max_length=20)] = ()
    media_type: Annotated[str, msgspec.Meta(max_length=255, pattern=r"^[\x20-\x7e]*\Z")] = ""


class CkanResource(msgspec.Struct, frozen=True):
    """A resource as CKAN describes it."""

    id: str = ""
    url: str = ""
    format: str | None = ""
    state: str | None = "active"
    last_modified: str | None = None
    metadata_modified: str | None = None
    created: str | None = None


class _CkanDataset(msgspec.Struct, frozen=True):
    resources: list[CkanResource] = []


class _Field(msgspec.Struct, frozen=True):
    id: str


class _Found(msgspec.Struct, frozen=True):
    records: list[dict[str, msgspec.Raw]] = []
    fields: list[_Field] = []
    total: int | None = None
    total_was_estimated: bool = False


class _Answer(msgspec.Struct, frozen=True):
    success: bool
    result: msgspec.Raw = msgspec.Raw(b"{}")


def check_ckan(address: CkanAddress) -> None:
    """Raise SourceError if the address names no resource, or two."""
    if bool(address.dataset) == bool(address.resource) or bool(address.dataset) != bool(address.resource_format):
        raise SourceError("The address names no resource: give `dataset` and `resource_format`, or `resource`.")
    if address.parameters and not address.datastore:
        raise SourceError("A file has no parameters: read its rows with `datastore`, or leave out `parameters`.")
    if any(parameter.compare != "=" for parameter in address.parameters.values()):
        raise SourceError("A DataStore only compares with `=`: correct `compare` of the parameters.")
    if address.format == "geojson":
        raise SourceError("A DataStore has no places: use the `format` csv, json or ndjson.")


async def find_resource(address: CkanAddress, fetch: FetchPage) -> CkanResource:
    """Return the resource of an address, of several of its format the newest. Raises SourceError."""
    action = "resource_show" if address.resource else "package_show"
    url = make_action_url(address, action, {"id": address.resource or address.dataset})
    if address.resource:
        shown: CkanResource = _decode(await fetch(url), CkanResource)
        return shown
    wanted = address.resource_format.casefold()
    dataset: _CkanDataset = _decode(await fetch(url), _CkanDataset)
    found = [
        resource
        for resource in dataset.resources
        if (resource.format or "").casefold() == wanted and resource.state in {"active", None} and resource.id
    ]
    if not found:
        raise SourceError("The dataset has no resource of this format: correct `resource_format`.", Cause.NOT_FOUND)
    return max(found, key=lambda resource: read_date(resource) or 0)


def read_date(resource: CkanResource) -> int | None:
    """Return when a resource was last changed (ms), None if CKAN does not say. CKAN writes its times in UTC."""
    for text in (resource.last_modified, resource.metadata_modified, resource.created):
        try:
            found = datetime.fromisoformat((text or "")[:40])
        except ValueError:
            continue
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
    return None


def choose_url(address: CkanAddress, resource: CkanResource) -> tuple[str, bool]:
    """Return the URL of the file of a resource, and whether it is at the portal itself. Raises SourceError."""
    if not _URL.fullmatch(resource.url):
        raise SourceError("The portal names no usable URL for the resource: look at the resource in the portal.")
    server = name_server(resource.url)
    is_own = server == name_server(address.url) and resource.url.partition(":")[0] == address.url.partition(":")[0]
    if not is_own and server not in address.hosts:
        raise SourceError(
            "The file of the resource is at another server, which the address does not allow: list it in `hosts`.",
            Cause.NOT_ALLOWED,
        )
    return resource.url, is_own


def make_action_url(address: CkanAddress, action: str, members: Mapping[str, str]) -> str:
    """Return the URL of an action of the API (version 3)."""
    return add_query(append_path(address.url, f"api/3/action/{quote(action)}"), members)


def _make_first(address: CkanAddress, choices: Mapping[str, ChosenValue]) -> str:
    members = {"resource_id": address.resource, "limit": str(address.size), "offset": "0", "sort": _ROW}
    filters = {choice.parameter.field or name: _convert(choice) for name, choice in choices.items()}
    if filters:
        members["filters"] = msgspec.json.encode(filters).decode()
    return make_action_url(address, "datastore_search", members)


def _convert(choice: ChosenValue) -> Any:
    kind = choice.parameter.type
    if kind == "boolean":
        return choice.text == "true"
    return int(choice.text) if kind == "integer" else choice.text


def _read(_: CkanAddress, answer: Response, at: str, count: int) -> PortalPage:
    found = _decode(answer, _Found)
    names = [one.id for one in found.fields if one.id != _ROW]
    rows: list[PortalRow] = [
        {name: record.get(name) for name in names} | {name: value for name, value in record.items() if name != _ROW}
        for record in found.records
    ]
    total = None if found.total_was_estimated else found.total
    return PortalPage(rows, count_on(at, "offset", rows, count, total), total)


def _decode(answer: Response, form: Any) -> Any:
    try:
        told = msgspec.json.decode(answer.body, type=_Answer)
        if told.success:
            return msgspec.json.decode(told.result, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    raise SourceError("The portal does not answer as CKAN does: check `url`, and whether the resource has rows.")


DATASTORE = PortalDialect(kind="ckan", form=CkanAddress, check=check_ckan, make_first=_make_first, read=_read)
