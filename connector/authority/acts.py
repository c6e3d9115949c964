"""The log of an authority: who invited, added, suspended or revoked whom, when and why. Pure.

It is a part of the record, so an act is on the disk with what it did or before it. The newest are kept.
"""

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from connector.authority.roster import RosterFault

MAX_ACTS: Final = 1_000
"""How many acts the log has: older ones are forgotten."""
LONGEST_REASON: Final = 1_000


class MembershipDeed(StrEnum):
    """What was done about a member or an invitation."""

    INVITE = "invite"
    AGREE = "agree"
    WITHDRAW = "withdraw"
    JOIN = "join"
    ADD = "add"
    CHANGE = "change"
    SUSPEND = "suspend"
    ADMIT = "admit"
    REVOKE = "revoke"


class MembershipAct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An act: its number, when (ms), what, about whom, by whom and why.

    `about` is the identifier of a member or of an invitation, `name` how it is called. `by` is an account, a management
    key, or who joined; empty for a command on the machine of the authority.
    """

    number: Annotated[int, msgspec.Meta(ge=1)]
    at: int
    deed: MembershipDeed
    about: str
    name: str = ""
    by: str = ""
    reason: str = ""


class Doer(msgspec.Struct, frozen=True, kw_only=True):
    """Who does something about members, and why; `seen` is the last act about it that they know, if they looked."""

    by: str = ""
    reason: str = ""
    seen: int | None = None


AT_THE_MACHINE: Final = Doer()
"""Who gives a command where the files are."""


class MembershipChanged(RosterFault):
    """Somebody else has done something about the member or the invitation since it was looked at."""


def find_stand(acts: tuple[MembershipAct, ...], about: str) -> int:
    """Return the number of the last act about a member or an invitation; 0 if there is none."""
    return next((act.number for act in reversed(acts) if act.about == about), 0)


def note(
    acts: tuple[MembershipAct, ...], deed: MembershipDeed, about: str, doer: Doer, *, at: int, name: str = ""
) -> tuple[MembershipAct, ...]:
    """Return the log with an act more; `at` in ms. Raises MembershipChanged if the doer has seen another state."""
    if doer.seen is not None and doer.seen != find_stand(acts, about):
        raise MembershipChanged("Somebody else has changed this meanwhile: look at it again, then decide.")
    act = MembershipAct(
        number=acts[-1].number + 1 if acts else 1,
        at=at,
        deed=deed,
        about=about,
        name=name,
        by=doer.by,
        reason=doer.reason[:LONGEST_REASON],
    )
    return (*acts, act)[-MAX_ACTS:]
