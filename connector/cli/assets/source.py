"""The source of an asset, from `--file`, `--folder` or `--url`: its address as the connector reads it, and its type."""

from pathlib import Path
from typing import Any

from connector.cli.assets.stream import is_stream_url, read_stream_url
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.dataplane.files.folder import RESERVED


def build_source(
    call: CommandCall,
    file: Path | None,
    folder: Path | None,
    glob: str | None,
    url: str | None,
    headers: list[str],
    *,
    at_plane: list[str] | None = None,
) -> tuple[dict[str, Any], str]:
    """Return the address of the data and a name for it. Raises Failure unless exactly one source is given.

    `at_plane` are the labels of another data plane that has the data: a path is then one of its own.
    """
    if sum(given is not None for given in (file, folder, url)) != 1:
        raise Failure(Code.USAGE, "errors.one-source")
    if glob is not None and folder is None:
        raise Failure(Code.USAGE, "errors.glob-folder")
    if headers and url is None:
        raise Failure(Code.USAGE, "errors.header-url")
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
