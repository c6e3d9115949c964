"""The secrets of the operator by reference: in a file of its owner alone, in the environment, or with systemd."""

import os
from pathlib import Path

from connector.app.accounts.keys import SYSTEMD, read_secret
from connector.dataplane.address.secrets import SecretReader, refuse_secret
from connector.ports.flow import Cause, SourceError
from connector.settings import Settings, SettingsError
from connector.settings.sources import SecretSettings


def check_secrets(settings: Settings) -> None:
    """Raise SettingsError if a secret for sources cannot be read, or its name stands twice."""
    names = [secret.name for secret in settings.secrets]
    for secret in settings.secrets:
        if names.count(secret.name) > 1:
            raise SettingsError(f"secrets in the settings has the name {secret.name} twice: give each another name.")
        _read(secret)


def make_secret_reader(settings: Settings) -> SecretReader:
    """Return the reader of the secrets that the settings list; each use reads anew, so a changed secret counts."""
    listed = {secret.name: secret for secret in settings.secrets}

    def read(name: str, server: str) -> str:
        secret = listed.get(name)
        if secret is None:
            refuse_secret(name, server)
        if server not in {host.lower() for host in secret.hosts}:
            raise SourceError(
                f"The secret {name} may not be sent to {server}: add it to `hosts` of the secret in the settings.",
                Cause.NOT_ALLOWED,
            )
        try:
            return _read(secret)
        except SettingsError:
            raise SourceError(
                f"The secret {name} cannot be read: `datenkontor doctor` says why.", Cause.NOT_ALLOWED
            ) from None

    return read


def _read(secret: SecretSettings) -> str:
    name, file = f"secrets.{secret.name}", secret.secret_file
    if file is None and secret.secret_variable is None:
        folder = os.environ.get(SYSTEMD)
        if not folder:
            raise SettingsError(
                f"{name} has neither `secret_file` nor `secret_variable`, and systemd gives no credentials: add one."
            )
        file = Path(folder) / secret.name
    return read_secret(name, file, secret.secret_variable)
