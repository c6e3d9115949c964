"""Credentials and status lists are signed by the key of an issuer (DCP 1.0, profiles): functions of their drafts."""

from connector.identity.jws import sign
from connector.identity.keys import SigningKey
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.issued import CredentialDraft, StatusListDraft, write_credential, write_status_list


def sign_credential(key: SigningKey, draft: CredentialDraft) -> str:
    """Return a credential as a compact JWS; `key` has the name that its issuer's document gives it (`name_key`)."""
    return sign(key, write_credential(draft), kind=_name_kind(draft.profile))


def sign_status_list(key: SigningKey, draft: StatusListDraft) -> str:
    """Return a status list as a compact JWS; `key` as in `sign_credential`. Its size is that of the packed list."""
    return sign(key, write_status_list(draft), kind=_name_kind(draft.profile))


def _name_kind(profile: ClaimsProfile) -> str:
    return "vc+jwt" if profile is ClaimsProfile.VC20 else "JWT"
