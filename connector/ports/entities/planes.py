"""The planes at the other end of the signaling: data planes at a control plane, control planes at a data plane."""

import msgspec


class Plane(msgspec.Struct, frozen=True, kw_only=True):
    """A registered plane (Data Plane Signaling 1.0, Registration).

    `endpoint` is the base URL of its signaling API, and `keys` the JSON Web Key Set (JSON) that verifies its tokens. A
    data plane has the transfer `profiles` that it supports, and `labels` by which assets choose it. `leased` is true
    for one that moves no byte without a lease of ours and counts uses here. `draining` keeps new flows away from it.
    `registered_at` is in ms.
    """

    owner: str
    id: str
    endpoint: str
    keys: bytes
    profiles: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    leased: bool = False
    draining: bool = False
    registered_at: int = 0
