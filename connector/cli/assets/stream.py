"""The address of a stream, from a URL: `mqtts://sensors@broker.example/city/air`.

The name before the host is that of the secret, never a password. The path is the topic of MQTT or Kafka, or the stream
and the subject of NATS. Limits are in the query, such as `?silent_after=60`.
"""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from connector.cli.frame.failure import Code, Failure

_URL = re.compile(r"(mqtts?|kafkas?|nats|tls)://(?:([^@/?#:]+)@)?([^@/?#]+)/([^?#]+)(?:\?([^#]*))?")
_NUMBER = re.compile(r"[0-9]{1,15}")


def is_stream_url(url: str) -> bool:
    """Return whether a URL is one of a message broker."""
    return url.partition("://")[0].lower() in {"kafka", "kafkas", "mqtt", "mqtts", "nats", "tls"}


def read_stream_url(url: str) -> dict[str, Any]:
    """Return the address of a stream. Raises Failure.

    >>> read_stream_url("mqtts://sensors@broker.example/city/air?silent_after=60")["topic"]
    'city/air'
    """
    match = _URL.fullmatch(url)
    if match is None:
        raise Failure(Code.USAGE, "errors.stream-url")
    scheme, secret, host, path, query = match.groups()
    kind = next((known for known in ("kafka", "mqtt") if scheme.startswith(known)), "nats")
    address: dict[str, Any] = {"kind": kind, "url": f"{scheme}://{host}"}
    if kind != "nats":
        address["topic"] = unquote(path)
    else:
        stream, _, subject = unquote(path).partition("/")
        address |= {"stream": stream, "subject": subject}
    limits = {name: int(value) if _NUMBER.fullmatch(value) else value for name, value in parse_qsl(query or "")}
    return address | ({"secret": secret} if secret else {}) | limits
