"""A data space of three: a connector of ours and two control planes of EDC, whose credentials are in an IdentityHub."""

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from connector.authority.profile import publish_profile
from connector.identity.keys import generate, public_jwk, save_private
from connector.identity.roster import Member
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.did import write_web_did
from tests.e2e.live import free_base
from tests.identity.lists import OPERATOR, document, signed
from tests.interop.edc.around import DelayingProxy
from tests.interop.edc.ours import Kontor
from tests.interop.edc.runtime import Runtime
from tests.interop.peers.hub import DOCUMENT_MS, Account, Hub
from tests.interop.peers.issuer import ROLE, TYPE, Issuer
from tests.interop.peers.jars import find_classes
from tests.support.certificates import write_certificates

VERSION = "0.15.1"
SCOPES = " ".join(f"org.eclipse.edc.vc.type:{each}:read" for each in (TYPE, ROLE))
ISSUED = "PartnerCredential"
"""What our Issuer Service issues to each member that asks."""
HERS, HIS, OURS = 1, 2, 3
"""The places of the memberships in the status list: of the two participants of the hub, and of ours."""
ROLES = 4
"""The first of the three places of their roles."""
PROFILE = """
of_edc = true
without_relationships = true
[issuers]
"{issuer}" = ["{type}", "{role}"]
[show]
catalog = ["{type}", "{role}"]
negotiation = ["{type}", "{role}"]
transfer = ["{type}", "{role}"]
[claims.{role}]
role = "role"
"""
TRUST = """
[issuer]
credentials = [{{type = "{issued}", claims = ["name"]}}]
[identity]
mechanism = "dcp"
key = "{folder}/key.pem"
roster = "{folder}/roster.jws"
refresh_seconds = 1
operator_key = "{folder}/operator.jwk"
profile = "{folder}/profile.jws"
[net]
hosts = ["localhost:*", "127.0.0.1:*"]
certificate = "{certificate}"
key = "{key}"
ca = "{ca}"
"""


class Space(NamedTuple):
    """The parts; `anna` and `bert` are the participants of the hub, each with its control plane."""

    hub: Hub
    issuer: Issuer
    us: Kontor
    anna: Account
    bert: Account
    edc: Runtime
    other: Runtime
    files: dict[str, str]
    members: list[Member]

    def trust(self) -> ssl.SSLContext:
        """Return what trusts the authority of the certificates here."""
        return ssl.create_default_context(cafile=self.files["DATENKONTOR_NET__CA"])

    def give(self, account: Account, place: int, **more: Any) -> str:
        """Store a credential for a participant of the hub, a membership if nothing else is said; return its name."""
        secured, credential = self.issuer.issue(account.did, place, now_s=int(time.time()), **more)
        self.hub.store(account, f"membership-{place}", secured, credential)
        return f"membership-{place}"

    def give_newer(self, account: Account, place: int) -> str:
        """Store a membership in the data model 2.0; return its name."""
        secured, credential = self.issuer.issue(account.did, place, now_s=int(time.time()), profile=ClaimsProfile.VC20)
        self.hub.store(account, f"membership-{place}", secured, credential, "VC2_0_JOSE")
        return f"membership-{place}"

    def give_us(self, place: int, **more: Any) -> str:
        """Store a credential of ours, a membership if nothing else is said; return its key."""
        secured, _ = self.issuer.issue(self.us.id, place, now_s=int(time.time()), **more)
        return self.us.client.credentials.add(secured).key


