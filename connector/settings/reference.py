"""Write the settings down: the commented file of `init`, and the page docs/settings.md."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from connector.settings.fields import bare_type, list_fields, list_headings
from connector.settings.kinds import Location, Section
from connector.settings.model import SettingsError
from connector.settings.reading import PREFIX


def render_template(values: Mapping[str, Any], *, title: str) -> str:
    """Return a commented settings file with `values` (nested as in the file); all other settings are comments.

    `title` is the comment at the start of the file. Raises SettingsError for an unknown setting.
    """
    given = dict(_flatten(values))
    lines, section = [f"# {line}" for line in title.splitlines()], ""
    headings = list_headings()
    for key, _, described, default in list_fields():
        table, _, name = key.rpartition(".")
        if table != section:
            section = table
            lines += ["", f"# {headings[table]}", f"[{table}]"]
        lines += ["", f"# {described}"] if not table else [f"# {described}"]
        if key in given:
            lines.append(f"{name} = {_to_toml(given.pop(key))}")
        else:
            shown = "" if default in {None, msgspec.NODEFAULT} else _to_toml(default)
            lines.append(f"#{name} = {shown}".rstrip())
    if given:
        raise SettingsError(f"Unknown setting {', '.join(sorted(given))}: docs/settings.md lists all settings.")
    return "\n".join(lines) + "\n"


def change_values(text: str, values: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the text of a settings file with other `values`, by section and name; the rest of it stays as it is.

    Raises SettingsError for a file in which a value cannot be changed line by line.
    """
    lines = text.splitlines()
    for section, members in values.items():
        if f"[{section}]" not in (line.strip() for line in lines):
            lines += ["", f"[{section}]"]
        for name, value in members.items():
            start = next(at for at, line in enumerate(lines) if line.strip() == f"[{section}]") + 1
            end = next((at for at in range(start, len(lines)) if lines[at].lstrip().startswith("[")), len(lines))
            own = re.compile(rf"#?\s*{re.escape(name)}\s*=")
            places = [at for at in range(start, end) if own.match(lines[at].strip())]
            places.sort(key=lambda at: lines[at].lstrip().startswith("#"))
            written = f"{name} = {_to_toml(value)}"
            lines[places[0] if places else start : places[0] + 1 if places else start] = [written]
    changed = "\n".join(lines) + "\n"
    try:
        read = tomllib.loads(changed)
    except tomllib.TOMLDecodeError:
        read = {}
    if any(read.get(section, {}).get(name) != _to_plain(value) for section, name, value in _list_changes(values)):
        names = ", ".join(f"{section}.{name}" for section, name, _ in _list_changes(values))
        raise SettingsError(f"The settings file cannot be changed by itself: set {names} by hand.")
    return changed


def _list_changes(values: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, Any]]:
    return [(section, name, value) for section, members in values.items() for name, value in members.items()]


def _to_plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_to_plain(each) for each in value]
    return value if isinstance(value, bool | int | float) else str(value)


def _flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name}.")
        elif value is not None:
            yield prefix + name, value


def _to_toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_to_toml(entry)}" for name, entry in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_to_toml(entry) for entry in value) + "]"
    # A JSON string is a TOML basic string, except for the one control character that JSON does not escape.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007F")


def render_markdown() -> str:
    """Return docs/settings.md: each setting with its type, default, environment variable and meaning."""
    lines = [
        "# Settings",
        "",
        "The settings are one TOML file, given with `--settings`; `datenkontor init` writes one. An environment",
        "variable takes precedence over the file. A text is its value as it is; other types are written as in TOML",
        '(`true`, `8080`, `["a", "b"]`). Relative paths are relative to the file. Unknown names and wrong types',
        "are errors.",
        "",
        "This page is generated from `connector/settings`.",
    ]
    section, headings = None, list_headings()
    for key, kind, described, default in list_fields():
        table = key.rpartition(".")[0]
        if table != section:
            section = table
            lines += ["", f"## `[{table}]`" if table else "## At the top of the file", ""]
            lines += [headings[table], ""] if table else []
            lines += ["| setting | type | default | environment variable | meaning |", "|---|---|---|---|---|"]
        required = default is msgspec.NODEFAULT
        shown = "required" if required else "none" if default is None else f"`{_to_toml(default)}`"
        variable = PREFIX + key.upper().replace(".", "__")
        lines.append(f"| `{key}` | {_name_type(kind)} | {shown} | `{variable}` | {described} |")
    return "\n".join(lines) + "\n"


def _name_type(kind: Any) -> str:
    bare = bare_type(kind)
    if get_origin(bare) is tuple:
        return f"list of {_name_type(get_args(bare)[0])}"
    if get_origin(bare) is Literal:
        return "one of " + ", ".join(f"`{choice}`" for choice in get_args(bare))
    if get_origin(bare) is Mapping:
        return "table"
    if issubclass(bare, StrEnum):
        return "one of " + ", ".join(f"`{choice}`" for choice in bare)
    names = {Path: "path", Location: "path or address", int: "whole number", float: "number", bool: "true or false"}
    return "table" if issubclass(bare, Section) else names.get(bare, "text")
