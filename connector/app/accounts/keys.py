"""The private key of this participant, opened by a secret that the settings refer to, and never contain.

A secret is in a file of its owner alone, in the environment, or comes as a credential of systemd.
"""

import os
from pathlib import Path
from typing import Final

from connector.identity.files import FileFault, read_bounded
from connector.identity.keys import KeyFault, SigningKey, is_protected, load_from_token, load_private
from connector.settings import Settings, SettingsError

SYSTEMD: Final = "CREDENTIALS_DIRECTORY"
CREDENTIAL: Final = "datenkontor-key"
"""The name of the credential of systemd that opens the private key."""
_SECRET_BYTES = 4096


def load_own_key(settings: Settings, path: Path | None = None) -> SigningKey:
    """Return the private key of this participant, of a file or in hardware, or that in the file `path`.

    Raises KeyFault.
    """
    file, hardware = path or settings.identity.key, settings.identity.hardware
    if path is None and hardware is not None:
        pin = (read_passphrase(settings) or b"").decode()
        return load_from_token(hardware.module, hardware.token, hardware.label, pin)
    return load_private(file, password=read_passphrase(settings) if is_protected(file) else None)


def read_passphrase(settings: Settings) -> bytes | None:
    """Return what opens the private keys of this participant; None if nothing is named. Raises KeyFault."""
    identity, folder = settings.identity, os.environ.get(SYSTEMD)
    file = identity.secret_file
    if file is None and identity.secret_variable is None and folder and (Path(folder) / CREDENTIAL).exists():
        file = Path(folder) / CREDENTIAL
    try:
        return read_secret("identity", file, identity.secret_variable).encode() or None
    except SettingsError as fault:
        raise KeyFault(str(fault)) from None


def read_secret(name: str, file: Path | None, variable: str | None) -> str:
    """Return a secret of the section `name`, from its file or its environment variable; empty if it has none.

    Raises SettingsError.
    """
    if variable is not None:
        secret = os.environ.get(variable, "")
        if not secret:
            reason = f"{name}.secret_variable names {variable}, which is not in the environment: set it, or use a file."
            raise SettingsError(reason)
        return secret
    if file is None:
        return ""
    try:
        secret = read_bounded(file, _SECRET_BYTES, private=True).decode().strip()
    except FileFault as fault:
        raise SettingsError(f"{name}.secret_file cannot be used: {fault}") from None
    except UnicodeDecodeError:
        secret = ""
    if not secret or not secret.isprintable():
        raise SettingsError(f"{name}.secret_file, {file}, contains no secret: write it there on one line.")
    return secret
