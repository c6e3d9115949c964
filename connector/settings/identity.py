"""The settings of the identity: the mechanism, the own keys and what opens them, the participant list."""

from pathlib import Path
from typing import Annotated

from connector.settings.kinds import Location, Meta, Seconds, Section, ShortText, Variable


class HardwareSettings(Section, frozen=True, kw_only=True):
    """A private key in hardware, which never leaves it: a token that speaks PKCS #11."""

    module: Annotated[Path, Meta(description="Library of the token (PKCS #11), as its maker delivers it.")]
    token: Annotated[ShortText, Meta(description="Label of the token.")]
    label: Annotated[ShortText, Meta(description="Label of the key in the token.")] = "datenkontor"


class IdentitySettings(Section, frozen=True, kw_only=True):
    """The mechanism by which connectors authenticate each other."""

    mechanism: Annotated[
        ShortText,
        Meta(
            description="Identity mechanism: `roster` (the keys of the signed participant list), `dcp` (the keys of "
            "each member's did:web document and the credentials that the profile asks for), or for tests only "
            "`static-token` (fixed tokens) or `mock-token` (the mock tokens of EDC)."
        ),
    ] = "roster"
    key: Annotated[
        Path, Meta(description="Private key of the participant (PEM or JWK); only its owner may read the file.")
    ] = Path("key.pem")
    secret_file: Annotated[
        Path | None,
        Meta(
            description="File with the pass phrase of the private keys, or the PIN of a token; only its owner may read "
            "it (default: the credential `datenkontor-key` of systemd, if there is one)."
        ),
    ] = None
    secret_variable: Annotated[
        Variable | None, Meta(description="Environment variable with the pass phrase or the PIN, instead of a file.")
    ] = None
    hardware: Annotated[
        HardwareSettings | None,
        Meta(
            description="Private key in hardware instead of `identity.key`, with `module`, `token` and `label`; needs "
            "the extra `hsm`."
        ),
    ] = None
    roster: Annotated[
        Location, Meta(description="Signed participant list: a file, or an address from which it is fetched.")
    ] = Location("roster.jws")
    operator_key: Annotated[
        Path,
        Meta(
            description="Public key (JWK) of the data-space operator, who signs the participant list, or the roots of "
            "an authority (JWK Set)."
        ),
    ] = Path("operator.jwk")
    profile: Annotated[
        Path,
        Meta(
            description="Signed profile of the data space, for `dcp` and a participant list without one: whose "
            "credentials count for what."
        ),
    ] = Path("profile.jws")
    did: Annotated[
        ShortText | None,
        Meta(
            description="Identifier (did:web) with which `dcp` proves the participant, if participant.id is one that "
            "it had before (default: participant.id)."
        ),
    ] = None
    grace_seconds: Annotated[
        Seconds,
        Meta(
            description="How long running transfers go on after the participant list has expired, or while the status "
            "of a credential cannot be read, in seconds."
        ),
    ] = 86_400.0
    seal_messages: Annotated[
        bool,
        Meta(
            description="Sign every message of a negotiation and of a transfer, and say so in each token, so that a "
            "signature cannot be taken away; if false, only the messages that say yes to an agreement."
        ),
    ] = True
    of_kit: Annotated[
        bool,
        Meta(
            description="For the DCP conformance kit only: documents over plain HTTP, and the credentials of the kit; "
            "`production` refuses it."
        ),
    ] = False
    former_keys: Annotated[
        tuple[Path, ...],
        Meta(
            description="Other private keys whose public parts are in the did:web document: former ones, for ten "
            "minutes after a change of keys, and one that was announced."
        ),
    ] = ()
    refresh_seconds: Annotated[
        Seconds, Meta(description="Interval at which the participant list is read again, in seconds.")
    ] = 300.0
    tokens: Annotated[
        Path | None, Meta(description="File of participants and tokens, for `static-token` and `mock-token` only.")
    ] = None
