"""The issuer of a small data space: its document, its status list and its credentials, over TLS at localhost."""

import json
import ssl
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from connector.identity.dcp.methods import name_key
from connector.identity.dcp.signing import sign_credential
from connector.identity.jws import sign
from connector.identity.keys import generate, public_jwk
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.did import write_web_did
from connector.protocol.dcp.document import write_document
from connector.protocol.dcp.issued import CredentialDraft, StatusPlace
from connector.protocol.dcp.status_list import pack_status_list, set_bits

V1 = "https://www.w3.org/2018/credentials/v1"
TYPE = "MembershipCredential"


class Issuer:
    """Serves from its making on until `close`.

    `ended` are the places of credentials that it has revoked; while it is `away`, it answers with 503.
    """

    def __init__(self, port: int, tls: ssl.SSLContext) -> None:
        self.did = write_web_did("localhost", port)
        self.ended: set[int] = set()
        self.away = False
        self._key = name_key(generate(), self.did)
        self._list = f"https://localhost:{port}/status/1"
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

    def issue(self, holder: str, place: int, *, now_s: int, lives_s: int = 9_000) -> tuple[str, dict[str, Any]]:
        """Return a membership of `holder` in the data model 1.1, secured and as it is inside."""
        status = {
            "id": f"{self._list}#{place}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(place),
            "statusListCredential": self._list,
        }
        credential = {
            "@context": [V1],
            "id": f"urn:membership:{place}",
            "type": ["VerifiableCredential", TYPE],
            "issuer": self.did,
            "issuanceDate": _write(now_s - 60),
            "expirationDate": _write(now_s + lives_s),
            "credentialSubject": {"id": holder, "level": "full"},
            "credentialStatus": status,
        }
        claims = {"iss": self.did, "sub": holder, "jti": credential["id"], "nbf": now_s - 60, "exp": now_s + lives_s}
        secured = sign(self._key, json.dumps({**claims, "iat": now_s - 60, "vc": credential}).encode(), kind="JWT")
        return secured, credential

    def issue_as_city(self, holder: str, place: int, *, now_s: int, lives_s: int = 9_000) -> tuple[str, dict[str, Any]]:
        """Return a membership as the authority of a city signs it, in the data model 2.0, and as a hub wants it."""
        draft = CredentialDraft(
            profile=ClaimsProfile.VC20,
            id=f"urn:membership:{place}",
            issuer=self.did,
            subject=holder,
            types=(TYPE,),
            claims={"level": "full"},
            valid_from=(now_s - 60) * 1000,
            valid_until=(now_s + lives_s) * 1000,
            status=StatusPlace(lists={"revocation": self._list}, index=place),
        )
        # What a hub keeps beside has the names of the data model 1.1, whatever the credential has.
        _, read = self.issue(holder, place, now_s=now_s, lives_s=lives_s)
        return sign_credential(self._key, draft), read

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        if self.away:
            self._send(request, b"", "text/plain", 503)
        elif request.path == "/.well-known/did.json":
            jwk = {name: value for name, value in public_jwk(self._key).items() if name != "kid"}
            document = write_document(self.did, [(self._key.kid.partition("#")[2], jwk)], [])
            self._send(request, json.dumps(document).encode(), "application/did+json")
        elif request.path == "/status/1":
            listed = self._write_list()
            # EDC reads a list that nobody has signed; every other reader gets the signed one.
            if "okhttp" in request.headers.get("User-Agent", ""):
                self._send(request, json.dumps(listed).encode(), "application/json")
            else:
                self._send(
                    request, sign(self._key, json.dumps(listed).encode(), kind="vc+jwt").encode(), "application/vc+jwt"
                )
        else:
            request.send_error(404)

    def _write_list(self) -> dict[str, Any]:
        subject = {
            "id": f"{self._list}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": pack_status_list(set_bits(self.ended), multibase=True),
        }
        return {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": self._list,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.did,
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": subject,
        }

    def _send(self, request: BaseHTTPRequestHandler, body: bytes, kind: str, status: int = 200) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


def _write(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
