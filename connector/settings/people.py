"""The settings of the pages for people, of the login of their organisation, and of the e-mails to them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from connector.settings.kinds import Email, Meta, Origin, PeerPort, Port, Section, ShortText, Url, Variable
from connector.views.users import UserRole


class OidcSettings(Section, frozen=True, kw_only=True):
    """The login of the organisation at an OpenID provider, such as Keycloak, with which people sign in to the pages."""

    issuer: Annotated[
        Url | None,
        Meta(description="Issuer of the provider, letter by letter as its metadata state it; if omitted, no login."),
    ] = None
    title: Annotated[
        ShortText | None, Meta(description="Name of the login on the button; if omitted, the host of the issuer.")
    ] = None
    client_id: Annotated[ShortText, Meta(description="Identifier of these pages at the provider.")] = "datenkontor"
    secret_file: Annotated[
        Path | None, Meta(description="File with the secret of the client; only its owner may read the file.")
    ] = None
    secret_variable: Annotated[
        Variable | None,
        Meta(description="Environment variable with the secret, instead of a file; without both, a public client."),
    ] = None
    scope: Annotated[ShortText, Meta(description="Scopes that are asked for, between blanks; `openid` is one.")] = (
        "openid profile email"
    )
    role_claim: Annotated[
        ShortText, Meta(description="Path of the claim with the roles of a person, such as `realm_access.roles`.")
    ] = "realm_access.roles"
    roles: Annotated[
        Mapping[str, tuple[UserRole, ...]],
        Meta(description="Roles on the pages for each value of that claim; nobody signs in without one."),
    ] = {}


class WebSettings(Section, frozen=True, kw_only=True):
    """The listener of the pages for people, in a browser."""

    host: Annotated[ShortText, Meta(description="Address on which the listener accepts requests.")] = "127.0.0.1"
    port: Annotated[
        Port | None, Meta(description="Port of the listener; 0 selects a free port; if omitted, there are no pages.")
    ] = None
    public_url: Annotated[
        Origin | None,
        Meta(
            description="Address that people open: https, unless it is this machine; "
            "if omitted, the listener's own address and port."
        ),
    ] = None
    passwords: Annotated[
        bool, Meta(description="Let people sign in with a password; if false, with the login of `[web.oidc]` only.")
    ] = True
    imprint: Annotated[
        Url | None, Meta(description="Page with the imprint of the organisation; each page links to it.")
    ] = None
    privacy: Annotated[
        Url | None,
        Meta(description="Page about the protection of personal data by the organisation; each page links to it."),
    ] = None
    enforcement: Annotated[
        Url | None,
        Meta(
            description="Page of the body to which people turn if a report of a barrier was not answered; the "
            "accessibility statement links to it."
        ),
    ] = None
    contact: Annotated[
        Email | None,
        Meta(
            description="E-mail address to which people report barriers and write about these pages; if omitted, the "
            "imprint stands in for it."
        ),
    ] = None
    oidc: OidcSettings = OidcSettings()

    @property
    def statements(self) -> dict[str, str]:
        """What the pages say of the organisation by its word: addresses of pages that they link to, and its e-mail."""
        found = {
            "imprint": self.imprint,
            "privacy": self.privacy,
            "enforcement": self.enforcement,
            "contact": self.contact,
        }
        return {word: url for word, url in found.items() if url}


class MailSettings(Section, frozen=True, kw_only=True):
    """The server that takes e-mails to the people who sign in to the pages."""

    host: Annotated[ShortText | None, Meta(description="Host of the mail server; if omitted, no e-mails are sent.")] = (
        None
    )
    port: Annotated[PeerPort, Meta(description="Port of the mail server.")] = 587
    security: Annotated[
        Literal["starttls", "tls", "none"],
        Meta(description="`starttls`, `tls` from the start, or `none` for a server on this machine."),
    ] = "starttls"
    sender: Annotated[Email | None, Meta(description="E-mail address that the messages come from.")] = None
    user: Annotated[ShortText | None, Meta(description="Account at the mail server; if omitted, none is used.")] = None
    secret_file: Annotated[
        Path | None, Meta(description="File with the password of the account; only its owner may read the file.")
    ] = None
    secret_variable: Annotated[
        Variable | None, Meta(description="Environment variable with the password, instead of a file.")
    ] = None
