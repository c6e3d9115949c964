"""The page about the values of the chart, made from its schema: each value with its type, default and meaning."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.docs.pages import ROOT

CHART = ROOT / "docker" / "chart"
_HEAD = """# Values of the chart

The chart in `docker/chart` runs a connector, a broker or data planes in a Kubernetes cluster:
[kubernetes.md](kubernetes.md) says how. These are its values.

This page is generated from `docker/chart/values.schema.json`, and the defaults from `docker/chart/values.yaml`.

| value | type | default | meaning |
|---|---|---|---|
"""


def render_markdown() -> str:
    """Return docs/chart.md."""
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    defaults = read_defaults()
    return _HEAD + "".join(
        f"| `{name}` | {_say_type(value)} | {_say_default(defaults.get(name))} | {value['description']} |\n"
        for name, value in list_values(schema)
        if name != "global"
    )


def list_values(schema: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the name and the schema of each value that has no values of its own."""
    for name, value in schema["properties"].items():
        if "properties" in value:
            yield from list_values(value, f"{before}{name}.")
        else:
            yield before + name, value


def read_defaults() -> dict[str, str]:
    """Return the default of each value as values.yaml writes it, where it is one line."""
    found, path = {}, list[tuple[int, str]]()
    for line in (CHART / "values.yaml").read_text(encoding="utf-8").splitlines():
        if not (match := re.fullmatch(r"( *)(\w+):(?: (.+))?", line)):
            continue
        indent, name, value = len(match[1]), match[2], match[3]
        path = [step for step in path if step[0] < indent] + [(indent, name)]
        if value:
            found[".".join(step for _, step in path)] = value
    return found


def _say_type(value: Mapping[str, Any]) -> str:
    if "enum" in value:
        return "one of " + ", ".join(f"`{one}`" for one in value["enum"])
    words = {
        "string": "text",
        "integer": "whole number",
        "boolean": "true or false",
        "array": "list",
        "object": "table",
    }
    return words[value["type"]]


def _say_default(value: str | None) -> str:
    return "see values.yaml" if value is None else "empty" if value in {'""', "{}", "[]"} else f"`{value}`"
