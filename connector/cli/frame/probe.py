"""Short looks from outside, for `doctor` and `broker status`: is anybody at an address of the operator's own."""

import http.client
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PATIENCE_S = 3.0
LARGEST = 8 * 1024 * 1024


@dataclass(frozen=True)
class ProbeResult:
    """What came back: an HTTP status and body, or the reason why nothing did."""

    status: int | None
    body: bytes = b""
    reason: str = ""


def look(url: str, *, ca: Path | None = None, timeout_s: float = PATIENCE_S) -> ProbeResult:
    """GET an address: no redirect is followed, at most `LARGEST` bytes are read."""
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
        return ProbeResult(None, reason=_sentence(error))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", path, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        return ProbeResult(answer.status, answer.read(LARGEST))
    except (OSError, http.client.HTTPException) as error:
        return ProbeResult(None, reason=_sentence(error))
    finally:
        connection.close()


def is_listening(host: str, port: int, timeout_s: float = PATIENCE_S) -> bool:
    """Tell whether somebody takes connections there."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - only compared, never bound
    try:
        with socket.create_connection((reachable, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def _sentence(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
