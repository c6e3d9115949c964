"""A real IdentityHub: the documents, the tokens and the credentials of participants that are not ours."""

import re
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from connector.protocol.dcp.did import write_web_did
from tests.interop.edc.around import DelayingProxy
from tests.interop.edc.runtime import READY_S, run_part, until
from tests.interop.peers.jars import find_classes

LISTENERS = ("", "identity", "credentials", "did", "sts", "version")
USAGES = ["sign_token", "sign_presentation", "sign_credentials"]
PATHS = {"": "/api", "identity": "/api/identity", "credentials": "/api/credentials", "did": "/", "sts": "/api/sts"}


DOCUMENT_MS = 5_000
"""How long EDC uses a document here without a look at its place; by itself it does so for five minutes."""
ACTIVE = 200
"""The state of a key that signs."""


class Account(NamedTuple):
    """A participant of the hub: its identifier, the keys of its API, and the client of its token service."""

    name: str
    did: str
    api_key: str
    client: str
    secret: str


class Hub:
    """The process at the ports from `ports` on. Documents and credentials are read over TLS, by two proxies."""

    def __init__(self, ports: int, folder: Path, tls: ssl.SSLContext, options: list[str]) -> None:
        self._ports, self._folder, self._options = ports, folder, options
        self.tokens = f"http://localhost:{ports + 4}/api/sts/token"
        self._process: subprocess.Popen[bytes] | None = None
        self._fronts = [DelayingProxy(ports + 6, ports + 3, 0.0, tls), DelayingProxy(ports + 7, ports + 2, 0.0, tls)]
        self._api = httpx.Client(base_url=f"http://localhost:{ports + 1}/api/identity/v1alpha", timeout=READY_S)

    def start(self) -> None:
        """Start the hub, and make its administrator."""
        self._folder.mkdir(parents=True)
        properties = {"edc.hostname": "localhost", "edc.iam.did.web.use.https": "true"}
        for number, name in enumerate(LISTENERS):
            prefix = f"web.http.{name}." if name else "web.http."
            properties |= {
                f"{prefix}port": str(self._ports + number),
                f"{prefix}path": PATHS.get(name, "/.well-known/api"),
            }
        # It signs by the keys of its participants, and asks for an identity of its own all the same.
        own = write_web_did("localhost", self._ports + 6, ("hub",))
        properties |= {"edc.participant.id": own, "edc.ih.iam.id": own}
        properties |= {"edc.iam.sts.privatekey.alias": "none", "edc.iam.sts.publickey.id": "none"}
        # A list is fetched for each look at it, as a revocation has to be seen within the test.
        properties["edc.iam.credential.revocation.cache.validity"] = "1"
        properties["edc.iam.credential.revocation.mimetype"] = "application/json"
        properties["edc.did.resolver.cache.expiry"] = str(DOCUMENT_MS)
        self._process = run_part(self._folder, "hub", properties, find_classes("hub"), *self._options)
        found = re.search(r"administrator key (\S+)", self.log())
        assert found, self.log()[-3000:]
        self._api.headers["x-api-key"] = found.group(1)

    def stop(self) -> None:
        """End the process and what stands before it."""
        if self._process:
            self._process.kill()
            self._process.wait(30)
        for front in self._fronts:
            front.close()
        self._api.close()

    def log(self) -> str:
        """Return what it has logged."""
        return (self._folder / "hub.log").read_text("utf-8", "replace")

    def add_participant(self, name: str) -> Account:
        """Make a participant with a document and a key."""
        did = write_web_did("localhost", self._ports + 6, (name,))
        place = f"https://localhost:{self._ports + 7}/api/credentials/v1/participants/{_encode(name)}"
        key = {
            "keyId": f"{did}#key-1",
            "privateKeyAlias": f"{name}-key-1",
            "keyGeneratorParams": {"algorithm": "EC", "curve": "secp256r1"},
            "usage": USAGES,
        }
        manifest = {"participantContextId": name, "did": did, "active": True, "roles": [], "key": key}
        manifest["serviceEndpoints"] = [{"id": "claims", "type": "CredentialService", "serviceEndpoint": place}]
        made = self._ask("POST", "/participants/", manifest)
        return Account(name, did, made["apiKey"], made["clientId"], made["clientSecret"])

    def store(
        self, account: Account, id: str, secured: str, credential: dict[str, Any], form: str = "VC1_0_JWT"
    ) -> None:
        """Store a credential in a form of the hub, and what it wants to know of it."""
        read = {
            "id": credential["id"],
            "type": credential["type"],
            "issuer": {"id": credential["issuer"]},
            "issuanceDate": credential["issuanceDate"],
            "credentialSubject": [_describe_subject(credential["credentialSubject"])],
        }
        if "expirationDate" in credential:
            read["expirationDate"] = credential["expirationDate"]
        if "credentialStatus" in credential:
            status = dict(credential["credentialStatus"])
            named = {"id": status.pop("id"), "type": status.pop("type")}
            read["credentialStatus"] = [{**named, "additionalProperties": status}]
        container = {"rawVc": secured, "format": form, "credential": read}
        body = {"id": id, "participantContextId": account.name, "verifiableCredentialContainer": container}
        self._ask("POST", f"/participants/{_encode(account.name)}/credentials", body, account.api_key)

    def rotate(self, account: Account, name: str) -> None:
        """Let a participant sign with a new key of Ed25519; its document keeps the former one."""
        path = f"/participants/{_encode(account.name)}/keypairs"
        (old,) = [row for row in self._ask("GET", path, None, account.api_key) if row["state"] == ACTIVE]
        key = {"keyId": f"{account.did}#{name}", "privateKeyAlias": f"{account.name}-{name}", "usage": USAGES}
        key["keyGeneratorParams"] = {"algorithm": "EdDSA", "curve": "Ed25519"}
        self._ask("POST", f"{path}/{old['id']}/rotate?duration=0", key, account.api_key)

    def remove(self, account: Account, id: str) -> None:
        """Delete a credential."""
        self._ask("DELETE", f"/participants/{_encode(account.name)}/credentials/{id}", None, account.api_key)

    def request(self, account: Account, issuer: str, holder_pid: str, wanted: Mapping[str, str]) -> None:
        """Let a participant ask an issuer for a credential: `wanted` are its `id`, its `type` and its `format`."""
        body = {"issuerDid": issuer, "holderPid": holder_pid, "credentials": [dict(wanted)]}
        self._ask("POST", f"/participants/{_encode(account.name)}/credentials/request", body, account.api_key)

    def requested(self, account: Account, holder_pid: str) -> str:
        """Return the state of a request at the hub."""
        path = f"/participants/{_encode(account.name)}/credentials/request/{holder_pid}"
        return str(self._ask("GET", path, None, account.api_key)["status"])

    def held(self, account: Account, kind: str) -> list[dict[str, Any]]:
        """Return the credentials of a type that a participant holds, as the hub describes them."""
        path = f"/participants/{_encode(account.name)}/credentials?type={kind}"
        found: list[dict[str, Any]] = self._ask("GET", path, None, account.api_key)
        return found

    def read_document(self, account: Account, files: dict[str, str]) -> dict[str, Any]:
        """Return the document of a participant as it is served."""
        trust = ssl.create_default_context(cafile=files["DATENKONTOR_NET__CA"])
        url = f"https://localhost:{self._ports + 6}/{account.name}/did.json"
        until(lambda: httpx.get(url, verify=trust, timeout=READY_S).status_code == 200, READY_S)
        found: dict[str, Any] = httpx.get(url, verify=trust, timeout=READY_S).json()
        return found

    def issue_token(self, account: Account, audience: str, **more: str) -> str:
        """Return a token of a participant for `audience`."""
        form = {"grant_type": "client_credentials", "client_id": account.client, "client_secret": account.secret}
        answer = httpx.post(self.tokens, data={**form, "audience": audience, **more}, timeout=READY_S)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def _ask(self, method: str, path: str, body: dict[str, Any] | None, key: str | None = None) -> Any:
        answer = self._api.request(method, path, json=body, headers={"x-api-key": key} if key else {})
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None


def _describe_subject(subject: dict[str, Any]) -> dict[str, Any]:
    return {"id": subject["id"], "claims": {name: value for name, value in subject.items() if name != "id"}}


def _encode(name: str) -> str:
    return b64encode(name.encode()).decode()
