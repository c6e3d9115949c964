"""Entries of the audit log in the reader's words: what happened, who did it, why, and what was decided. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from connector.controlplane.judging.decision_records import say_record
from connector.policy.model.errors import PolicyError
from connector.policy.vocabulary.registry import Registry
from connector.ports.entities import Leaf
from connector.web.frame.wording import PageWords

FAMILIES = ("received", "acknowledged", "again", "ended", "decided", "flow", "duty", "payment", "asset")
OF_USERS = "user "
"""How the kinds of entries begin that are about somebody who signs in."""
_LONGEST = 300
MOST_PARTS = 300
_BAD = (
    "ended",
    "flow failed",
    "decided terminate",
    "agreement withdrawn",
    "duty violated",
    "product failed",
    "refused",
)


class ToldEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in words; `state` is the word for its sign: good, bad or none."""

    position: int
    at: int
    title: str
    state: str
    by: str = ""
    reason: str = ""
    decision: tuple[str, ...] = ()
    signed: str = ""


def tell_entry(
    words: PageWords, leaf: Leaf, fields: Mapping[str, Any], people: Mapping[str, str], operands: Registry
) -> ToldEntry:
    """Return an entry in words; `people` has the names of those who sign in."""
    by, reason, judged = fields.get("by"), fields.get("reason"), fields.get("judged")
    title = name_event(words, leaf.kind)
    if leaf.kind.startswith(OF_USERS):
        title = words.say("proving.event-of-user", what=title, person=people.get(leaf.process_id, leaf.process_id))
    return ToldEntry(
        position=leaf.position or 0,
        at=leaf.at,
        title=title,
        state="bad" if leaf.kind.startswith(_BAD) else "none",
        by=people.get(by, by) if isinstance(by, str) else "",
        reason=words.translate(reason)[:_LONGEST] if isinstance(reason, str) else "",
        decision=_say_decision(words, judged, operands) if isinstance(judged, dict) else (),
        signed=_say_seal(words, fields.get("seal")),
    )


def name_event(words: PageWords, kind: str) -> str:
    """Name what an entry says that happened: as a whole, else by its family.

    What an earlier release wrote and this one has no words for is another entry; its page has the words of the log.
    """
    whole = words.find(f"proving.event-{kind}")
    if whole:
        return whole
    family, _, rest = kind.partition(" ")
    if family in FAMILIES and rest:
        named = rest.removesuffix(" again")
        what = words.find(f"proving.message-{named}") or words.find(f"proving.word-{named}")
        return words.say(f"proving.family-{family}", what=what) if what else words.say(f"proving.family-{family}-other")
    return words.say("proving.event-other")


def flatten(value: object, name: str = "") -> list[tuple[str, str]]:
    """Return the parts of a value of JSON as names with texts, at most `MOST_PARTS`.

    >>> flatten({"at": 1, "fields": {"to": ["a", None]}})
    [('at', '1'), ('fields.to.0', 'a'), ('fields.to.1', 'null')]
    """
    if isinstance(value, dict):
        parts = [(f"{name}.{key}" if name else str(key), part) for key, part in value.items()]
    elif isinstance(value, list):
        parts = [(f"{name}.{number}", part) for number, part in enumerate(value)]
    else:
        return [(name, value if isinstance(value, str) else msgspec.json.encode(value).decode())]
    return [found for key, part in parts[:MOST_PARTS] for found in flatten(part, key)][:MOST_PARTS]


def _say_seal(words: PageWords, kept: object) -> str:
    """Say when its sender has signed a message; nothing for an entry without a seal."""
    match kept:
        case {"seal": {"created": int(created)}}:
            return words.say("proving.message-signed", at=words.time(created * 1000))
    return ""


def _say_decision(words: PageWords, judged: Mapping[str, Any], operands: Registry) -> tuple[str, ...]:
    try:
        return say_record(judged, operands, words.language)
    except (AttributeError, KeyError, TypeError, ValueError, PolicyError):
        # An earlier release wrote it, or one with other operands.
        return ()
