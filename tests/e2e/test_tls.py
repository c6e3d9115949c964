"""Two connectors that speak TLS to each other, with certificates of an authority that only they trust."""

import hashlib
import socket
import ssl
from pathlib import Path

import pytest

from tests.e2e.live import Live, environment
from tests.support.certificates import write_certificates

pytestmark = pytest.mark.e2e


def test_contract_and_data_travel_over_tls_alone(tmp_path: Path) -> None:
    live = Live(tmp_path, scheme="https")
    content = b"street;cars\n" * 1000
    (live.data / "counts.csv").write_bytes(content)
    with environment(**write_certificates(tmp_path), DATENKONTOR_NET__HOSTS='["127.0.0.1:*"]'):
        live.start("city", "firm")
    try:
        agreement = live.agree(live.offer("counts.csv"))
        for push in (False, True):
            begun = live.firm.transfers.start(agreement, push=push)
            live.completed(begun.id)
            saved = live.firm.transfers.download(begun.id, tmp_path / f"{push}.csv")
            assert saved.files[0].sha256 == hashlib.sha256(content).hexdigest()
        for listener in ("protocol", "data"):
            port = live.stage.actors["city"].ports[listener]
            assert b"HTTP" not in plain(port), f"{listener} answers without TLS"
            with pytest.raises(ssl.SSLCertVerificationError):
                shaken(port)
    finally:
        live.close()


def plain(port: int) -> bytes:
    """Return what a listener answers to a request without TLS."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(b"GET /.well-known/dspace-version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        try:
            return connection.recv(100)
        except ConnectionError:
            return b""


def shaken(port: int) -> None:
    """Shake hands as somebody who trusts the system's authorities only."""
    context = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", port), 5) as connection,
        context.wrap_socket(connection, server_hostname="127.0.0.1"),
    ):
        pass
