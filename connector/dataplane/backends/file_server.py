"""Servers with SFTP (version 3, over SSH): their place, one connection at a time, and what their errors mean.

The server has to prove `host_key`. The secret is a password, or a private key of OpenSSH on one line, without its first
and last line. asyncssh is an extra (`datenkontor[sftp]`) and loads with the first access.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from typing import Annotated, Any

import msgspec

from connector.dataplane.address.secrets import SecretName, SecretReader
from connector.net.addresses import join_host
from connector.net.own.servers import Servers
from connector.ports.flow import Cause, SourceError

_MOST_CONNECTIONS = 16
_PATIENCE_S = 10.0
_KEY_BEGIN = "b3BlbnNzaC1rZXktdjE"
"""The beginning of a private key of OpenSSH in base64 (`openssh-key-v1`)."""

HostName = Annotated[str, msgspec.Meta(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_-]+\Z")]
UserName = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x20\x7f]{1,100}\Z")]
HostKey = Annotated[str, msgspec.Meta(max_length=4000, pattern=r"^[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [^\x00-\x1f]*)?\Z")]
PortNumber = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A server, who asks it, and the public key that it has to prove."""

    host: HostName
    user: UserName
    host_key: HostKey
    secret: SecretName
    port: PortNumber = 22


class FileServers:
    """Opens sessions. `servers` finds those that may be used; `idle_s` limits a silence (seconds)."""

    def __init__(self, servers: Servers | None, secrets: SecretReader, idle_s: float) -> None:
        self._servers = servers
        self._secrets = secrets
        self._idle_s = idle_s
        self._connections = asyncio.Semaphore(_MOST_CONNECTIONS)

    def find_secret(self, account: Account) -> str:
        """Return the secret of an account. Raises SourceError if it is not known for the server."""
        return self._secrets(account.secret, join_host(account.host.lower(), account.port))

    async def ask(self, asked: Any) -> Any:
        """Wait for an answer of a server for a bounded time. Raises SourceError."""
        with explain_server(self._idle_s):
            async with asyncio.timeout(self._idle_s):
                return await asked

    @asynccontextmanager
    async def connect(self, account: Account) -> AsyncIterator[Any]:
        """Yield a session of SFTP. Raises SourceError."""
        if self._servers is None:
            raise SourceError("Servers with SFTP cannot be used here.", Cause.NOT_ALLOWED)
        asyncssh = load_client()
        secret = self.find_secret(account)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._connections.acquire()
        except TimeoutError:
            raise SourceError("Too many files move by SFTP: try again later.", Cause.UNAVAILABLE) from None
        try:
            place = await self._servers.find(account.host, account.port)
            with explain_server(_PATIENCE_S):
                async with asyncio.timeout(_PATIENCE_S):
                    options = _make_options(asyncssh, account, secret)
                    connection = await asyncssh.connect(place, account.port, options=options)
                    session = await connection.start_sftp_client()
            try:
                yield session
            finally:
                connection.abort()
        finally:
            self._connections.release()


def _make_options(asyncssh: Any, account: Account, secret: str) -> Any:
    """Return the options of a connection: one account, one proof, one key of the host, no file of ours."""
    if secret.startswith(_KEY_BEGIN):
        pem = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{secret}\n-----END OPENSSH PRIVATE KEY-----\n"
        proof: dict[str, Any] = {"client_keys": [asyncssh.import_private_key(pem)], "password": None}
        method = "publickey"
    else:
        proof, method = {"client_keys": None, "password": secret}, "password"
    return asyncssh.SSHClientConnectionOptions(
        config=None,
        username=account.user,
        known_hosts=([asyncssh.import_public_key(account.host_key)], [], []),
        preferred_auth=method,
        agent_path=None,
        gss_host=None,
        x509_trusted_certs=None,
        login_timeout=_PATIENCE_S,
        connect_timeout=_PATIENCE_S,
        keepalive_interval=15,
        compression_algs=None,
        **proof,
    )


def check_remote_path(path: str) -> None:
    """Raise SourceError unless a path at a server is plain."""
    parts = path.strip("/").split("/")
    if not path.isprintable() or any(part in {"", ".", ".."} for part in parts):
        raise SourceError("The `path` of the address is no plain path: write it as `folder/name`.")


def load_client() -> Any:
    """Return the client. Raises SourceError if the extra is not installed."""
    try:
        return import_module("asyncssh")
    except ImportError:
        raise SourceError("SFTP cannot be used: install the extra with `pip install datenkontor[sftp]`.") from None


@contextmanager
def explain_server(idle_s: float, *, passing: bool = False) -> Iterator[None]:
    """Turn the errors of the client into SourceError, without any text of the server; `passing` drops them."""
    try:
        yield
    except (SourceError, asyncio.CancelledError):
        raise
    except TimeoutError:
        if not passing:
            raise SourceError(f"The server was silent for {idle_s:g} s: check it.", Cause.UNAVAILABLE) from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "asyncssh" and not isinstance(error, OSError | ValueError):
            raise
        if not passing:
            raise _describe(type(error).__name__) from None


def _describe(name: str) -> SourceError:
    match name:
        case "SFTPNoSuchFile" | "SFTPNoSuchPath":
            return SourceError("The server has no such file or folder: check `path`.", Cause.NOT_FOUND)
        case "SFTPPermissionDenied":
            return SourceError(
                "The server does not let this user do that: check its rights to the path.", Cause.NOT_ALLOWED
            )
        case "PermissionDenied":
            return SourceError("The server refuses this user: check `user` and `secret`.", Cause.NOT_ALLOWED)
        case "HostKeyNotVerifiable":
            return SourceError(
                "The server does not prove the key in `host_key`: check which one it has.", Cause.NOT_ALLOWED
            )
        case "KeyImportError" | "KeyEncryptionError":
            return SourceError(
                "A key cannot be used: give `host_key` as the server shows it, and a private key without a password.",
                Cause.NOT_ALLOWED,
            )
    return SourceError(f"The server failed ({name}): check `host` and `port`, or try again later.", Cause.UNAVAILABLE)
