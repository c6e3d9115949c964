"""The data-space operator signs the profile of the data space: whose credentials count, and for what."""

from pathlib import Path

from connector.authority.roster import RosterFault, write
from connector.identity.files import FileFault, read_bounded
from connector.identity.jws import sign
from connector.identity.keys import SigningKey
from connector.identity.listing.profile import KIND, MAX_PROFILE, ProfileRejected, TrustProfile, read_profile


def publish_profile(text: Path, signed: Path, key: SigningKey) -> TrustProfile:
    """Sign the profile in the file `text` with the operator's key, write it to `signed`, and return it.

    What a member would refuse is not signed. Raises RosterFault.
    """
    try:
        content = read_bounded(text, MAX_PROFILE // 2)
        document = sign(key, content, kind=KIND).encode()
        profile = read_profile(document, (key.verification,))
    except (FileFault, ProfileRejected) as fault:
        raise RosterFault(str(fault)) from None
    write(signed, document + b"\n", mode=0o644)
    return profile
