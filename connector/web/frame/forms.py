"""The fields of a form, bounded in number, length and time."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from connector.web.frame.guard import MOST_BYTES

MOST_FIELDS, LONGEST_REASON = 500, 1000
BODY_S = 15.0
_PIECE_S = 60.0


class FormFault(Exception):
    """A form is refused; `key` is its sentence in the chapter `pages`, `status` that of the answer."""

    def __init__(self, key: str, status: int = 422) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


AUTOSAVE = "speichern"
"""The field with which the script of a page says that it saves by itself."""


def is_form(request: Request) -> bool:
    """Return whether a request has the fields of a form, and no file."""
    return request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form (`application/x-www-form-urlencoded`). Raises FormFault.

    Several values of one name, as of boxes to check, are lines of one text. Who leaves before the end has sent no form.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise FormFault("form-unreadable")
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except (ValueError, TimeoutError, ClientDisconnect):
        raise FormFault("form-unreadable") from None
    # Browsers send the lines of a text with both signs of a line end.
    found: dict[str, str] = {}
    for name, value in fields:
        text = value.replace("\r\n", "\n")
        found[name] = f"{found[name]}\n{text}" if name in found else text
    request.state.fields = found
    return found


def find_typed(request: Request) -> Mapping[str, str]:
    """Return the fields of a form that was read, so that none is lost; empty if none was."""
    found: Mapping[str, str] = getattr(request.state, "fields", {})
    return found


async def read_pieces(request: Request) -> AsyncIterator[bytes]:
    """Yield a body of any size as it arrives; each piece has a time. Raises FormFault."""
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(_PIECE_S):
                piece = await anext(stream)
        except StopAsyncIteration:
            return
        except (TimeoutError, ClientDisconnect):
            raise FormFault("form-unreadable") from None
        if piece:
            yield piece


def read_reason(form: Mapping[str, str], name: str) -> str:
    """Return a reason that others will read: no control characters, on one line. Raises FormFault."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in form.get(name, "")).split())
    if not text:
        raise FormFault("reason-missing")
    if len(text) > LONGEST_REASON:
        raise FormFault("reason-long")
    return text


def read_version(form: Mapping[str, str], name: str) -> int:
    """Return the version of the thing that the person saw. Raises FormFault."""
    text = form.get(name, "")
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise FormFault("form-unreadable")
    return int(text)
