"""An OpenID provider in process, that answers as it should or as an attacker would."""

import hashlib
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ISSUER = "https://login.city.example/realms/stadt"
SECRET = "a secret: of % the client"
RSA, OTHER_RSA = (generate_private_key(65537, 2048) for _ in range(2))
PERSON = {
    "sub": "f-4711",
    "preferred_username": "a.kaya",
    "name": "Aylin Kaya",
    "email": "kaya@city.example",
    "realm_access": {"roles": ["dk-koordination", "offline_access"]},
}


def public_jwk(key: RSAPrivateKey, **members: str) -> dict[str, Any]:
    jwk: dict[str, Any] = msgspec.json.decode(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {name: value for name, value in jwk.items() if name != "key_ops"} | {"use": "sig", **members}


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def left_half(token: str) -> str:
    return b64(hashlib.sha256(token.encode()).digest()[:16])


class CityLogin:
    """The provider of a city. `changed` overrides claims, `sign` signs them; `answers` replaces whole answers."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s
        self.person: dict[str, Any] = dict(PERSON)
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth?ui=de",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "userinfo_endpoint": f"{ISSUER}/user",
            "end_session_endpoint": f"{ISSUER}/end",
            "code_challenge_methods_supported": ["plain", "S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        self.keys: list[dict[str, Any]] = [public_jwk(RSA, kid="k1", alg="RS256")]
        self.changed: dict[str, Any] = {}
        self.user: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.sign_as_should_be
        self.answers: dict[str, Callable[[], Response]] = {}
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        paths = {"/.well-known/openid-configuration": self._tell, "/keys": self._show_keys, "/token": self._redeem,
                 "/user": self._tell_user}  # fmt: skip
        base = urlsplit(ISSUER).path
        routes = [Route(base + path, self._answer(path, made), methods=["GET", "POST"]) for path, made in paths.items()]
        self.app = Starlette(routes=routes)

    def sign_as_should_be(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, RSA, "RS256", headers={"kid": "k1"})

    def admit(self, address: str) -> dict[str, str]:
        """Let the person sign in at the address of an authorisation request; return the query of the answer."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": ISSUER}

    def _answer(self, path: str, made: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            self.asked.append(path)
            return self.answers[path]() if path in self.answers else await made(request)

        return answer

    async def _tell(self, _: Request) -> Response:
        return JSONResponse(self.metadata)

    async def _show_keys(self, _: Request) -> Response:
        return JSONResponse({"keys": self.keys})

    async def _tell_user(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer access-1"
        return JSONResponse({"sub": self.person["sub"], **self.user})

    async def _redeem(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        pair = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        assert [unquote_plus(part) for part in pair.split(":")] == ["datenkontor", SECRET]
        asked = self._codes.pop(form["code"], None)
        proof = b64(hashlib.sha256(form["code_verifier"].encode()).digest())
        if asked is None or proof != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = {
            "iss": ISSUER, "aud": "datenkontor", "exp": self.now_s + 300, "iat": self.now_s, "nonce": asked["nonce"],
            "at_hash": left_half("access-1"), **self.person, **self.changed,
        }  # fmt: skip
        told = {name: value for name, value in claims.items() if value is not None}
        return JSONResponse({"id_token": self.sign(told), "access_token": "access-1", "token_type": "Bearer"})


def make_query(answer: dict[str, str], **changed: str | None) -> str:
    """Return the query of an answer with changed values; None leaves one out."""
    merged: dict[str, str | None] = {**answer, **changed}
    return urlencode({name: value for name, value in merged.items() if value is not None})
