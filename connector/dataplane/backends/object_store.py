"""Clients of object stores that speak S3, with their open connections, and what their errors mean.

obstore is an extra (`datenkontor[s3]`) and loads with the first access.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from typing import Annotated, Any

import msgspec

from connector.dataplane.address.secrets import SecretReader
from connector.dataplane.backends.asking import name_server
from connector.ports.flow import Cause, SourceError

BucketName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")]
KeyId = Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{1,128}\Z")]
RegionName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{1,64}\Z")]

_MOST_STORES = 64
_LONGEST = timedelta(hours=6)
_REFUSALS = ("403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "401")
"""What an error of an upload says of a refusal: the client has no class of its own for it."""


class ObjectStores:
    """The clients of the buckets that were used last. `idle_s` limits each silence of a store (seconds)."""

    def __init__(self, secrets: SecretReader, idle_s: float) -> None:
        self._secrets = secrets
        self._idle_s = idle_s
        self._stores: OrderedDict[tuple[str, ...], Any] = OrderedDict()

    def find(self, endpoint: str, bucket: str, region: str, key_id: str, secret_name: str) -> Any:
        """Return the client of a bucket; the secret is read at each use. Raises SourceError."""
        secret = self._secrets(secret_name, name_server(endpoint))
        key = endpoint, bucket, region, key_id, secret
        if key in self._stores:
            self._stores.move_to_end(key)
            return self._stores[key]
        with explain_store(self._idle_s):
            made = load_client("obstore.store").S3Store(
                bucket,
                endpoint=endpoint,
                region=region,
                access_key_id=key_id,
                secret_access_key=secret,
                virtual_hosted_style_request=False,
                client_options={
                    "allow_http": endpoint.startswith("http://"),
                    "connect_timeout": timedelta(seconds=min(10.0, self._idle_s)),
                    "timeout": _LONGEST,
                },
                retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=self._idle_s)},
            )
        self._stores[key] = made
        if len(self._stores) > _MOST_STORES:
            self._stores.popitem(last=False)
        return made


def load_client(name: str) -> Any:
    """Return a module of the client. Raises SourceError if the extra is not installed."""
    try:
        return import_module(name)
    except ImportError:
        raise SourceError(
            "Object stores cannot be used: install the extra with `pip install datenkontor[s3]`."
        ) from None


@contextmanager
def explain_store(idle_s: float) -> Iterator[None]:
    """Turn the errors of the client into SourceError; its own words can contain an address or a key."""
    try:
        yield
    except (SourceError, asyncio.CancelledError):
        raise
    except TimeoutError:
        raise SourceError(f"The object store was silent for {idle_s:g} s: check it.", Cause.UNAVAILABLE) from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in {"obstore", "builtins"}:
            raise
        is_refused = isinstance(error, OSError) and any(code in str(error) for code in _REFUSALS)
        raise _describe("PermissionDeniedError" if is_refused else type(error).__name__) from None


def _describe(name: str) -> SourceError:
    match name:
        case "NotFoundError" | "FileNotFoundError":
            return SourceError("The object store has no such object or bucket: check the address.", Cause.NOT_FOUND)
        case "PermissionDeniedError" | "UnauthenticatedError" | "PermissionError":
            return SourceError("The object store refuses this key: check `key_id` and `secret`.", Cause.NOT_ALLOWED)
        case "PreconditionError":
            return SourceError("The object changed while it was read: start the transfer again.", Cause.UNAVAILABLE)
    return SourceError(f"The object store failed ({name}): check `endpoint`, or try again later.", Cause.UNAVAILABLE)
