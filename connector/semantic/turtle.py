"""Policies in Turtle, as the expanded JSON-LD of the one policy that the file is about.

RDF 1.1 Turtle, read by rdflib, which loads on first use. Every statement of the file has to belong to the policy; what
does not would be lost, so it is refused. Nothing is ever fetched.
"""

import logging
import warnings
from collections.abc import Iterable
from typing import Any, NoReturn

import msgspec

from connector.semantic.contexts import NOWHERE, NOWHERE_BASE, ODRL, ForeignError, is_absolute, tell_relative
from connector.semantic.nodes import KINDS
from connector.views.handed_in import HandedInFault, decode_text

LARGEST, DEEPEST, MOST_STATEMENTS = 262_144, 40, 10_000
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_encode_sorted = msgspec.json.Encoder(order="deterministic").encode
_STRING = "http://www.w3.org/2001/XMLSchema#string"


def read_turtle(content: bytes) -> dict[str, Any]:
    """Return the policy of a Turtle file as one object in expanded JSON-LD.

    Raises:
        ForeignError: no Turtle, too large or deep, no policy or several, statements that are not about the policy.
    """
    if len(content) > LARGEST:
        _refuse("too-large", f"A policy in Turtle has at most {LARGEST} bytes.")
    graph = _parsed(content)
    _refuse_relative(graph)
    if len(graph) > MOST_STATEMENTS:
        _refuse("too-large", f"A policy in Turtle has at most {MOST_STATEMENTS} statements.")
    reader = _GraphReader(graph)
    policies = {str(subject): subject for subject, kind in reader.list_typed() if str(kind) in KINDS}
    if len(policies) != 1:
        _refuse("no-policy", f"The file describes {len(policies)} policies; it has to be about one.")
    (subject,) = policies.values()
    policy = reader.node(subject, 1)
    left = reader.find_unread()
    if left:
        sentence = f"The file says something about {left[:200]} that is no part of the policy and would be lost."
        _refuse("statement-lost", f"{sentence} Leave it out.")
    return policy


def _parsed(content: bytes) -> Any:
    import rdflib
    from rdflib import Graph
    from rdflib.plugins.parsers.notation3 import BadSyntax

    # A literal stays as it is written: a day would lose its zone, and a text that is no literal would become one.
    rdflib.NORMALIZE_LITERALS = False
    # What the parser thinks of a literal or a name is no answer: the rules of policies read it, and say one sentence.
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module=r"rdflib\b")
    graph = Graph(bind_namespaces="none")
    try:
        graph.parse(data=decode_text(content), format="turtle", publicID=NOWHERE_BASE)
    except HandedInFault as fault:
        _refuse("not-turtle", f"The file cannot be read as Turtle: {fault}.")
    except RecursionError:
        _refuse("too-deep", f"The file is nested more than {DEEPEST} deep.")
    except (BadSyntax, ValueError, AssertionError, IndexError, KeyError, TypeError, AttributeError) as error:
        # The parser meets some faults with an error of its own and some with whatever Python raises.
        line = getattr(error, "lines", None)
        _refuse("not-turtle", f"The file is not Turtle{f' (line {line + 1})' if isinstance(line, int) else ''}.")
    return graph


def _refuse_relative(graph: Any) -> None:
    """Refuse a name that the file does not write in full: nobody said whose word it is."""
    from rdflib import URIRef

    for statement in graph:
        for name in statement:
            if isinstance(name, URIRef) and (name.startswith(NOWHERE) or not is_absolute(name)):
                _refuse("relative-name", tell_relative(name.removeprefix(NOWHERE_BASE)))


class _GraphReader:
    """One graph on its way into nested objects."""

    def __init__(self, graph: Any) -> None:
        from rdflib import Literal, URIRef

        self.named, self.literal = URIRef, Literal
        self.about: dict[Any, list[tuple[str, Any]]] = {}
        for subject, predicate, value in graph:
            self.about.setdefault(subject, []).append((str(predicate), value))
        self.seen: set[Any] = set()
        self.steps = 0

    def list_typed(self) -> Iterable[tuple[Any, Any]]:
        """Every thing with its types."""
        return [(subject, value) for subject, said in self.about.items() for key, value in said if key == _RDF + "type"]

    def find_unread(self) -> str:
        """Something that was said and not read; empty if all was."""
        return next((str(subject) for subject in self.about if subject not in self.seen), "")

    def node(self, subject: Any, depth: int) -> dict[str, Any]:
        """Return the statements about a thing, nested; a thing about which nothing is said is its name alone."""
        self.steps += 1
        if depth > DEEPEST:
            _refuse("too-deep", f"What the file says is nested more than {DEEPEST} deep, or in a circle.")
        if self.steps > MOST_STATEMENTS:
            _refuse("too-large", f"A policy in Turtle has at most {MOST_STATEMENTS} statements, written out.")
        self.seen.add(subject)
        found: dict[str, Any] = {"@id": str(subject)} if isinstance(subject, self.named) else {}
        for key, value in sorted(self.about.get(subject, ())):
            if key == _RDF + "type":
                found.setdefault("@type", []).append(str(value))
            elif key != ODRL + "uid" or value != subject:
                found.setdefault(key, []).append(self._value(value, depth + 1))
        for entries in found.values():
            # Statements have no order: the same file is the same policy, whatever its parser calls what has no name.
            if isinstance(entries, list):
                entries.sort(key=_encode_sorted)
        return found

    def _value(self, value: Any, depth: int) -> dict[str, Any]:
        if isinstance(value, self.literal):
            told = {"@value": str(value)}
            if value.language:
                told["@language"] = value.language
            elif value.datatype is not None and str(value.datatype) != _STRING:
                told["@type"] = str(value.datatype)
            return told
        if str(value) == _RDF + "nil" or any(key == _RDF + "first" for key, _ in self.about.get(value, ())):
            return {"@list": self._list(value, depth)}
        return self.node(value, depth)

    def _list(self, head: Any, depth: int) -> list[dict[str, Any]]:
        found = []
        while str(head) != _RDF + "nil":
            said = dict(self.about.get(head, ()))
            if head in self.seen or set(said) != {_RDF + "first", _RDF + "rest"} or len(self.about[head]) != 2:
                _refuse("malformed-list", "A list of the file has no end, a circle, or two continuations.")
            self.seen.add(head)
            found.append(self._value(said[_RDF + "first"], depth))
            head = said[_RDF + "rest"]
        return found


def _refuse(code: str, sentence: str) -> NoReturn:
    raise ForeignError(code, "", sentence)
