"""The one policy among the nodes of an expanded JSON-LD document, with the nodes that it refers to inside of it.

JSON-LD 1.1 Processing Algorithms, section 7: a flattened document has every node at its head, and references between
them. Here they are put into one another again. What is said of anything but the policy would be lost and is refused.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from connector.semantic.contexts import ODRL, ForeignError

MOST_STEPS, DEEPEST = 20_000, 40
KINDS = frozenset(
    ODRL + name for name in ("Policy", "Set", "Offer", "Agreement", "Assertion", "Privacy", "Request", "Ticket")
)
"""The types of policies in ODRL."""
_RULES = frozenset(ODRL + name for name in ("permission", "prohibition", "obligation"))
_UID = ODRL + "uid"
_LONGEST = 200

Node = dict[str, Any]


def embed(nodes: Sequence[Node]) -> Node:
    """Return the one policy of the nodes at the head of an expanded document.

    Raises:
        ForeignError: no policy or several, something about another thing, too deep or too large written out.
    """
    policy = _choose(nodes)
    embedding = _Embedding(nodes)
    found = embedding.write(policy, (), 1)
    for node in nodes:
        if node is not policy and node.get("@id") not in embedding.used:
            name = str(node.get("@id", ""))[:_LONGEST]
            said = "something without a name" if not name or name.startswith("_:") else name
            sentence = f"The document tells of {said}, which is no part of the policy and would be lost: remove it."
            _refuse("not-the-policy", sentence)
    return found


def _choose(nodes: Sequence[Node]) -> Node:
    found = [node for node in nodes if not KINDS.isdisjoint(node.get("@type", ()))]
    found = found or [node for node in nodes if not _RULES.isdisjoint(node)]
    found = found or list(nodes[:1] if len(nodes) == 1 else ())
    names = {str(node.get("@id", place)) for place, node in enumerate(found)}
    if not found:
        _refuse("no-policy", "The document describes no policy: write a node of the type odrl:Offer or odrl:Set.")
    if len(names) > 1:
        sentence = f"The document describes {len(names)} policies: hand in each in a document of its own."
        _refuse("no-policy", sentence)
    return found[0]


class _Embedding:
    """The nodes of one document by their names, and which of them the policy refers to."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.said: dict[str, list[Node]] = {}
        self.used: set[str] = set()
        self.steps = 0
        for node in _walk(nodes):
            if isinstance(node.get("@id"), str) and len(node) > 1:
                self.said.setdefault(node["@id"], []).append(node)

    def write(self, node: Node, above: tuple[str, ...], depth: int) -> Node:
        """Return a node with everything that the document says of it; `above` are the nodes that it stands in."""
        self.steps += 1
        if depth > DEEPEST:
            _refuse("too-deep", f"The document is nested more than {DEEPEST} deep.")
        if self.steps > MOST_STEPS:
            _refuse("too-large", f"A document that is not in the compact form has at most {MOST_STEPS} values.")
        name = node.get("@id")
        if "@value" in node or (len(node) == 1 and above[:1] == (name,)):
            # The policy itself may be the target of a duty.
            return node
        parts = [node]
        if isinstance(name, str):
            if name in above:
                _refuse("circle", f"The document tells of {name[:_LONGEST]} inside of itself: break the circle.")
            self.used.add(name)
            above = (*above, name)
            parts = self.said.get(name, parts)
        found: Node = {}
        for part in parts:
            for member, value in part.items():
                if member == _UID and value == [{"@id": name}]:
                    continue
                written = self._value(value, above, depth + 1)
                if isinstance(written, list) and isinstance(found.get(member), list):
                    written = found[member] + [entry for entry in written if entry not in found[member]]
                found[member] = written
        if isinstance(name, str) and name.startswith("_:") and len(found) > 1:
            # The label of a blank node holds within its document only.
            del found["@id"]
        return found

    def _value(self, value: Any, above: tuple[str, ...], depth: int) -> Any:
        if isinstance(value, list):
            return [self._value(entry, above, depth) for entry in value]
        return self.write(value, above, depth) if isinstance(value, dict) else value


def _walk(value: Any) -> Iterator[Node]:
    """Yield every object of an expanded document that is no literal."""
    stack = [value]
    while stack:
        entry = stack.pop()
        if isinstance(entry, dict) and "@value" not in entry:
            yield entry
            stack.extend(entry.values())
        elif isinstance(entry, list | tuple):
            stack.extend(entry)


def _refuse(code: str, sentence: str) -> NoReturn:
    raise ForeignError(code, "", sentence)
