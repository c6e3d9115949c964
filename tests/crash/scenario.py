"""A negotiation with a counter-offer, a pull with a suspension, a pull and a push, driven through both management APIs.

Every step looks first where the processes stand, so that it can be repeated after a kill without doing anything twice.
"""

from typing import Any

from connector.views.negotiations import NegotiationView
from connector.views.transfers import TransferView
from tests.crash.space import DIGEST, NAME, Space

# More than is offered: the provider answers with an offer of its own.
ASKED: dict[str, Any] = {
    "permission": [
        {
            "action": "use",
            "constraint": [
                {
                    "leftOperand": "dateTime",
                    "operator": "lt",
                    "rightOperand": {"@value": "2090-01-01T00:00:00Z", "@type": "xsd:dateTime"},
                }
            ],
        }
    ]
}


def negotiate(space: Space, asked: dict[str, Any] | None = None) -> str:
    """Conclude a contract and return its identifier. Raises Stuck, AssertionError."""
    firm, city = space.firm.client, space.city.client
    before = {row.id for row in space.until(lambda: firm.negotiations.list(limit=500), "the listing").items}

    def begun() -> NegotiationView | None:
        # A kill between the commit and the answer leaves a negotiation that nobody was told of.
        new = [row for row in firm.negotiations.list(limit=500).items if row.id not in before]
        return new[0] if new else firm.negotiations.start(space.city.actor.id, space.dataset, policy=asked)

    mine = space.until(begun, "beginning a negotiation")

    def concluded() -> str | None:
        found = firm.negotiations.show(mine.id)
        assert found.state != "TERMINATED", found.ended
        if found.hold:
            firm.negotiations.approve(found.id)
        if found.state != "FINALIZED" or not found.peer_pid:
            return None
        theirs = city.negotiations.show(found.peer_pid)
        return found.agreement_id if theirs.state == "FINALIZED" else None

    return space.until(concluded, "the negotiation")


def transfer(space: Space, agreement: str) -> str:
    """Pull, suspend, resume and complete under an agreement; return the transfer. Raises Stuck, AssertionError."""
    firm, city = space.firm.client, space.city.client

    def begun() -> TransferView | None:
        known = firm.transfers.list(agreement=agreement).items
        return known[0] if known else firm.transfers.start(agreement, keep=True)

    pid = space.until(begun, "beginning a transfer").id

    def both(state: str, push: Any = None) -> TransferView | None:
        found = firm.transfers.show(pid)
        assert found.state != "TERMINATED", found.ended
        if found.state != state and found.pending is None and push:
            push(pid)
        if found.state != state or not found.peer_pid:
            return None
        return found if city.transfers.show(found.peer_pid).state == state else None

    def delivered() -> TransferView | None:
        found = both("STARTED")
        if found is None or found.progress is None or not found.progress.sha256:
            return None
        _check_file(space, pid)
        return found

    space.until(delivered, "the delivery")
    space.until(lambda: both("SUSPENDED", firm.transfers.suspend), "the suspension")
    space.until(lambda: both("STARTED", firm.transfers.resume), "the resumption")
    space.until(lambda: both("COMPLETED", firm.transfers.complete), "the completion")
    return pid


def deliver(space: Space, agreement: str, *, push: bool) -> str:
    """Have the data delivered once under an agreement; return the transfer. Raises Stuck, AssertionError."""
    firm, city = space.firm.client, space.city.client
    before = {one.id for one in space.until(lambda: firm.transfers.list(agreement=agreement), "the listing").items}

    def begun() -> TransferView:
        new = [one for one in firm.transfers.list(agreement=agreement).items if one.id not in before]
        return new[0] if new else firm.transfers.start(agreement, push=push)

    pid = space.until(begun, "beginning a delivery").id

    def completed() -> bool | None:
        found = firm.transfers.show(pid)
        assert found.state != "TERMINATED", found.ended
        if found.state != "COMPLETED" or not found.peer_pid:
            return None
        return city.transfers.show(found.peer_pid).state == "COMPLETED" or None

    space.until(completed, "the delivery")
    space.until(lambda: _check_file(space, pid), "the file of the delivery")
    return pid


def _check_file(space: Space, pid: str) -> bool:
    """Check that what arrived is there once, whole and under the name that the provider gave it."""
    files = space.firm.client.transfers.files(pid).items
    assert [(file.path.rpartition("/")[2], file.sha256) for file in files] == [(NAME, DIGEST)], files
    return True


def once(space: Space) -> tuple[str, str]:
    """Live through the whole; return agreement and transfer."""
    agreement = negotiate(space, {**ASKED, "@type": "Offer"})
    pulled = transfer(space, agreement)
    deliver(space, agreement, push=False)
    deliver(space, agreement, push=True)
    return agreement, pulled
