"""The tokens of planes: for one receiver, once, by registered keys; or of the authorization server of a plane."""

from pathlib import Path

import msgspec
import pytest

from connector.identity.jws import Rejected
from connector.identity.keys import SigningKey, generate, public_jwk
from connector.identity.plane_tokens import PlaneTokens, TokenClient, find_key_fault
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.ports.dataplane import PlaneUnavailable
from connector.ports.entities import Plane
from connector.ports.identity import Unauthenticated
from tests.support.transport import InProcess

NOW = 1_764_000_000_000
HERE, THERE = generate(), generate()


def jwks(*keys: SigningKey) -> bytes:
    return msgspec.json.encode({"keys": [public_jwk(key) for key in keys]})


def plane(id: str, key: SigningKey) -> Plane:
    return Plane(owner="o", id=id, endpoint="https://plane.example", keys=jwks(key))


def end(
    id: str, key: SigningKey, *known: Plane, wire: InProcess | None = None, there: TokenClient | None = None
) -> PlaneTokens:
    count = iter(range(1_000))
    policy = net_policy()
    return PlaneTokens(
        owner="o",
        id=id,
        key=key,
        find={entry.id: entry for entry in known}.get,
        client=GuardedClient(policy, wire or SocketTransport(policy)),
        clock=lambda: NOW,
        new_id=lambda: f"{id} {next(count)}",
        clients={"urn:there": there} if there else {},
    )


async def test_a_token_proves_its_sender_to_its_receiver_alone() -> None:
    here = end("urn:here", HERE)
    there = end("urn:there", THERE, plane("urn:here", HERE))
    token = await here.issue_token(plane("urn:there", THERE))
    caller = there.authenticate(token)
    assert (caller.id, caller.replay_key.jti) == ("urn:here", "urn:here 0")
    with pytest.raises(Rejected, match="audience"):
        end("urn:other", THERE, plane("urn:here", HERE)).authenticate(token)
    with pytest.raises(Rejected, match="member"):
        end("urn:there", THERE).authenticate(token)
    with pytest.raises(Rejected, match="key"):
        end("urn:there", THERE, plane("urn:here", THERE)).authenticate(token)
    for shown in (None, "", "Bearer ", "Basic x"):
        with pytest.raises(Unauthenticated):
            there.authenticate(shown)


async def test_the_authorization_server_of_a_plane_gives_the_token_and_alone_sees_the_secret(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cr3t\n")
    secret.chmod(0o600)
    asked: list[bytes] = []

    async def answer(scope: object, receive: object, send: object) -> None:
        message = await receive()  # type: ignore[operator]
        asked.append(message["body"])
        body = b'{"access_token": "theirs", "expires_in": 300}' if len(asked) == 1 else b"<html>"
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": body})  # type: ignore[operator]

    wire = InProcess()
    wire.apps["https://auth.example:443"] = answer
    client = TokenClient("https://auth.example/token", "city", secret)
    here = end("urn:here", HERE, wire=wire, there=client)
    assert [await here.issue_token(plane("urn:there", THERE)) for _ in range(2)] == ["Bearer theirs"] * 2
    assert [b"client_secret=s3cr3t" in body for body in asked] == [True]
    fresh = end("urn:here", HERE, wire=wire, there=client)
    with pytest.raises(PlaneUnavailable) as caught:
        await fresh.issue_token(plane("urn:there", THERE))
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        (b"[]", "no JSON Web Key Set"),
        (b'{"keys": []}', "0 keys"),
        (b'{"keys": [{"kty": "oct"}]}', "not supported"),
        (msgspec.json.encode({"keys": [public_jwk(HERE) | {"d": "x"}]}), "private"),
        (jwks(HERE, THERE), None),
    ],
)
def test_a_key_set_is_usable_or_refused_with_a_sentence(keys: bytes, fault: str | None) -> None:
    found = find_key_fault(keys)
    assert (found is None) if fault is None else fault in (found or "")
