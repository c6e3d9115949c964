"""Somebody between a new member and its authority, who spoils the answer to a request to join."""

import os
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

Spoil = Callable[[int, bytes], tuple[int, bytes] | None]
"""Makes another answer of a status and a body; None closes the connection without one."""


@contextmanager
def spoiling(link: str, spoil: Spoil) -> Iterator[str]:
    """Yield a link that leads here: what is asked goes on to the authority of `link`, and what it posts is spoilt."""
    base, _, told = link.partition("/authority/")
    trusted = ssl.create_default_context(cafile=os.environ["DATENKONTOR_NET__CA"])

    class Between(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got = httpx.get(base + self.path, verify=trusted)
            self.answer(got.status_code, got.content)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind = {"Content-Type": self.headers["Content-Type"]}
            got = httpx.post(base + self.path, content=body, headers=kind, verify=trusted)
            made = spoil(got.status_code, got.content)
            if made is not None:
                self.answer(*made)

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.environ["DATENKONTOR_NET__CERTIFICATE"], os.environ["DATENKONTOR_NET__KEY"])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_address[1]}/authority/{told}"
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()
