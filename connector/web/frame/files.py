"""The style sheets, the script and the icons: read once, served under their digest, so that browsers keep them."""

import gzip
import hashlib
import re
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from connector.web.frame.guard import refuse_plainly

_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_KEEP = "public, max-age=31536000, immutable"
_DIGITS = 12
SHEET, _SHEETS = "pages.css", ("tokens.css", "components.css")
"""The style sheet of all pages, and the files that it consists of."""
_GZIP = re.compile(r"(?<![\w-])gzip(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)
_ZIPPED = {"Content-Encoding": "gzip"}
_LONGEST_NAME = 80
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@cache
def _read_files() -> dict[str, tuple[str, bytes]]:
    """Return the digest and the content of each file by its name."""
    folder = files("connector.web").joinpath("static")
    found = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.rpartition(".")[2] in _KINDS}
    # A browser paints when it has all style sheets: one is there sooner than two.
    found[SHEET] = b"".join(found.pop(name) for name in _SHEETS)
    return {name: (hashlib.sha256(content).hexdigest()[:_DIGITS], content) for name, content in found.items()}


@cache
def _compress(name: str) -> bytes:
    """Return a file as gzip (RFC 1952); without a time, so that it has the same bytes on each machine."""
    return gzip.compress(_read_files()[name][1], mtime=0)


def find_file_path(name: str) -> str:
    """Return the path of a file with its digest."""
    digest, _ = _read_files()[name]
    return f"/static/{digest}/{name}"


async def serve_file(request: Request) -> Response:
    """Answer with a file."""
    digest, content = _read_files().get(request.path_params["name"], ("", b""))
    if not digest or request.path_params["digest"] != digest:
        return refuse_plainly(404, "guard-file")
    kind = _KINDS[request.path_params["name"].rpartition(".")[2]]
    headers = {"Cache-Control": _KEEP, "Vary": "Accept-Encoding"}
    if _GZIP.search(request.headers.get("accept-encoding", "")):
        return Response(_compress(request.path_params["name"]), media_type=kind, headers=headers | _ZIPPED)
    return Response(content, media_type=kind, headers=headers)


def name_download(*parts: str, ending: str) -> dict[str, str]:
    """Return the header field that names a file to keep, from words in a form that every system takes.

    >>> name_download("vertrag", "Bäume, Straßen", "4711", ending="pdf")
    {'Content-Disposition': 'attachment; filename="vertrag-baeume-strassen-4711.pdf"'}
    """
    words = (re.sub("[^a-z0-9]+", "-", part.casefold().translate(_SPELLED)).strip("-") for part in parts)
    name = "-".join(word[:_LONGEST_NAME].rstrip("-") for word in words if word)
    return {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
