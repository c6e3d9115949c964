"""The frame of a policy: what the message or the catalogue around it says, and whether the policy says the same.

ODRL Information Model 2.2, section 2.1: a policy names its target and its parties itself. The frame of the Dataspace
Protocol names them again and replaces them. Pure: standard library and msgspec only.
"""

from collections.abc import Iterator
from itertools import chain
from typing import NoReturn

import msgspec

from connector.policy.model.policy import Duty, Party, Permission, Policy, Prohibition, Rule, Target
from connector.policy.reading.document import refuse

_LONGEST = 200


class Frame(msgspec.Struct, frozen=True):
    """What is said around a policy in any case; empty where that is still open.

    Parameters:
        target: the dataset that the policy is handed in for.
        assigner: the participant that offers it.
        assignee: the participant that it is offered to, or that asks for it; empty in a catalogue, which is for all.
    """

    target: str = ""
    assigner: str = ""
    assignee: str = ""


OPEN = Frame()
"""The frame of a policy that is not handed in for anything yet."""


def check_frame(policy: Policy, frame: Frame) -> None:
    """Refuse a policy that speaks of another dataset or of other parties than those that it is handed in for.

    A policy that says the same as its frame, or nothing, loses nothing when the frame replaces it.

    Raises:
        PolicyError: it is an agreement, it names another target or assigner, or all that it permits is for others.

    >>> policy = load({"@id": "urn:policy", "permission": {"action": "use", "target": "urn:other"}})
    >>> check_frame(policy, Frame(target="urn:other"))
    >>> check_frame(policy, Frame(target="urn:data"))
    Traceback (most recent call last):
    connector.policy.model.errors.PolicyError: target: The policy is about urn:other, and it is handed in for urn:data.\
 Remove its target, or name urn:data.
    """
    if policy.kind == "Agreement":
        sentence = "The policy is an Agreement, which two parties have concluded already: hand in an Offer or a Set."
        refuse("agreement-handed-in", "@type", sentence)
    targets = lift_target(policy)
    _check_duties(policy, frame)
    for target in targets:
        if frame.target and target.uid != frame.target:
            _refuse_other("target", "is about", target.uid, frame.target)
    for assigner in lift_assigner(policy):
        if frame.assigner and assigner.uid != frame.assigner:
            _refuse_other("assigner", "is offered by", assigner.uid, frame.assigner)
    others = list_others(policy, frame)
    if others:
        _refuse_other("assignee", "is for", ", ".join(others), frame.assignee or "other participants")


def _check_duties(policy: Policy, frame: Frame) -> None:
    """Refuse a target that only a duty names, unless it is the dataset: without it the duty would say another thing."""
    granting: tuple[Permission | Prohibition, ...] = (*policy.permission, *policy.prohibition)
    named = {frame.target, *(target.uid for owner in (policy, *granting) for target in owner.target)}
    for target in chain.from_iterable(rule.target for rule in list_rules(policy)):
        if target.uid not in named:
            sentence = (
                f"Only a duty names {target.uid[:_LONGEST]} as its target, and the duties of an offer are about its "
                "dataset: leave the duty out, or name the dataset as the target of the policy."
            )
            refuse("duty-target", "target", sentence)


def list_others(policy: Policy, frame: Frame) -> tuple[str, ...]:
    """Return the parties that all permissions are for, if the assignee of the frame is none of them; else nothing.

    Where the frame names no assignee, every party but its assigner can be one: nobody agrees with itself.

    >>> policy = load({"@id": "urn:policy", "assignee": "urn:firm", "permission": {"action": "use"}})
    >>> list_others(policy, Frame(assignee="urn:shop")), list_others(policy, Frame(assignee="urn:firm"))
    (('urn:firm',), ())
    """
    parties = list_assignees(policy)
    return () if any(_may_be(party, frame) for party in parties) else tuple(party.uid for party in parties)


def _may_be(party: Party, frame: Frame) -> bool:
    if party.collection or party.refinement or frame == OPEN:
        return True
    return party.uid == frame.assignee if frame.assignee else party.uid != frame.assigner


def list_assignees(policy: Policy) -> tuple[Party, ...]:
    """Return the parties that all permissions are for; nothing if one is for everybody.

    >>> [party.uid for party in list_assignees(load(document()))]
    ['urn:firm']
    """
    named = [rule.assignee or policy.assignee for rule in policy.permission] or [policy.assignee]
    return tuple(dict.fromkeys(chain.from_iterable(named))) if all(named) else ()


def _refuse_other(member: str, verb: str, said: str, expected: str) -> NoReturn:
    said, here = said[:_LONGEST], expected[:_LONGEST]
    sentence = f"The policy {verb} {said}, and it is handed in for {here}. Remove its {member}, or name {here}."
    refuse(f"other-{member}", member, sentence)


def lift_target(policy: Policy) -> tuple[Target, ...]:
    """Return the one target of all rules: the dataset that is offered.

    Raises:
        PolicyError: there are several, or it is refined.

    >>> lift_target(load({"@id": "urn:policy", "permission": {"action": "use", "target": "urn:data"}}))[0].uid
    'urn:data'
    """
    targets = dict.fromkeys(chain(policy.target, *(rule.target for rule in list_rules(policy))))
    for target in targets:
        if target.collection or target.refinement:
            sentence = "An offer is about one dataset: name it as the target, and write a refinement as a constraint."
            refuse("target-not-plain", "target", sentence)
    if len(targets) > 1:
        sentence = "The rules have different targets, and an offer is about one dataset: offer each dataset by itself."
        refuse("several-targets", "target", sentence)
    return tuple(targets)


def lift_assigner(policy: Policy) -> tuple[Party, ...]:
    """Return the one assigner of all permissions and prohibitions: the participant that offers.

    Raises:
        PolicyError: there are several, or it is a collection.

    >>> lift_assigner(load(document()))[0].uid
    'urn:city'
    """
    rules: tuple[Permission | Prohibition, ...] = (*policy.permission, *policy.prohibition)
    parties = dict.fromkeys(chain(policy.assigner, *(rule.assigner for rule in rules)))
    for party in parties:
        if party.collection or party.refinement:
            refuse("assigner-not-plain", "assigner", "The assigner is a collection: name the participant that offers.")
    if len(parties) > 1:
        refuse("offer-assigner", "assigner", "The policy has several assigners: name only the party that offers.")
    return tuple(parties)


def list_rules(policy: Policy) -> Iterator[Rule]:
    """Yield every rule and duty of a policy.

    >>> [rule.action[0].iri for rule in list_rules(load(document(obligation=[{"action": "odrl:delete"}])))][0]
    'http://www.w3.org/ns/odrl/2/delete'
    """
    waiting: list[Rule] = [*policy.permission, *policy.prohibition, *policy.obligation]
    while waiting:
        rule = waiting.pop()
        yield rule
        match rule:
            case Permission(duty=duties) | Prohibition(remedy=duties) | Duty(consequence=duties):
                waiting.extend(duties)
