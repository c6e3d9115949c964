"""Short requests from outside, for `doctor` and `broker status`: whether a service answers."""

import http.client
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from connector.net.addresses import join_host
from connector.net.tls import find_tls_fault

TIMEOUT_S = 3.0
LARGEST = 8 * 1024 * 1024


@dataclass(frozen=True)
class ProbeResult:
    """The answer: an HTTP status and a body, or the reason why there is none."""

    status: int | None
    body: bytes = b""
    reason: str = ""


def probe_url(
    url: str,
    *,
    ca: Path | None = None,
    timeout_s: float = TIMEOUT_S,
    method: str = "GET",
    token: str | None = None,
    body: bytes | None = None,
) -> ProbeResult:
    """Send a request, with a value of the header Authorization and a body in JSON.

    Follow no redirect and read at most `LARGEST` bytes.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    connection: http.client.HTTPConnection
    try:
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=str(ca) if ca else None)
            connection = http.client.HTTPSConnection(host, port, timeout=timeout_s, context=context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    except (OSError, http.client.HTTPException) as error:
        return ProbeResult(None, reason=_explain(error))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        headers = {"Accept": "application/json"} | ({"Authorization": token} if token else {})
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return ProbeResult(answer.status, answer.read(LARGEST))
    except (OSError, http.client.HTTPException) as error:
        return ProbeResult(None, reason=_explain(error))
    finally:
        connection.close()


def is_listening(host: str, port: int, timeout_s: float = TIMEOUT_S) -> bool:
    """Return whether a process accepts connections at an address."""
    try:
        with socket.create_connection((choose_loopback(host), port), timeout=timeout_s):
            return True
    except OSError:
        return False


def choose_loopback(host: str) -> str:
    """Return the address at which this machine reaches a listener: loopback if it listens at all addresses."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - only compared, never bound


def format_origin(host: str, port: int) -> str:
    """Return the plain HTTP address at which this machine reaches a listener."""
    return f"http://{join_host(choose_loopback(host), port)}"


def _explain(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({find_tls_fault(error)})"
    return (getattr(error, "strerror", None) or str(error) or "the connection was closed").lower()
