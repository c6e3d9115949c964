"""What an OpenAPI document lets one send: values that fit its schemas, and values that break them.

A value that fits names what exists where it can, so that most requests get behind the door; the whole of JSON Schema
is tried by `test_documents`. A word of it that is not known here is an error, not a guess.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from tests.interop.test_fuzz import places, texts, values

POLICY: dict[str, Any] = {
    "@type": "Offer",
    "permission": [
        {
            "action": "use",
            "constraint": [{"leftOperand": "odrl:purpose", "operator": "isA", "rightOperand": "dpv:Marketing"}],
        }
    ],
    "prohibition": [{"action": "odrl:distribute"}],
    "obligation": [{"action": "odrl:inform"}],
}
_WORDS = frozenset({"default", "title", "description", "examples", "format"})
_OBJECTS = {"properties", "required", "additionalProperties", "propertyNames"}
_SHAPES = {"$ref", "anyOf", "enum", "pattern", "type", "items"} | _OBJECTS
_BOUNDS = {"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "maxProperties"}
_UNDERSTOOD = _WORDS | _SHAPES | _BOUNDS
_MOMENTS = ("2026-11-23T02:02:40Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+00:00", "2026-11-23T02:02:40-12:00")


@dataclass(frozen=True)
class Operation:
    """One operation: where it is, what it takes, what it may answer by status."""

    name: str
    method: str
    path: str
    parameters: Sequence[Mapping[str, Any]]
    body: Mapping[str, Any] | None
    answers: Mapping[str, Any]

    @property
    def keyless(self) -> bool:
        """Whether it is open to everybody."""
        return not self.path.startswith("/v1/")

    def plain(self) -> str:
        """Return a path of its own."""
        return self.path.replace("{", "").replace("}", "")


@dataclass(frozen=True)
class Sent:
    """A request of an operation; `body` is a JSON value, bytes as they are, or nothing."""

    operation: Operation
    target: str
    body: Any


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Return all operations of a document."""
    return [
        Operation(
            name=entry["operationId"],
            method=method.upper(),
            path=path,
            parameters=entry.get("parameters", ()),
            body=entry["requestBody"]["content"]["application/json"]["schema"] if "requestBody" in entry else None,
            answers=entry["responses"],
        )
        for path, methods in document["paths"].items()
        for method, entry in methods.items()
    ]


class Grammar:
    """The strategies for a document; `known`, by member or chapter, is what exists."""

    def __init__(self, document: Mapping[str, Any], known: Mapping[str, Sequence[str]]) -> None:
        self._schemas = document["components"]["schemas"]
        self._known = known
        self.names = st.one_of(st.sampled_from(list(chain(*known.values()))), st.text(max_size=12))

    def fitting(self, schema: Mapping[str, Any], word: str = "") -> st.SearchStrategy[Any]:
        """Return the values that fit a schema; `word` is the name of the member or chapter they are for."""
        assert schema.keys() <= _UNDERSTOOD, sorted(schema.keys() - _UNDERSTOOD)
        if "$ref" in schema:
            return self.fitting(self._schemas[schema["$ref"].rpartition("/")[2]], word)
        if "anyOf" in schema:
            return st.one_of([self.fitting(choice, word) for choice in schema["anyOf"]])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        low, high = schema.get("minimum"), schema.get("maximum")
        match schema.get("type"):
            case "object":
                return self._object(schema)
            case "array":
                items = self.fitting(schema.get("items", {}))
                return st.lists(items, min_size=schema.get("minItems", 0), max_size=min(3, schema.get("maxItems", 3)))
            case "string":
                return self._string(schema, word)
            case "integer":
                return st.integers(low, high)
            case "number":
                return st.floats(low, high, allow_nan=False, allow_infinity=False)
            case "boolean":
                return st.booleans()
            case "null":
                return st.none()
        return values

    def _string(self, schema: Mapping[str, Any], word: str) -> st.SearchStrategy[str]:
        if schema.get("format") == "date-time":
            return st.sampled_from(_MOMENTS)
        if "pattern" in schema:
            return st.from_regex(schema["pattern"], fullmatch=True)
        low, high = schema.get("minLength", 0), schema.get("maxLength", 10**6)
        known = st.sampled_from(self._known[word]) if word in self._known else self.names
        return st.one_of(known, known, self.names).filter(lambda text: low <= len(text) <= high)

    def _object(self, schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
        if "properties" in schema:
            members = {name: self.fitting(inner, name) for name, inner in schema["properties"].items()}
            needed = {name: members.pop(name) for name in schema.get("required", ())}
            drawn = st.fixed_dictionaries(needed, optional=members)
            examples = [st.sampled_from(schema["examples"])] if "examples" in schema else []
            return st.one_of(st.fixed_dictionaries(needed), drawn, *examples)
        inner = schema.get("additionalProperties")
        if isinstance(inner, Mapping):
            # The words of a name that is bounded are strings, which the document does not say again.
            names = (
                self.fitting({"type": "string", **schema["propertyNames"]}) if "propertyNames" in schema else self.names
            )
            return st.dictionaries(names, self.fitting(inner), max_size=min(3, schema.get("maxProperties", 3)))
        return st.one_of(st.just(POLICY), st.just({"kind": "file", "path": "counts.csv"}), broken(POLICY))


@st.composite
def requests(draw: st.DrawFn, grammar: Grammar, operation: Operation, fits: bool) -> Sent:
    """Return a request that fits the document, or one that breaks it in places."""
    path, query = operation.path, []
    for parameter in operation.parameters:
        name, schema = parameter["name"], parameter["schema"]
        word = operation.path.split("/")[2] if name == "id" else name
        left_out = parameter["in"] == "query" and not parameter["required"] and name != "timeout"
        if left_out and draw(st.booleans()):
            continue
        value = draw(grammar.fitting(schema, word) if fits else st.one_of(texts, grammar.names))
        if name == "timeout":
            # Nothing happens while one waits here, so that a longer time would only pass.
            value = 0 if fits else draw(st.sampled_from(["", "x", "nan", "inf", "-1", "1e9", "0x1"]))
        sent = str(value).encode("utf-8", "surrogatepass")
        if parameter["in"] == "path":
            # A dot alone would be taken out of the path before it is sent.
            path = path.replace(f"{{{name}}}", quote(sent, safe="").replace(".", "%2E"))
        elif value is not None:
            query += [(name, sent)] * (1 if fits else draw(st.integers(1, 2)))
    body = None
    if operation.body is not None:
        body = draw(grammar.fitting(operation.body))
        body = body if fits else draw(st.one_of(broken(body), broken(body), values, st.binary(max_size=40)))
    return Sent(operation, f"{path}?{urlencode(query)}" if query else path, body)


@st.composite
def broken(draw: st.DrawFn, value: Any) -> Any:
    """Return a value with up to three of its parts left out, replaced, or joined by a stranger."""
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        at = places(value)
        if not at or draw(st.integers(0, 4)) == 0:
            if isinstance(value, dict):
                value[draw(texts)] = draw(values)
            continue
        *way, last = draw(st.sampled_from(at))
        holder = value
        for key in way:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = copy.deepcopy(draw(values))
        else:
            del holder[last]
    return value