@contextmanager
def open_space(folder: Path) -> Iterator[Space]:
    """Start everything on loopback, in a namespace in which there is no other network."""
    names = {name for _, name in socket.if_nameindex()}
    assert names == {"lo"}, "EDC listens on all addresses: run these tests by `make test-peers`, in their own network."
    files = write_certificates(folder)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(files["DATENKONTOR_NET__CERTIFICATE"], files["DATENKONTOR_NET__KEY"])
    options = _trust(folder, files)
    ports = free_base(60)
    hub, issuer = Hub(ports, folder / "hub", tls, options), Issuer(ports + 8, tls)
    planes: list[Runtime] = []
    fronts: list[DelayingProxy] = []
    us = None
    try:
        hub.start()
        anna, bert = hub.add_participant("anna"), hub.add_participant("bert")
        for number, account in enumerate((anna, bert)):
            first = ports + 10 + 20 * number
            fronts.append(DelayingProxy(first + 8, first + 1, 0.0, tls))
            plane = Runtime(
                VERSION, account.did, first, folder / account.name, f"https://localhost:{first + 8}/protocol"
            )
            _run_plane(plane, account, hub, issuer, options)
            planes.append(plane)
        us, members = _make_us(folder, ports + 50, issuer, files, [(anna, planes[0]), (bert, planes[1])])
        us.start()
        yield Space(hub, issuer, us, anna, bert, planes[0], planes[1], files, members)
    finally:
        if us:
            us.stop()
        for plane in planes:
            plane.stop()
        for front in fronts:
            front.close()
        hub.stop()
        issuer.close()


def _trust(folder: Path, files: dict[str, str]) -> list[str]:
    """Return what lets a JVM trust the authority of the tests."""
    store = folder / "trust.p12"
    command = ["keytool", "-importcert", "-noprompt", "-alias", "test", "-file", files["DATENKONTOR_NET__CA"]]
    subprocess.run([*command, "-keystore", str(store), "-storepass", "public"], check=True, capture_output=True)
    return [f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=public"]


def _run_plane(plane: Runtime, account: Account, hub: Hub, issuer: Issuer, options: list[str]) -> None:
    plane.folder.mkdir(parents=True)
    listeners = {"": "/api", "protocol": "/protocol", "management": "/management", "control": "/control"}
    listeners |= {"version": "/version", "catalog": "/catalog"}
    properties = plane.list_properties(listeners, plane.ports) | {
        "edc.dsp.callback.address": plane.public,
        "edc.iam.issuer.id": account.did,
        "edc.iam.did.web.use.https": "true",
        "edc.iam.trusted-issuer.city.id": issuer.did,
        "edc.iam.credential.revocation.cache.validity": "1",
        "edc.iam.credential.revocation.mimetype": "application/json",
        "edc.did.resolver.cache.expiry": str(DOCUMENT_MS),
        "edc.policy.validation.enabled": "false",
        "peers.tokens.url": hub.tokens,
        "peers.tokens.client": account.client,
        "peers.tokens.secret": account.secret,
        "peers.scopes": SCOPES,
    }
    plane.run("control", properties, find_classes("control"), *options)


def _make_us(
    folder: Path, port: int, issuer: Issuer, files: dict[str, str], others: list[tuple[Account, Runtime]]
) -> tuple[Kontor, list[Member]]:
    """Return a connector of ours, in production and with TLS, and the members of its list."""
    home, did = folder / "kontor", write_web_did("localhost", port)
    named = {name.rpartition("__")[2].lower(): path for name, path in files.items()}
    trust = TRUST.format(folder=home, issued=ISSUED, **named)
    us = Kontor(home, port, did, trust, public=f"https://localhost:{port}", mode="production")
    save_private(home / "key.pem", generate())
    (home / "operator.jwk").write_bytes(msgspec.json.encode(public_jwk(OPERATOR)))
    (home / "trust.toml").write_text(PROFILE.format(issuer=issuer.did, type=TYPE, role=ROLE))
    publish_profile(home / "trust.toml", home / "profile.jws", OPERATOR)
    members = [Member(id=did, name="Kontor", address=us.address)]
    members += [Member(id=account.did, name=account.name, address=plane.address) for account, plane in others]
    sign_list(home, members, 1)
    return us, members


def sign_list(home: Path, members: list[Member], version: int) -> None:
    """Publish a version of the participant list."""
    now = datetime.now(UTC)
    listed = replace(document(version, members), issued=now, expires=now + timedelta(days=1))
    (home / "roster.jws").write_bytes(signed(listed))


def give_roles(space: Space) -> None:
    """Store a role of each participant."""
    space.give(space.anna, ROLES, kind=ROLE)
    space.give(space.bert, ROLES + 1, kind=ROLE)
    space.give_us(ROLES + 2, kind=ROLE)
