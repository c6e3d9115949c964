"""Where a flow goes: the labels of its address, and the choice among the registered data planes.

`{"kind": "plane", "labels": ["gold"], "address": {…}}` names data at any data plane with all these labels. `address` is
handed to it as it is. With `"leases": false`, a data plane that takes no leases may have it.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from connector.policy.model.policy import DK
from connector.ports.dataplane import FlowRequest
from connector.ports.entities import FlowDirection, Plane
from connector.protocol.dps.profiles import choose_profile
from connector.protocol.dsp.machines.transfer_machine import PULL, PUSH

MEDIA_TYPE, LIVE = DK + "mediaType", DK + "live"
"""What our control plane says to our data plane beside the address of the data."""
_MOST_LABELS, _LONGEST = 20, 200


class Placed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The address of the kind `plane`."""

    kind: str = "plane"
    labels: tuple[str, ...] = ()
    leases: bool = True
    address: dict[str, Any] = {}

    def fits(self, plane: Plane) -> bool:
        """Return whether a plane takes new flows, has all labels, and enforces what is asked of it."""
        return not plane.draining and set(self.labels) <= set(plane.labels) and (plane.leased or not self.leases)

    def find_profile(self, plane: Plane, direction: FlowDirection) -> str | None:
        """Return the profile in which a plane is asked for a flow, or None if it supports none."""
        pushes = direction in {FlowDirection.PUSH, FlowDirection.RECEIVE}
        return choose_profile(PUSH if pushes else PULL, plane.profiles)

    def explain(self) -> str:
        """Return why no plane has the flow, in one sentence."""
        labels = ", ".join(self.labels) or "-"
        return f"No data plane takes new flows with these labels ({labels}): add one with `datenkontor dataplane add`."


def read_placed(address: dict[str, Any]) -> Placed | str:
    """Return an address of the kind `plane`, or why it cannot be used."""
    try:
        placed = msgspec.convert(address, Placed)
    except msgspec.ValidationError as error:
        return f"The address of the kind plane cannot be read: {error}."
    if "headers" in placed.address:
        return "The address has `headers`, which may be a secret and would be sent: keep it at the data plane itself."
    if len(placed.labels) > _MOST_LABELS or any(not 0 < len(label) <= _LONGEST for label in placed.labels):
        return f"The address has too many or too long labels: use at most {_MOST_LABELS} of {_LONGEST} characters."
    return placed


def find_placed(request: FlowRequest) -> Placed | None:
    """Return where a flow goes; None for one of this process."""
    address = request.source if request.source is not None else request.sink
    if address is None or address.get("kind") != "plane":
        return None
    placed = read_placed(address)
    return Placed() if isinstance(placed, str) else placed


def choose_plane(planes: Iterable[Plane], placed: Placed, request: FlowRequest) -> Plane | None:
    """Return the plane for a flow; the flows of an agreement go to one and the same, as long as that takes new ones."""
    fitting = [plane for plane in planes if placed.fits(plane) and placed.find_profile(plane, request.direction)]
    return max(fitting, key=lambda plane: _rank(plane.id, request.agreement_id), default=None)


def _rank(plane: str, agreement: str) -> bytes:
    return hashlib.sha256(f"{plane}\n{agreement}".encode()).digest()
