"""The fields of a form, bounded in number and length."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from connector.web.frame.guard import MOST_BYTES

MOST_FIELDS, LONGEST_REASON = 20, 1000


class FormFault(Exception):
    """A form is refused; `key` is its sentence in the chapter `pages`, `status` that of the answer."""

    def __init__(self, key: str, status: int = 422) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form (`application/x-www-form-urlencoded`), the last of a name. Raises FormFault."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise FormFault("form-unreadable")
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise FormFault("form-unreadable") from None
    return dict(fields)


def read_reason(form: Mapping[str, str], name: str) -> str:
    """Return a reason that the counterparty will read: no control characters, on one line. Raises FormFault."""
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
