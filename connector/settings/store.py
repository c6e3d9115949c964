"""The settings of the store: a file of this process, or a database that processes share."""

from pathlib import Path
from typing import Annotated

from connector.settings.kinds import DatabaseUrl, Meta, Section, Variable


class StoreSettings(Section, frozen=True, kw_only=True):
    """The store."""

    path: Annotated[
        Path,
        Meta(description="SQLite file of this process; with `url`, the place and name of the files beside the store."),
    ] = Path("store.sqlite")
    url: Annotated[
        DatabaseUrl | None,
        Meta(
            description="PostgreSQL database that holds the store instead of a file, such as "
            "`postgresql://datenkontor@db.example:5432/office`; without a password. Several processes can share it."
        ),
    ] = None
    secret_file: Annotated[
        Path | None, Meta(description="File with the password of the database; only its owner may read the file.")
    ] = None
    secret_variable: Annotated[
        Variable | None, Meta(description="Environment variable with the password, instead of a file.")
    ] = None
    connections: Annotated[
        int, Meta(ge=1, le=100, description="Connections to the database for reads; two more write and listen.")
    ] = 8
    prepared: Annotated[
        int,
        Meta(
            ge=0,
            le=10_000,
            description="Prepared statements that a connection keeps; 0 behind a pooler in transaction mode.",
        ),
    ] = 256
