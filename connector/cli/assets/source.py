"""The source of an asset, from `--file`, `--folder`, `--url` or `--source`: its address, and its type."""

import tomllib
from pathlib import Path
from typing import Any

from connector.cli.assets.stream import is_stream_url, read_stream_url
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.dataplane.files.folder import RESERVED
from connector.views.handed_in import HandedInFault, read_json

_LARGEST_ADDRESS = 65_536


def build_source(
    call: CommandCall,
    file: Path | None,
    folder: Path | None,
    glob: str | None,
    url: str | None,
    headers: list[str],
    *,
    at_plane: list[str] | None = None,
    source: Path | None = None,
) -> tuple[dict[str, Any], str]:
    """Return the address of the data and a name for it. Raises Failure unless exactly one source is given.

    `at_plane` are the labels of another data plane that has the data: a path is then one of its own.
    """
    if sum(given is not None for given in (file, folder, url, source)) != 1:
        raise Failure(Code.USAGE, "errors.one-source")
    if glob is not None and folder is None:
        raise Failure(Code.USAGE, "errors.glob-folder")
    if headers and url is None:
        raise Failure(Code.USAGE, "errors.header-url")
    if source is not None:
        read = read_address(source)
        return _put_at_plane(read, at_plane), name_data(read).rpartition("/")[2]
    if url is not None and is_stream_url(url):
        stream = read_stream_url(url)
        return _put_at_plane(stream, at_plane), str(stream.get("topic") or stream.get("subject")).rpartition("/")[2]
    if url is not None:
        pairs = dict(_split_header(header) for header in headers)
        if len({name.casefold() for name in pairs}) != len(headers):
            raise Failure(Code.USAGE, "errors.header-twice")
        fetched: dict[str, Any] = {"kind": "http", "url": url} | ({"headers": pairs} if pairs else {})
        return _put_at_plane(fetched, at_plane), url.rstrip("/").rpartition("/")[2]
    path = file or folder or Path()
    _check_name(path)
    place = path.as_posix() if at_plane else _find_in_root(call, path, is_folder=folder is not None)
    address: dict[str, Any] = {"kind": "file", "path": place} | ({"glob": glob} if glob else {})
    return _put_at_plane(address, at_plane), path.name


def name_data(address: dict[str, Any]) -> str:
    """Return what names the data of an address to a person: its path, URL, table, key or prefix.

    >>> name_data({"kind": "sql", "path": "city.sqlite", "table": "public.trees", "format": "json"})
    'trees.json'
    """
    if isinstance(table := address.get("table"), str):
        return f"{table.rpartition('.')[2]}.{address.get('format', 'csv')}"
    found = (address.get(name) for name in ("path", "url", "key", "prefix"))
    return str(next((value for value in found if value), address.get("kind", ""))).partition("?")[0].rstrip("/")


def read_address(file: Path) -> dict[str, Any]:
    """Return the address in a file of JSON or TOML (`-` is standard input, in JSON). Raises Failure."""
    try:
        with (Path("/dev/stdin") if str(file) == "-" else file).open("rb") as opened:
            content = opened.read(_LARGEST_ADDRESS + 1)
        problem = f"it is larger than {_LARGEST_ADDRESS} bytes" if len(content) > _LARGEST_ADDRESS else ""
        read = {} if problem else _decode(content, file)
    except OSError as error:
        read, problem = {}, error.strerror or "it cannot be opened"
    except (HandedInFault, ValueError, RecursionError) as fault:
        read, problem = {}, str(fault)
    if problem:
        raise Failure(Code.USAGE, "errors.source-unusable", path=file, problem=problem)
    return read


def _decode(content: bytes, file: Path) -> dict[str, Any]:
    if file.suffix.lower() == ".toml":
        return tomllib.loads(content.decode())
    return read_json(content, dict[str, Any])


def _put_at_plane(address: dict[str, Any], labels: list[str] | None) -> dict[str, Any]:
    return {"kind": "plane", "labels": labels, "address": address} if labels else address


def _check_name(path: Path) -> None:
    """Raise Failure for a name that cannot be carried to a receiver, with what is wrong with it."""
    name = path.name
    try:
        name.encode()
    except UnicodeEncodeError:
        raise Failure(Code.USAGE, "errors.name-encoding", name=ascii(name)[1:-1]) from None
    if name.startswith(".") and name.strip("."):
        raise Failure(Code.USAGE, "errors.name-hidden", name=name)
    if found := next((sign for sign in name if sign in '\\:*?"<>|' or not sign.isprintable()), ""):
        raise Failure(Code.USAGE, "errors.name-sign", name=ascii(name)[1:-1], sign=ascii(found)[1:-1])
    if name != name.strip():
        raise Failure(Code.USAGE, "errors.name-space", name=name)
    if RESERVED.fullmatch(name):
        raise Failure(Code.USAGE, "errors.name-reserved", name=name)


def _split_header(header: str) -> tuple[str, str]:
    name, sign, value = header.partition("=")
    if not sign:
        # The text may be a secret, so the sentence does not repeat it.
        raise Failure(Code.USAGE, "errors.header-value")
    return name, value


def _find_in_root(call: CommandCall, path: Path, *, is_folder: bool) -> str:
    """Return a path relative to the connector's folder of offered files.

    Without a settings file (`--connector` alone) the connector may run on another machine: the path is not changed.
    """
    if not call.file.exists():
        return path.as_posix()
    root = call.read_settings().data_root
    if root is None:
        raise Failure(Code.USAGE, "errors.no-root")
    root = root.resolve()
    for candidate in (path.resolve(), (root / path).resolve()):
        if candidate.is_relative_to(root) and (candidate.is_dir() if is_folder else candidate.is_file()):
            return candidate.relative_to(root).as_posix()
    if not (path.is_dir() if is_folder else path.is_file()):
        raise Failure(Code.NOT_FOUND, "errors.no-such-folder" if is_folder else "errors.no-such-file", path=path)
    raise Failure(Code.USAGE, "errors.outside-root", path=path, root=root)
