"""Two connectors that know each other by documents and credentials, as processes of their own, over TLS."""

import hashlib
import json
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType

import pytest

from connector.authority import card as cards
from connector.authority import roster
from connector.authority.profile import publish_profile
from connector.cli.setup.plan import KEY, LIST, MEMBERS
from connector.identity.dcp.methods import name_key
from connector.identity.jws import sign
from connector.identity.keys import SigningKey, generate, public_jwk
from connector.protocol.dcp.did import write_web_did
from connector.protocol.dcp.document import write_document
from tests.e2e.live import Live, environment
from tests.support.certificates import write_certificates

pytestmark = pytest.mark.e2e

PROFILE = """
[issuers]
"{issuer}" = ["MembershipCredential"]
[show]
catalog = ["MembershipCredential"]
negotiation = ["MembershipCredential"]
transfer = ["MembershipCredential"]
"""


@contextmanager
def issuing(files: dict[str, str]) -> Iterator[tuple[str, SigningKey]]:
    """Serve the document of an issuer at localhost; yield its identifier and its key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/.well-known/did.json" else 404)
            self.send_header("Content-Type", "application/did+json")
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["DATENKONTOR_NET__CERTIFICATE"], files["DATENKONTOR_NET__KEY"])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    did = write_web_did("localhost", server.server_port)
    key = name_key(generate(), did)
    jwk = {name: value for name, value in public_jwk(key).items() if name != "kid"}
    document = json.dumps(write_document(did, [(key.kid.partition("#")[2], jwk)], [])).encode()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield did, key
    finally:
        server.shutdown()
        server.server_close()


def name_members(live: Live, words: Sequence[str] = ("city", "firm")) -> None:
    """Give the members identifiers of did:web, and list them without keys."""
    home = live.stage.actors["broker"].directory
    draft = json.loads((home / MEMBERS).read_bytes())
    for word in words:
        actor = live.stage.actors[word]
        did = write_web_did("localhost", actor.ports["protocol"])
        listed = next(member for member in draft["members"] if member["id"] == actor.id)
        listed |= {"id": did, "address": listed["address"].replace("127.0.0.1", "localhost")}
        listed.pop("keys")
        live.stage.actors[word] = replace(actor, id=did)
    (home / MEMBERS).write_text(json.dumps(draft))
    publish(live)


def publish(live: Live) -> None:
    """Sign the next list of members."""
    home = live.stage.actors["broker"].directory
    roster.publish(home / MEMBERS, home / LIST, cards.load_key(home / KEY), now=datetime.now(UTC))


def start(
    live: Live,
    profile: Path,
    words: Sequence[str] = ("city", "firm"),
    settings: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> None:
    for word in words:
        actor = live.stage.actors[word]
        more = {
            "PARTICIPANT__ID": actor.id,
            "PROTOCOL__PUBLIC_URL": f"https://localhost:{actor.ports['protocol']}",
            "IDENTITY__MECHANISM": "dcp",
            "IDENTITY__PROFILE": str(profile),
            **settings.get(word, {}),
        }
        live.stage.start(word, {f"DATENKONTOR_{name}": value for name, value in more.items()})
    for word in words:
        live.stage.await_ready(word)
        live.clients[word] = live.stage.actors[word].client()


def test_two_processes_show_credentials_agree_and_transfer(tmp_path: Path) -> None:
    live, files = Live(tmp_path, scheme="https"), write_certificates(tmp_path)
    content = b"street;cars\n" * 1000
    (live.data / "counts.csv").write_bytes(content)
    name_members(live)
    with issuing(files) as (issuer, key):
        text, profile = tmp_path / "trust.toml", tmp_path / "profile.jws"
        text.write_text(PROFILE.format(issuer=issuer))
        publish_profile(text, profile, cards.load_key(live.stage.actors["broker"].directory / KEY))
        with environment(**files, DATENKONTOR_NET__HOSTS='["127.0.0.1:*", "localhost:*"]'):
            start(live, profile)
        try:
            for word in ("city", "firm"):
                credential = {
                    "@context": ["https://www.w3.org/ns/credentials/v2"],
                    "type": ["VerifiableCredential", "MembershipCredential"],
                    "issuer": issuer,
                    "credentialSubject": {"id": live.stage.actors[word].id},
                }
                live.clients[word].credentials.add(sign(key, json.dumps(credential).encode(), kind="vc+jwt"))
            agreement = live.agree(live.offer("counts.csv"))
            begun = live.firm.transfers.start(agreement)
            live.completed(begun.id)
            saved = live.firm.transfers.download(begun.id, tmp_path / "counts.csv")
            assert saved.files[0].sha256 == hashlib.sha256(content).hexdigest()
        finally:
            live.close()
