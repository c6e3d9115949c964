"""What stands around an EDC in the tests: a data plane for its pulls, a store for pushes, and a proxy that delays.

EDC has no proxy for pulls without code of one's own, so its control plane signals this one: it issues an address with a
new token at every start, and takes the token alone, without a scheme, as EDC's own proxies do.
"""

import asyncio
import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from tests.interop.edc.runtime import EDC, READY_S, Runtime

NS = EDC["@vocab"]
DSPACE = "https://w3id.org/dspace/v0.8/"


MOST_REGISTRATIONS, SETTLED_S = 10, 1.0


class Around:
    """An HTTP server at `port` with a source, a store, the signals of pulls, and the events of transfers."""

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}"
        self.content = b"street;cars\n" * 1000
        self.stored: list[bytes] = []
        self.tokens: dict[str, str] = {}
        self.signals: list[tuple[str, str]] = []
        self.events: list[dict[str, Any]] = []
        self._serial = 0
        around = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                around._answer(self)

            do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 - the names that the server calls

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def register(self, edc: Runtime) -> None:
        """Register as the data plane of an EDC for pulls; its own one keeps the pushes alone.

        EDC looks after its data planes in a loop that reads and writes them, and may write what it read before this. So
        it is asked what it knows afterwards, and told again.
        """
        url = f"{edc.control}/v1/dataplanes"
        (own,) = httpx.get(url, timeout=READY_S).json()
        wanted = {own["@id"]: (own["url"], "HttpData-PUSH"), "pulls": (f"{self.url}/dataflows", "HttpData-PULL")}
        for _ in range(MOST_REGISTRATIONS):
            for name, (signals, way) in wanted.items():
                body = {"@context": EDC, "@type": "DataPlaneInstance", "@id": name, "url": signals}
                body |= {"allowedSourceTypes": ["HttpData"], "allowedTransferTypes": [way]}
                answer = httpx.post(url, json=body, timeout=READY_S)
                assert answer.is_success, answer.text
            time.sleep(SETTLED_S)
            known = {row["@id"]: _list(row["allowedTransferTypes"]) for row in httpx.get(url, timeout=READY_S).json()}
            if known == {name: [way] for name, (_, way) in wanted.items()}:
                return
        raise AssertionError(f"EDC keeps other data planes than it is told: {known}")

    def address_of(self, transfer: str) -> tuple[str, str] | None:
        """Return endpoint and token of the newest start that a consumer was told of."""
        for event in reversed(self.events):
            payload = event.get("payload", {})
            found = (payload.get("dataAddress") or {}).get("properties", {})
            if payload.get("transferProcessId") == transfer and f"{NS}endpoint" in found:
                return found[f"{NS}endpoint"], found[f"{NS}authorization"]
        return None

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = self._read(request)
        path = request.path.partition("?")[0]
        match path.strip("/").split("/"):
            case ["source"]:
                self._send(request, 200, self.content, "text/csv")
            case ["store"]:
                if request.command != "HEAD":
                    self.stored.append(body)
                self._send(request, 200, b"")
            case ["events"]:
                self.events.append(json.loads(body))
                self._send(request, 200, b"")
            case ["public", flow]:
                status = 200 if request.headers["Authorization"] == self.tokens.get(flow) else 403
                self._send(request, status, self.content if status == 200 else b"{}", "text/csv")
            case ["dataflows", *rest]:
                self._signal(request, json.loads(body or b"{}"), rest)
            case _:
                self._send(request, 404, b"")

    def _signal(self, request: BaseHTTPRequestHandler, message: dict[str, Any], rest: list[str]) -> None:
        flow = rest[0] if rest else str(message.get("processId") or message.get(f"{NS}processId"))
        verb = rest[1] if len(rest) > 1 else "start"
        self.signals.append((verb, flow))
        if verb != "start":
            self.tokens.pop(flow, None)
            self._send(request, 200, b"{}", "application/json")
            return
        self._serial += 1
        self.tokens[flow] = f"token-{self._serial}"
        values = {"endpoint": f"{self.url}/public/{flow}", "authorization": self.tokens[flow], "authType": "bearer"}
        properties = [
            {"@type": f"{DSPACE}EndpointProperty", f"{DSPACE}name": NS + name, f"{DSPACE}value": value}
            for name, value in values.items()
        ]
        address = {
            "@type": f"{DSPACE}DataAddress",
            f"{DSPACE}endpointType": "https://w3id.org/idsa/v4.1/HTTP",
            f"{DSPACE}endpointProperties": properties,
        }
        answer = {"@context": EDC, "@type": "DataFlowResponseMessage", "dataAddress": address, "provisioning": False}
        self._send(request, 200, json.dumps(answer).encode(), "application/json")

    def _read(self, request: BaseHTTPRequestHandler) -> bytes:
        if request.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(request.rfile.readline().split(b";")[0], 16):
                body += request.rfile.read(size)
                request.rfile.readline()
            request.rfile.readline()
            return body
        return request.rfile.read(int(request.headers.get("Content-Length") or 0))

    def _send(self, request: BaseHTTPRequestHandler, status: int, body: bytes, kind: str = "text/plain") -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)


def _list(value: Any) -> list[Any]:
    """Return the values of a member that JSON-LD writes without a list if there is one."""
    return value if isinstance(value, list) else [value]


class DelayingProxy:
    """Passes connections at `port` on to `target`; every answer waits `delay_s`, as behind a slow network.

    With `tls`, the connections at `port` are those of TLS, as behind a proxy of a product that speaks plain HTTP.
    """

    def __init__(self, port: int, target: int, delay_s: float, tls: ssl.SSLContext | None = None) -> None:
        self._port, self._target, self._delay_s, self._tls = port, target, delay_s, tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)

    def close(self) -> None:
        """Stop, and close what is open."""
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _shut(self) -> None:
        self._server.close()
        own = asyncio.current_task()
        passing = [task for task in asyncio.all_tasks() if task is not own]
        for task in passing:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port, ssl=self._tls)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._copy(reader, back, 0.0), self._copy(there, writer, self._delay_s))

    async def _copy(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, delay_s: float) -> None:
        try:
            while chunk := await source.read(65536):
                await asyncio.sleep(delay_s)
                sink.write(chunk)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.close()
