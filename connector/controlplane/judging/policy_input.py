"""Converts policies that people write, in any form of JSON-LD or in Turtle, to the form that is stored and sent.

From peers, only the compact form is read (ADR 6). A document of a person is converted once, before its first use, and
what is offered is written in the one spelling in which it travels (ADR 31). A policy that cannot be converted without
loss is refused. A stored policy has no context of its own, and neither has the message that contains it, so names are
written in full (ADR 20).
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging import acceptance
from connector.policy.model.dump import dump
from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import ODRL
from connector.policy.reading.document import parse
from connector.policy.reading.frame import OPEN, Frame
from connector.policy.reading.load import DEFAULT, load
from connector.policy.reading.wire import to_wire
from connector.policy.vocabulary.names import expand as full_name
from connector.policy.vocabulary.registry import Registry
from connector.semantic.contexts import ForeignError, is_foreign
from connector.semantic.expand import expand
from connector.semantic.turtle import read_turtle

DRAFT = "urn:uuid:draft"
"""The identifier of a policy that has none of its own yet."""


def compact(policy: dict[str, Any]) -> dict[str, Any]:
    """Return a policy in the compact form without a context; others are not changed. Raises PolicyError."""
    policy = _unwrap(policy)
    context = policy.get("@context")
    entries = context if isinstance(context, list | tuple) else [context]
    if not any(isinstance(entry, Mapping) for entry in entries) and not is_foreign(policy):
        return policy
    parse(policy, DEFAULT)
    try:
        return _rewrite(expand(policy) if is_foreign(policy) else policy)
    except ForeignError as error:
        raise PolicyError(error.code, error.path, error.sentence) from None


def _unwrap(policy: dict[str, Any]) -> dict[str, Any]:
    """Return the one policy of a graph that has no context of its own: it is what it is without the graph."""
    graph = policy.get("@graph")
    if len(policy) == 1 and isinstance(graph, list) and len(graph) == 1 and isinstance(graph[0], dict):
        return graph[0]
    return policy


def write_draft(policy: dict[str, Any]) -> dict[str, Any]:
    """Return a policy in the compact form; its type and identifier are those of a draft if it has none.

    Raises PolicyError.
    """
    written = compact(policy)
    named = "@id" in written or not {"uid", "odrl:uid", f"{ODRL}uid"}.isdisjoint(written)
    return {"@type": "Offer", **({} if named else {"@id": DRAFT}), **written}


def write_wire(policy: dict[str, Any], operands: Registry, frame: Frame = OPEN) -> dict[str, Any]:
    """Return a policy that a person wrote in the one spelling in which it travels. Raises PolicyError.

    `frame` is what the message or the catalogue says around it: a policy that says something else is refused.
    """
    return dump(to_wire(load(write_draft(policy)), operands, frame))


def encode_wire(policy: dict[str, Any], operands: Registry, frame: Frame) -> bytes:
    """Return the JSON of `write_wire`. Raises PolicyError."""
    return msgspec.json.encode(write_wire(policy, operands, frame))


def encode_policy(policy: dict[str, Any], operands: Registry, frame: Frame = OPEN) -> bytes:
    """Return a policy that a person wrote, as it is stored and sent. Raises Invalid."""
    try:
        return encode_wire(policy, operands, frame)
    except PolicyError as error:
        raise Invalid("not-offerable", acceptance.to_unreadable(error).texts["en"]) from None


def encode_own(policy: dict[str, Any], uid: str) -> bytes:
    """Return a policy that a person wrote and that is never sent, such as an access policy. Raises Invalid.

    It has no frame, so that it keeps its target and its parties; its identifier becomes `uid`.
    """
    try:
        read = load(write_draft(policy))
        return msgspec.json.encode(dump(msgspec.structs.replace(read, uid=uid, kind="Offer", prefixes=())))
    except PolicyError as error:
        raise Invalid("not-offerable", acceptance.to_unreadable(error).texts["en"]) from None


def from_turtle(content: bytes) -> dict[str, Any]:
    """Return the policy of a Turtle file in the compact form. Raises PolicyError."""
    try:
        return _rewrite(read_turtle(content))
    except ForeignError as error:
        raise PolicyError(error.code, error.path, error.sentence) from None


def _rewrite(document: dict[str, Any]) -> dict[str, Any]:
    read = load(document if ODRL + "uid" in document or "uid" in document else {"@id": DRAFT, **document})
    written = dump(msgspec.structs.replace(read, prefixes=()))
    prefixes = dict(read.prefixes)
    return _expand_names(written, prefixes) if prefixes else written


def _expand_names(value: Any, prefixes: Mapping[str, str]) -> Any:
    """Write the names of right operands in full if they are plain strings with a prefix of the document."""
    if isinstance(value, list):
        return [_expand_names(entry, prefixes) for entry in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _operands(entry, prefixes) if name == "rightOperand" else _expand_names(entry, prefixes)
        for name, entry in value.items()
    }


def _operands(value: Any, prefixes: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_operands(entry, prefixes) for entry in value]
    return full_name(value, prefixes) if isinstance(value, str) else value
