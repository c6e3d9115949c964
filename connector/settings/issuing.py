"""The settings of an issuer of credentials, and of the authority of a data space."""

from pathlib import Path
from typing import Annotated

from connector.settings.kinds import Meta, Section, ShortText, Url
from connector.views.issuing import Otherwise

_TYPE = r"^[A-Za-z][A-Za-z0-9._-]{0,99}\Z"


class CredentialSettings(Section, frozen=True, kw_only=True):
    """A type of credentials that this process issues."""

    type: Annotated[str, Meta(pattern=_TYPE, description="Type of the credential, such as `MembershipCredential`.")]
    role: Annotated[
        str,
        Meta(
            max_length=100,
            description="Role on the participant list whose members get it at once; if omitted, every member does.",
        ),
    ] = ""
    otherwise: Annotated[
        Otherwise,
        Meta(description="What becomes of requests of other members: `wait` (for the operator) or `reject`."),
    ] = Otherwise.WAIT
    claims: Annotated[
        tuple[ShortText, ...],
        Meta(
            max_length=32,
            description="What the credential says: `name`, `roles`, and claims that the participant list has.",
        ),
    ] = ()
    days: Annotated[float, Meta(gt=0, le=3650, description="Days for which it is valid.")] = 365.0
    schema: Annotated[
        Url | None, Meta(description="Schema that the credential names; members of the data space have to know it.")
    ] = None


class IssuerSettings(Section, frozen=True, kw_only=True):
    """The issuer of credentials (Issuer Service), with `identity.mechanism` `dcp`."""

    credentials: Annotated[
        tuple[CredentialSettings, ...],
        Meta(
            max_length=64,
            description="Credentials that this process issues, each with `type` and, if wanted, `role`, `otherwise`, "
            "`claims`, `days` and `schema`; if omitted, it is no issuer.",
        ),
    ] = ()


class AuthoritySettings(Section, frozen=True, kw_only=True):
    """The authority of the data space, if this process answers for it."""

    folder: Annotated[
        Path | None,
        Meta(description="Folder of the authority, as `authority init` made it; without one, there is no authority."),
    ] = None
    four_eyes: Annotated[
        bool,
        Meta(
            description="Whether two people let a member in from the page or the API: an invitation counts when "
            "somebody else has agreed, and somebody else than who has suspended a member admits it again."
        ),
    ] = False
