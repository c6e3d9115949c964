"""The system under test for the DCP kit: a connector in the mode `development`, with what the kit needs beside it.

What is the kit's alone lives here: the request that its credentials answer, a token endpoint by which it gets tokens as
this participant sends them, and the address at which it asks for the catalogue in a form of its own.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import msgspec
import uvloop
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connector.app.connector import ConnectorServer, build
from connector.app.logs import set_up
from connector.authority.profile import publish_profile
from connector.identity.dcp.mechanism import DcpIdentity
from connector.identity.keys import generate, public_jwk, save_private
from connector.identity.roster import Member
from connector.net.serving.messages import PeerRequest
from connector.ports.changes import PutIssuance
from connector.ports.entities import Issuance
from connector.protocol.dcp.did import write_web_did
from connector.protocol.dcp.scopes import parse_scope
from connector.protocol.dsp.catalog import CatalogRequestMessage
from connector.protocol.dsp.codec import encode
from connector.settings import (
    CredentialSettings,
    DataSettings,
    IdentitySettings,
    IssuerSettings,
    Location,
    ManagementSettings,
    Mode,
    NetSettings,
    ParticipantSettings,
    ProtocolSettings,
    Settings,
    StoreSettings,
)
from connector.views.credentials import IssuanceState
from tests.identity.lists import OPERATOR, document, signed

Answer = Callable[[Request], Awaitable[Response]]
CORRELATION, CLIENT, SECRET = "urn:uuid:kit", "kit", "conformance"
PROFILE = """
without_relationships = true
three_part_scopes = true
[issuers]
"{issuer}" = ["MembershipCredential", "SensitiveDataCredential"]
[show]
catalog = ["MembershipCredential"]
"""


class System:
    """The connector under test at `port`, for a kit that listens at `kit` (a port); both on this machine."""

    def __init__(self, port: int, kit: int, folder: Path) -> None:
        self.did = write_web_did("localhost", port)
        self._roles = {name: write_web_did("localhost", kit, (name,)) for name in ("holder", "issuer", "verifier")}
        self._roles["thirdparty"] = write_web_did("localhost", kit, ("thirdparty",))
        self._port, self._folder = port, folder

    async def start(self) -> ConnectorServer:
        """Write the files of a participant, begin to listen, and note the request that the kit answers."""
        built = await build(self._write_files())
        await built.start()
        asked = Issuance(
            owner=built.context.owner,
            id=CORRELATION,
            issuer=self._roles["issuer"],
            types=("MembershipCredential", "SensitiveDataCredential"),
            state=IssuanceState.REQUESTED,
            at=built.context.now(),
        )
        await built.context.store.commit([PutIssuance(asked)])
        beside = Starlette(
            routes=[
                Route("/token", self._issue(built), methods=["POST"]),
                Route("/trigger", self._ask_catalog(built), methods=["POST"]),
            ]
        )
        await built.listeners.open_asgi("kit", beside, "127.0.0.1", self._port + 1, public=False)
        return built

    def _write_files(self) -> Settings:
        folder, hosts = self._folder, ("localhost:*", "127.0.0.1:*")
        save_private(folder / "key.pem", generate())
        (folder / "operator.jwk").write_bytes(msgspec.json.encode(public_jwk(OPERATOR)))
        (folder / "trust.toml").write_text(PROFILE.format(issuer=self._roles["issuer"]))
        publish_profile(folder / "trust.toml", folder / "profile.jws", OPERATOR)
        members = [Member(id=did, name=name) for name, did in self._roles.items() if name != "issuer"]
        members.append(Member(id=self.did, name="under test"))
        now = datetime.now(UTC)
        listed = replace(document(1, members), issued=now, expires=now + timedelta(days=1))
        (folder / "roster.jws").write_bytes(signed(listed))
        return Settings(
            mode=Mode.DEVELOPMENT,
            participant=ParticipantSettings(id=self.did, name="under test"),
            protocol=ProtocolSettings(public_url=f"http://localhost:{self._port}", port=self._port),
            data=DataSettings(port=0),
            management=ManagementSettings(port=0),
            received=folder / "received",
            store=StoreSettings(path=folder / "store.sqlite"),
            net=NetSettings(hosts=hosts, plain_http=hosts),
            identity=IdentitySettings(
                mechanism="dcp",
                of_kit=True,
                key=folder / "key.pem",
                roster=Location(folder / "roster.jws"),
                operator_key=folder / "operator.jwk",
                profile=folder / "profile.jws",
            ),
            issuer=IssuerSettings(
                credentials=tuple(
                    CredentialSettings(type=kind) for kind in ("MembershipCredential", "SensitiveDataCredential")
                )
            ),
        )

    def _issue(self, built: ConnectorServer) -> Answer:
        mechanism = built.parts.identity
        assert isinstance(mechanism, DcpIdentity)

        async def issue(request: Request) -> Response:
            form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
            if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
                return Response(status_code=401)
            scopes = [parse_scope(text) for text in form.get("bearer_access_scope", "").split()]
            token = mechanism.issue_for(form["audience"], scopes)
            return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 120})

        return issue

    def _ask_catalog(self, built: ConnectorServer) -> Answer:
        """Return an endpoint that passes the head of a request on, with a catalogue request as its body."""

        async def read() -> bytes:
            return encode(CatalogRequestMessage())

        async def ask(request: Request) -> Response:
            headers = {"content-type": "application/json"}
            if "authorization" in request.headers:
                headers["authorization"] = request.headers["authorization"]
            path = f"{built.parts.settings.protocol.path}/catalog/request"
            reply = await built.protocol.answer(PeerRequest(method="POST", path=path, headers=headers, read=read))
            return Response(reply.body, reply.status, media_type=reply.media_type)

        return ask


async def _serve(port: int, kit: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        system = System(port, kit, Path(folder))
        await system.start()
        print(f"ready: {system.did}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Serve the system under test for the DCP conformance kit.")
    parser.add_argument("--port", type=int, default=8382)
    parser.add_argument("--kit", type=int, default=8183, help="the port of the kit")
    parser.add_argument("--log", default="warning")
    arguments = parser.parse_args()
    set_up("human", arguments.log)
    uvloop.run(_serve(arguments.port, arguments.kit))
