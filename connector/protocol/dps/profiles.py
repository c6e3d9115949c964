"""Transfer profiles: the names of transfers over HTTP, their direction, and the data address of each.

Data Plane Signaling 1.0, Transfer Profile Registry, and the HTTP Transfer Profile. Deployed connectors use other names
for the same two transfers; both are read, and a data plane is asked in a name that it has registered.

Pure: standard library and msgspec only.
"""

from collections.abc import Iterable

import msgspec

from connector.protocol.dsp.common import DataAddress, EndpointProperty, auth_type, authorization, endpoint_url
from connector.protocol.dsp.machines.transfer_machine import PULL, PUSH

HTTP = "https://w3id.org/dspace-sig/profile/http"
HTTP_PULL, HTTP_PUSH = f"{HTTP}-pull", f"{HTTP}-push"
PROFILES = (HTTP_PULL, HTTP_PUSH, PULL, PUSH)
"""The profiles that this data plane supports."""

_FORMATS = {HTTP_PULL: PULL, HTTP_PUSH: PUSH, PULL: PULL, PUSH: PUSH}


def find_format(profile: str) -> str | None:
    """Return the format of transfers that a profile stands for; None for an unknown profile.

    >>> find_format("https://w3id.org/dspace-sig/profile/http-push")
    'HttpData-PUSH'
    """
    return _FORMATS.get(profile)


def choose_profile(format: str, profiles: Iterable[str]) -> str | None:
    """Return the registered profile in which a transfer of a format is asked for, the registry's name first; or None.

    >>> choose_profile("HttpData-PULL", ["HttpData-PULL", "https://w3id.org/dspace-sig/profile/http-pull"])
    'https://w3id.org/dspace-sig/profile/http-pull'
    """
    known = set(profiles)
    return next((name for name in PROFILES if _FORMATS[name] == format and name in known), None)


def to_profile(address: DataAddress, profile: str) -> DataAddress:
    """Return an address of this data plane as a profile writes it.

    The HTTP Transfer Profile has its own name as the type of the endpoint, and properties of its own alone. Other names
    are those of deployed connectors, whose form an address has already.
    """
    if profile not in {HTTP_PULL, HTTP_PUSH}:
        return address
    shown = {"authorization": authorization(address), "authType": auth_type(address)}
    properties = tuple(EndpointProperty(name=name, value=value) for name, value in shown.items() if value)
    return msgspec.structs.replace(
        address, endpoint_type=profile, endpoint=endpoint_url(address), endpoint_properties=properties
    )
