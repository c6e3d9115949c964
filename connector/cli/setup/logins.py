"""The check of the login of the organisation from outside, for `doctor`."""

from connector.app.checking import build_policy
from connector.cli.frame.probe import probe_url
from connector.identity.oidc import check_metadata, find_metadata
from connector.net.addresses import check_url
from connector.net.errors import Blocked
from connector.ports.login import LoginFailed
from connector.settings import Settings


def examine_login(settings: Settings) -> str | None:
    """Return why nobody can sign in with the login that the settings name; None if the provider answers as it should.

    Raises SettingsError if other settings cannot be used.
    """
    issuer = settings.web.oidc.issuer or ""
    try:
        check_url(find_metadata(issuer), build_policy(settings))
    except Blocked as error:
        return error.reason
    answer = probe_url(find_metadata(issuer), ca=settings.net.ca)
    if answer.status != 200:
        return f"The provider cannot be reached: {answer.reason or answer.status}"
    try:
        check_metadata(answer.body, issuer)
    except LoginFailed as error:
        return error.reason
    return None
