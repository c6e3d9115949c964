"""The presentation of a peer, verified with each of its credentials (DCP 1.0, 5.4.3).

Two ordered lists of named rules. What a presentation says by itself comes first, then whether its issuers are trusted
for the types of their credentials; only then is anything fetched, and the status of a credential last.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from connector.identity.dcp.self_issued import Resolve, SelfIssued, check_key_name, resolve_signer, verify_by
from connector.identity.dcp.statuses import StatusLists, open_issued
from connector.identity.jws import KEY_RULES, OPENING_RULES, Opened, Rejected, about, open_signed
from connector.identity.keys import PEER_ALGORITHMS
from connector.identity.listing.profile import TrustProfile
from connector.identity.tokens import LEEWAY_S
from connector.ports.identity import AuthenticationUnavailable
from connector.protocol.dcp.claims import (
    MAX_CREDENTIAL,
    MAX_PRESENTATION,
    ClaimsProfile,
    Presentation,
    PresentedCredential,
    find_enclosed_presentation,
    read_claims,
    read_presentation,
)
from connector.protocol.dcp.document import Relationship
from connector.protocol.dcp.errors import ClaimFault

PRESENTATION_RULES: Final = (*OPENING_RULES, "form-of-claims", "holder", "audience", "time", "key-name", *KEY_RULES)
CREDENTIAL_RULES: Final = (
    *OPENING_RULES,
    "form-of-claims",
    "profile",
    "subject",
    "time",
    "issuer",
    "key-name",
    "schema",
    "document",
    *KEY_RULES,
    "status",
)
PRESENTATION_KINDS: Final = ("JWT", "vp+jwt")

# The base64url of a payload, its header and its signature are at most twice as long as the payload.
_SLACK = 2
_LEEWAY_MS = LEEWAY_S * 1000


class TrustedIssuers(NamedTuple):
    """Whom a data space trusts for what: the types of credentials by issuer, and the schemas that are known here."""

    issuers: Mapping[str, frozenset[str]]
    schemas: frozenset[str] = frozenset()


class Verifier(NamedTuple):
    """What verifying needs: this participant's identifier, whom it trusts, and where documents and lists come from."""

    audience: str
    trust: TrustedIssuers
    resolve: Resolve
    statuses: StatusLists
    take_missing: bool = False
    of_kit: bool = False
    of_edc: bool = False


async def verify_presentations(
    texts: Sequence[str], sender: SelfIssued, verifier: Verifier, now_ms: int
) -> tuple[tuple[PresentedCredential, ...], Rejected | AuthenticationUnavailable | None]:
    """Return the credentials of the presentations that are valid, and why one of the others is not.

    A rule that fails spoils its presentation alone (DCP 1.0.1, 5.4.3): a hub shows what it holds in several formats in
    as many presentations.
    """
    found, wrong, unread = list[PresentedCredential](), None, None
    for text in texts:
        try:
            found += await verify_presentation(text, sender, verifier, now_ms)
        except Rejected as fault:
            wrong = wrong or fault
        except AuthenticationUnavailable as fault:
            unread = unread or fault
    # What cannot be read now may do in a moment, and the caller is to come again.
    return tuple(found), unread or wrong


async def verify_presentation(
    text: str, sender: SelfIssued, verifier: Verifier, now_ms: int
) -> tuple[PresentedCredential, ...]:
    """Verify a presentation that `sender` made for this participant, and return its credentials.

    Every credential has to pass, or none counts. Their types are those that the issuer is trusted for. Raises Rejected
    at the first rule that fails, and what `StatusLists.find_ended` raises.
    """
    with about("the presentation"):
        presentation = _verify_presented(text, sender, verifier, now_ms)
    found = []
    for number, secured in enumerate(presentation.credentials, 1):
        with about(f"credential {number} of the presentation"):
            found.append(_read_credential(secured, sender.claims.iss, verifier, now_ms, presentation.profile))
    for signed, credential in found:
        with about(f"the credential of {credential.issuer}"):
            await _verify_credential(signed, credential, verifier)
    return tuple(credential for _, credential in found)


def _verify_presented(text: str, sender: SelfIssued, verifier: Verifier, now_ms: int) -> Presentation:
    """Apply the rules to a presentation without its credentials."""
    opened = _open_presentation(text)
    presentation = _read_presentation(opened, verifier)
    holder = sender.claims.iss
    if presentation.holder != holder:
        raise Rejected("holder", "it is that of another holder.")
    # It was asked of its holder, who is the caller: that it names us says it once more, and the hub of EDC does not.
    if presentation.audience != verifier.audience and not (verifier.of_edc and presentation.audience is None):
        raise Rejected("audience", "it is not for this participant alone.")
    _check_times(presentation.valid_from, presentation.valid_until, now_ms)
    check_key_name(opened, holder)
    verify_by(opened, sender.document, Relationship.PRESENTATION, take_missing=verifier.take_missing)
    return presentation


