"""A data plane as it is served, and a foreign control plane that drives it: own keys, raw JSON, real sockets."""

import asyncio
import hashlib
import json
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from connector.app.planes.dataplane import DataPlaneServer, build_data_plane
from connector.binding.dps.edge import refuse_path
from connector.binding.dsp.routing import Route, dispatcher
from connector.identity.keys import SigningKey, generate, public_jwk
from connector.identity.tokens import issue
from connector.net.serving.bounds import ServingBounds
from connector.net.serving.messages import PeerRequest, Reply
from connector.net.serving.server import serve_peers
from connector.protocol.dps.profiles import HTTP_PULL
from connector.settings import Settings
from connector.settings.model import (
    DataSettings,
    KeySettings,
    ManagementSettings,
    Mode,
    NetSettings,
    ParticipantSettings,
    ProtocolSettings,
    StoreSettings,
)
from connector.settings.signaling import SignalingSettings

KEY, CITY, FIRM = "registration-key", "did:web:city.example", "did:web:firm.example"
WAIT_S = 10.0


def plane_settings(folder: Path, id: str = "urn:plane:a", **more: Any) -> Settings:
    """Return the settings of a data plane on loopback."""
    (folder / "offered").mkdir(parents=True, exist_ok=True)
    (folder / "received").mkdir(exist_ok=True)
    port = find_port()
    key = KeySettings(id="operator", sha256=hashlib.sha256(KEY.encode()).hexdigest(), scopes=("admin",))
    return Settings(
        mode=Mode.DEVELOPMENT,
        participant=ParticipantSettings(id=CITY, name="City"),
        protocol=ProtocolSettings(public_url="https://city.example"),
        data=DataSettings(port=port, public_url=f"http://127.0.0.1:{port}"),
        data_root=folder / "offered",
        received=folder / "received",
        management=ManagementSettings(keys=(key,)),
        signaling=SignalingSettings(id=id, port=0, **more),
        store=StoreSettings(path=folder / "store.sqlite"),
        net=NetSettings(hosts=("127.0.0.1:*",), plain_http=("127.0.0.1:*",)),
    )


def find_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


@asynccontextmanager
async def data_plane(settings: Settings) -> AsyncIterator[DataPlaneServer]:
    """Run a data plane."""
    server = await build_data_plane(settings)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


class OtherControlPlane:
    """A control plane that knows the text of the standard alone; `told` are the callbacks that it got."""

    def __init__(self, id: str = CITY) -> None:
        self.id = id
        self.key: SigningKey = generate()
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.endpoint = ""
        self._count = 0
        self.down = False
        self.answer: Callable[[PeerRequest, bytes], Reply] = lambda *_: Reply()

    def token(self, audience: str, **more: Any) -> str:
        self._count += 1
        given = {"issuer": self.id, "audience": audience, "jti": f"{self.id} {self._count}", "now_s": int(time.time())}
        return issue(self.key, **{**given, **more})

    async def register(self, url: str, **more: Any) -> httpx.Response:
        body = {
            "controlplaneId": self.id,
            "endpoint": self.endpoint or "http://127.0.0.1:1",
            "authorization": {"type": "oauth2_client_credentials", "jwks": {"keys": [public_jwk(self.key)]}},
            **more,
        }
        return await call("PUT", f"{url}/controlplanes", body, KEY)

    async def send(self, plane: DataPlaneServer, path: str, body: Any = None, method: str = "POST") -> httpx.Response:
        url = plane.listeners.addresses["signaling"]
        return await call(method, url + path, body, self.token(plane.end.proof.id))

    def base(self, process: str, profile: str = HTTP_PULL, **more: Any) -> dict[str, Any]:
        return {
            "messageId": f"urn:message:{process}",
            "participantId": self.id,
            "counterPartyId": FIRM,
            "dataspaceContext": "test",
            "processId": process,
            "agreementId": "urn:agreement:1",
            "datasetId": "urn:dataset:trees",
            "profile": profile,
            "claims": {},
            **more,
        }

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        async def hear(request: PeerRequest) -> Reply:
            if self.down:
                return Reply(status=503)
            body = await request.read()
            self.told.append((request.path, json.loads(body or b"{}")))
            return self.answer(request, body)

        words = ("prepared", "started", "completed", "errored")
        routes = [Route("POST", f"/transfers/{{id}}/dataflow/{word}", hear) for word in words]
        routes += [Route("POST", "/transfers/{id}/uses", hear), Route("POST", "/dataplanes/returned", hear)]
        bound = socket.create_server(("127.0.0.1", 0))
        bound.setblocking(False)
        server = serve_peers(dispatcher(routes, refuse_path), bound, ServingBounds())
        self.endpoint = f"http://127.0.0.1:{bound.getsockname()[1]}"
        try:
            yield self.endpoint
        finally:
            await server.close(0)

    async def hears(self, word: str) -> dict[str, Any]:
        """Wait for a callback and return its message."""
        async with asyncio.timeout(WAIT_S):
            while True:
                found = [message for path, message in self.told if path.endswith(f"/{word}")]
                if found:
                    return found[-1]
                await asyncio.sleep(0.01)


async def call(method: str, url: str, body: Any, token: str | None, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    given = {"Content-Type": "application/json", **headers}
    given |= {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient() as client:
        return await client.request(method, url, content=content, headers=given)


def find_property(address: Mapping[str, Any], name: str) -> str:
    return next(entry["value"] for entry in address["endpointProperties"] if entry["name"] == name)
