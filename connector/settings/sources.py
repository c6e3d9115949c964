"""The settings of sources: the secrets of the operator that the addresses of assets name."""

from pathlib import Path
from typing import Annotated

from connector.settings.kinds import Meta, Section, Variable


class SecretSettings(Section, frozen=True, kw_only=True):
    """A secret that sources of data use; without a file and a variable it is a credential of systemd of this name."""

    name: Annotated[
        str,
        Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}\Z", description="Name by which the addresses of assets refer to it."),
    ]
    hosts: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[^\s/@]+:[0-9]{1,5}\Z", max_length=300)], ...],
        Meta(description="Servers to which it may be sent, as `host:port`.", min_length=1),
    ]
    secret_file: Annotated[Path | None, Meta(description="File with the secret; only its owner may read the file.")] = (
        None
    )
    secret_variable: Annotated[
        Variable | None, Meta(description="Environment variable with the secret, instead of a file.")
    ] = None
