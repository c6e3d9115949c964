"""The login of the organisation as the settings have it: the client of its provider, and the meaning of its roles."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from connector.app.accounts.keys import read_secret
from connector.controlplane.usecases.accounts import logins
from connector.controlplane.usecases.accounts.logins import RoleClaim
from connector.controlplane.usecases.users import UserRegister
from connector.identity.oidc import OidcClient, OidcProvider
from connector.net.client import GuardedClient
from connector.settings import Settings
from connector.web.frame.logins import LoginAttempts, PagesLogin


def build_client(settings: Settings) -> OidcClient | None:
    """Return the client of the provider that the settings name, or None. Raises SettingsError."""
    oidc = settings.web.oidc
    if oidc.issuer is None:
        return None
    secret = read_secret("web.oidc", oidc.secret_file, oidc.secret_variable)
    return OidcClient(issuer=oidc.issuer, id=oidc.client_id, secret=secret, scope=oidc.scope)


def build_login(
    settings: Settings, http: GuardedClient, clock: Callable[[], int], register: UserRegister, key: bytes
) -> PagesLogin | None:
    """Return the login of the pages, or None if the settings name no provider. Raises SettingsError.

    Attempts are bound to `key`: one that begins at a process can end at another that has the same key.
    """
    client, oidc = build_client(settings), settings.web.oidc
    if client is None:
        return None
    claim = RoleClaim(path=oidc.role_claim, roles=oidc.roles)
    return PagesLogin(
        provider=OidcProvider(http, client, clock, oidc.role_claim),
        title=oidc.title or urlsplit(client.issuer).hostname or "",
        sign_in=partial(logins.sign_in, register, claim),
        attempts=LoginAttempts(key),
    )
