"""References to secrets: an address names a secret of the operator, and never contains one.

The operator lists each secret in the settings, with the servers to which it may be sent. So whoever may add an asset
can use a secret, but neither read it nor send it elsewhere.
"""

from typing import Annotated, NoReturn, Protocol

import msgspec

from connector.ports.flow import Cause, SourceError

SecretName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}\Z")]


class SecretReader(Protocol):
    """Reads the secrets of the operator at each use, so that a changed secret counts at once."""

    def __call__(self, name: str, server: str) -> str:
        """Return a secret that may be sent to `server` (`host:port`). Raises SourceError, which names no value."""


def refuse_secret(name: str, server: str) -> NoReturn:  # noqa: ARG001 - the form of a SecretReader
    """Refuse a secret that no settings list. Raises SourceError."""
    raise SourceError(f"The secret {name} is not known: add it to the settings as `[[secrets]]`.", Cause.NOT_ALLOWED)