async def verify_credential(text: str, holder: str, verifier: Verifier, now_ms: int) -> PresentedCredential:
    """Verify a credential about `holder` that nobody presents, by the rules of `verify_presentation`. Raises as it."""
    signed, credential = _read_credential(text, holder, verifier, now_ms)
    await _verify_credential(signed, credential, verifier)
    return credential


def open_credential(text: str) -> Opened:
    """Take a credential apart, as `open_issued`."""
    return open_issued(text, MAX_CREDENTIAL * _SLACK)


def _open_presentation(text: str) -> Opened:
    """Take a presentation apart, out of the envelope that the hub of EDC signs around it; raises Rejected."""
    opened = _open_presented(text)
    if b"EnvelopedVerifiablePresentation" not in opened.payload:
        return opened
    try:
        enclosed = find_enclosed_presentation(opened.payload)
    except ClaimFault as fault:
        raise Rejected("form-of-claims", fault.reason) from None
    return opened if enclosed is None else _open_presented(enclosed)


def _open_presented(text: str) -> Opened:
    return open_signed(
        text,
        limit=MAX_PRESENTATION * _SLACK,
        kinds=PRESENTATION_KINDS,
        content="vp",
        algorithms=PEER_ALGORITHMS,
        of_others=True,
    )


def _read_presentation(opened: Opened, verifier: Verifier) -> Presentation:
    try:
        return read_presentation(opened.payload, of_kit=verifier.of_kit, of_edc=verifier.of_edc)
    except ClaimFault as fault:
        raise Rejected("form-of-claims", fault.reason) from None


def _read_credential(
    text: str, holder: str, verifier: Verifier, now_ms: int, profile: ClaimsProfile | None = None
) -> tuple[Opened, PresentedCredential]:
    """Apply the rules that need no key and no fetch; `profile` is that of the presentation, if there is one."""
    opened, trust = open_credential(text), verifier.trust
    try:
        credential = read_claims(opened.payload, of_kit=verifier.of_kit, of_edc=verifier.of_edc)
    except ClaimFault as fault:
        raise Rejected("form-of-claims", fault.reason) from None
    if profile is not None and credential.profile is not profile:
        raise Rejected("profile", "it is of another profile than the presentation.")
    if credential.subject != holder:
        raise Rejected("subject", "it is about somebody else than who presents it.")
    _check_times(credential.valid_from, credential.valid_until, now_ms)
    trusted = trust.issuers.get(credential.issuer, frozenset())
    believed = tuple(name for name in credential.types if name in trusted)
    if not believed:
        raise Rejected("issuer", f"{credential.issuer} is not trusted for {', '.join(credential.types) or 'no type'}.")
    check_key_name(opened, credential.issuer)
    unknown = sorted(set(credential.schemas) - trust.schemas)
    if unknown:
        raise Rejected("schema", f"the schema {unknown[0][:200]} is unknown here.")
    return opened, credential._replace(types=believed)


async def _verify_credential(opened: Opened, credential: PresentedCredential, verifier: Verifier) -> None:
    document = await resolve_signer(verifier.resolve, credential.issuer, opened)
    verify_by(opened, document, Relationship.CREDENTIAL, take_missing=verifier.take_missing)
    ended = await verifier.statuses.find_ended(credential.issuer, credential.statuses)
    if ended:
        raise Rejected("status", f"{credential.issuer} has ended it ({ended}).")


def _check_times(valid_from: int | None, valid_until: int | None, now_ms: int) -> None:
    if valid_from is not None and valid_from > now_ms + _LEEWAY_MS:
        raise Rejected("time", "it is not valid yet: compare the clocks of both sides.")
    if valid_until is not None and valid_until <= now_ms:
        raise Rejected("time", "it has expired.")


def name_missing(credentials: Sequence[PresentedCredential], required: frozenset[str]) -> tuple[str, ...]:
    """Return the required types that no credential has, in order."""
    held = {name for credential in credentials for name in credential.types}
    return tuple(sorted(required - held))


def read_stated(profile: TrustProfile, shown: Sequence[PresentedCredential]) -> dict[str, list[str]]:
    """Return what a profile takes from credentials for policies."""
    claims = dict[str, list[str]]()
    for each in shown:
        for kind in each.types:
            for name, member in profile.claims.get(kind, {}).items():
                said = each.claims.get(member)
                values = said if isinstance(said, list) else [said]
                claims.setdefault(name, []).extend(value for value in values if isinstance(value, str))
    return claims
