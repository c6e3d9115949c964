"""The issuer of a small data space: its document, its status list and its credentials, over TLS at localhost."""

import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from msgspec.structs import replace

from connector.identity.dcp.methods import name_key
from connector.identity.dcp.signing import sign_credential, sign_status_list
from connector.identity.keys import generate, public_jwk
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.did import write_web_did
from connector.protocol.dcp.document import write_document
from connector.protocol.dcp.issued import (
    CredentialDraft,
    StatusListDraft,
    StatusPlace,
    choose_list_form,
    write_credential,
)
from connector.protocol.dcp.status_list import set_bits

TYPE, ROLE = "MembershipCredential", "RoleCredential"
CLAIMS = {TYPE: {"level": "full"}, ROLE: {"role": "planner"}}


class Issuer:
    """Serves from its making on until `close`.

    `ended` are the places of credentials that it has revoked, and `paused` of those that it has suspended; while it is
    `away`, it answers with 503.
    """

    def __init__(self, port: int, tls: ssl.SSLContext) -> None:
        self.did = write_web_did("localhost", port)
        self.ended: set[int] = set()
        self.paused: set[int] = set()
        self.away = False
        self._key = name_key(generate(), self.did)
        self._lists = f"https://localhost:{port}/status"
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer._answer(self)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def issue(
        self,
        holder: str,
        place: int,
        *,
        now_s: int,
        lives_s: int = 9_000,
        profile: ClaimsProfile = ClaimsProfile.VC11,
        kind: str = TYPE,
        purpose: str = "revocation",
    ) -> tuple[str, dict[str, Any]]:
        """Return a credential of `holder` as the authority of a city signs it, and as a hub wants to know of it.

        With EDC among the members that is the data model 1.1, else 2.0.
        """
        draft = CredentialDraft(
            profile=profile,
            id=f"urn:membership:{place}",
            issuer=self.did,
            subject=holder,
            types=(kind,),
            claims=CLAIMS[kind],
            valid_from=(now_s - 60) * 1000,
            valid_until=(now_s + lives_s) * 1000,
            status=StatusPlace(lists={purpose: f"{self._lists}/{purpose}"}, index=place),
        )
        read = msgspec.json.decode(write_credential(replace(draft, profile=ClaimsProfile.VC11)))["vc"]
        return sign_credential(self._key, draft), read

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        if self.away:
            self._send(request, b"", "text/plain", 503)
        elif request.path == "/.well-known/did.json":
            jwk = {name: value for name, value in public_jwk(self._key).items() if name != "kid"}
            document = write_document(self.did, [(self._key.kid.partition("#")[2], jwk)], [])
            self._send(request, json.dumps(document).encode(), "application/did+json")
        elif request.path in ("/status/revocation", "/status/suspension"):
            signed = self._sign_list(request.path.rpartition("/")[2])
            body, kind = choose_list_form(signed.encode(), request.headers.get("Accept", ""))
            self._send(request, body, kind)
        else:
            request.send_error(404)

    def _sign_list(self, purpose: str) -> str:
        now = int(time.time()) * 1000
        return sign_status_list(
            self._key,
            StatusListDraft(
                profile=ClaimsProfile.VC11,
                url=f"{self._lists}/{purpose}",
                issuer=self.did,
                purpose=purpose,
                bits=set_bits(self.ended if purpose == "revocation" else self.paused),
                valid_from=now,
                valid_until=now + 9_000_000,
            ),
        )

    def _send(self, request: BaseHTTPRequestHandler, body: bytes, kind: str, status: int = 200) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
