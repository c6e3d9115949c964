"""The lean application in process: what a listener hands it, made from the messages of ASGI."""

from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from connector.net.serving.messages import Application, Disconnected, PeerRequest


def as_asgi(app: Any) -> ASGIApp:
    """Return an application as an ASGI application; one that is already is returned as it is."""
    if not isinstance(app, Application):
        asgi: ASGIApp = app
        return asgi

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        async def read() -> bytes:
            parts: list[bytes] = []
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Disconnected
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    return b"".join(parts)

        headers: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        answer = await app.answer(
            PeerRequest(
                method=scope["method"],
                path=scope["path"],
                query=scope["query_string"].decode("latin-1"),
                headers=headers,
                read=read,
            )
        )
        await Response(answer.body, answer.status, dict(answer.headers), answer.media_type)(scope, receive, send)
        if answer.after is not None:
            answer.after()

    return application
