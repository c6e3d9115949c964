import asyncio
import datetime as dt
import ssl
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.errors import Unreachable
from connector.net.tls import TrustAnchors, client_context, database_context, server_context
from tests.net.servers import NAME, Through, answers


class Authority:
    """A throw-away CA that writes its certificates into a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        basic = x509.BasicConstraints(ca=True, path_length=None)
        usage = x509.KeyUsage(*(index == 5 for index in range(9)))
        builder = self._builder(self.name, self.key).add_extension(basic, critical=True).add_extension(usage, True)
        own = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        self.file = folder / f"{name}.pem"
        certificate = builder.add_extension(own, critical=False).sign(self.key, hashes.SHA256())
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: int = 1) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=days))
        )

    def issue(self, host: str, days: int = 1) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        builder = self._builder(subject, key, days).add_extension(names, False)
        certificate = builder.add_extension(issuer_key, critical=False).sign(self.key, hashes.SHA256())
        files = self.folder / f"{host}.crt", self.folder / f"{host}.key"
        files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        files[1].write_bytes(key.private_bytes(*pem))
        return files


@pytest.fixture(params=[True, False], ids=["messages", "streams"])
def fetch(request):
    """Fetch over TLS through either client."""
    return partial(_fetch, messages=request.param)


async def _fetch(server: ssl.SSLContext, client: ssl.SSLContext, host: str = NAME, *, messages: bool) -> int:
    app = web.Application()
    app.router.add_get("/", hello)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server).start()
    port = runner.addresses[0][1]
    policy = net_policy(hosts=[f"{host}:{port}"])
    transport = SocketTransport(policy, tls=client, lookup=answers(["127.0.0.1"]))
    try:
        through = Through(transport, messages=messages)
        return (await GuardedClient(policy, through).request("GET", f"https://{host}:{port}/")).status
    finally:
        await transport.close()
        await runner.cleanup()


async def hello(request: web.Request) -> web.Response:
    return web.Response()


async def test_a_peer_is_trusted_by_the_given_authority_under_its_own_name_alone(fetch, tmp_path):
    city, other = Authority(tmp_path, "city"), Authority(tmp_path, "other")
    server = server_context(*city.issue(NAME))
    assert await fetch(server, client_context(ca_file=city.file)) == 200
    with pytest.raises(Unreachable, match="TLS"):
        await fetch(server, client_context(ca_file=other.file))
    with pytest.raises(Unreachable, match="TLS"):
        await fetch(server, client_context())
    with pytest.raises(Unreachable, match="TLS"):
        await fetch(server, client_context(ca_file=city.file), host="other.example")


async def test_a_listener_may_demand_a_certificate(fetch, tmp_path):
    city = Authority(tmp_path, "city")
    server = server_context(*city.issue(NAME), client_ca=city.file)
    certificate, key = city.issue("client.example")
    assert await fetch(server, client_context(ca_file=city.file, certificate=certificate, key=key)) == 200
    with pytest.raises(Unreachable):
        await fetch(server, client_context(ca_file=city.file))


def test_old_protocol_versions_are_not_spoken(tmp_path):
    city = Authority(tmp_path, "city")
    for context in (client_context(ca_file=city.file), server_context(*city.issue(NAME))):
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("messages", [True, False], ids=["messages", "streams"])
async def test_a_connection_with_tls_carries_one_request_after_the_other(tmp_path, messages):
    city = Authority(tmp_path, "city")
    places, ends = [], []

    async def note(request: web.Request) -> web.Response:
        places.append(request.get_extra_info("peername"))
        ends.append(request.transport)
        return web.Response(text="x")

    app = web.Application()
    app.router.add_post("/", note)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server_context(*city.issue(NAME))).start()
    port = runner.addresses[0][1]
    policy = net_policy(hosts=[f"{NAME}:{port}"])
    transport = SocketTransport(policy, tls=client_context(ca_file=city.file), lookup=answers(["127.0.0.1"]))
    net = GuardedClient(policy, Through(transport, messages=messages))
    try:
        for _ in range(3):
            assert (await net.request("POST", f"https://{NAME}:{port}/", body=b"{}")).body == b"x"
        await transport.close()
        # Whoever has closed the client has no connection left that is still to end.
        assert ends[0].is_closing() or not messages
    finally:
        await transport.close()
        await runner.cleanup()
    assert len(set(places)) == 1


async def test_the_anchors_of_the_system_are_read_once_and_only_when_a_connection_needs_them():
    trust, own = TrustAnchors(), client_context()
    first, second = await asyncio.gather(trust.find(), trust.find())
    assert first is second
    assert first.verify_mode is ssl.CERT_REQUIRED
    assert first.check_hostname
    assert await TrustAnchors(own).find() is own


DATABASE = "postgresql://office@db.example/office"


@pytest.fixture
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)


@pytest.mark.usefixtures("_home")
@pytest.mark.parametrize(
    ("query", "hostname"),
    [
        ("?sslmode=verify-full", True),
        ("?sslmode=verify-ca", False),
        ("?target_session_attrs=read-write&sslmode=verify-full&sslrootcert=system", True),
    ],
)
def test_a_verified_server_without_a_file_is_verified_by_the_anchors_of_the_system(query: str, hostname: bool) -> None:
    context = database_context(DATABASE + query)
    assert context
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, hostname)


@pytest.mark.usefixtures("_home")
@pytest.mark.parametrize("query", ["", "?sslmode=require", "?sslmode=verify-full&sslrootcert=/etc/ca.pem"])
def test_every_other_address_is_left_to_the_driver(query: str) -> None:
    assert database_context(DATABASE + query) is None


@pytest.mark.usefixtures("_home")
def test_the_certificate_of_the_client_is_used_beside_the_anchors_of_the_system(tmp_path: Path) -> None:
    certificate, key = Authority(tmp_path, "city").issue("office.example")
    named = f"sslcert={certificate}&sslkey={key}"
    assert database_context(f"{DATABASE}?sslmode=verify-full&{named}")
    with pytest.raises(FileNotFoundError):
        database_context(f"{DATABASE}?sslmode=verify-full&{named}.old")


@pytest.mark.usefixtures("_home")
def test_the_file_of_the_user_comes_first(tmp_path: Path) -> None:
    (tmp_path / ".postgresql").mkdir()
    (tmp_path / ".postgresql" / "root.crt").touch()
    assert database_context(f"{DATABASE}?sslmode=verify-full") is None
    assert database_context(f"{DATABASE}?sslmode=verify-full&sslrootcert=system")
