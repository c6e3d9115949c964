"""The settings of one process: one TOML file, and `DATENKONTOR_*` environment variables that come before it.

Every setting says beside its field what it is; docs/settings.md, the commented file that `init` writes and the error
sentences are made from that. Unknown names and wrong types are errors. Relative paths are relative to the file.
"""

import json
import os
import re
import tomllib
import types
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from connector.ports.entities import DataClass

PREFIX = "DATENKONTOR_"
_LARGEST_FILE = 1_000_000
_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<where>[^`]*)`)?$", re.DOTALL)
_FIELD = re.compile(r"Object (?P<kind>contains unknown|missing required) field `(?P<name>[^`]*)`")

Meta = msgspec.Meta
Port = Annotated[int, Meta(ge=0, le=65535)]
Url = Annotated[str, Meta(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?\Z", max_length=2048)]
Prefix = Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._~-]+)+\Z", max_length=200)]
ShortText = Annotated[str, Meta(min_length=1, max_length=1000)]
Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]


class SettingsError(Exception):
    """The settings cannot be used; the message is one sentence that names the setting and where it was read."""


class Location(str):
    """A file, or an https address: text with `://` in it is an address, anything else a path."""

    __slots__ = ()


class Mode(StrEnum):
    """Production refuses what only proves something in a test."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings that belong together."""


class ParticipantSettings(Section, frozen=True, kw_only=True):
    """Who we are."""

    id: Annotated[ShortText, Meta(description="Our participant identifier, as the participant list has it.")]
    name: Annotated[ShortText, Meta(description="Our name, for people.")]


class ProtocolSettings(Section, frozen=True, kw_only=True):
    """The listener for other connectors (Dataspace Protocol)."""

    public_url: Annotated[
        Url, Meta(description="Where others reach this listener: scheme, host and port, without the path.")
    ]
    host: Annotated[ShortText, Meta(description="The address to listen at.")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="The port to listen at; 0 takes a free one.")] = 7080
    path: Annotated[
        str, Meta(pattern=r"^(/[A-Za-z0-9._~-]+)*\Z", description="The path below which the protocol's endpoints lie.")
    ] = "/dsp/2025-1"


class DataSettings(Section, frozen=True, kw_only=True):
    """The listener through which data is pulled and pushed."""

    host: Annotated[ShortText, Meta(description="The address to listen at.")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="The port to listen at; 0 takes a free one.")] = 7081
    public_url: Annotated[
        Url | None, Meta(description="Where others reach this listener; left out, its own address and port.")
    ] = None
    accel: Annotated[
        Prefix | None,
        Meta(
            description="The internal location (as `/stored`) of a proxy in front that sends files itself; "
            "left out, the connector sends them."
        ),
    ] = None


class KeySettings(Section, frozen=True, kw_only=True):
    """A key to the management API; only its hash is kept."""

    id: Annotated[ShortText, Meta(description="A name for the key, which appears in the log.")]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", description="The SHA-256 of the key, in lower-case hex.")]
    scopes: Annotated[
        tuple[Literal["read", "write", "admin"], ...],
        Meta(description="What the key opens: `read`, `write`, `admin`; each holds the ones before it."),
    ] = ("read",)

    def __repr__(self) -> str:
        """Show the key's name and scopes, never its hash."""
        return f"Key(id={self.id!r}, scopes={self.scopes!r})"


class ManagementSettings(Section, frozen=True, kw_only=True):
    """The listener for our own people and programs (management API)."""

    host: Annotated[ShortText, Meta(description="The address to listen at; keep it off the open net.")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="The port to listen at; 0 takes a free one.")] = 7082
    keys: Annotated[
        tuple[KeySettings, ...], Meta(description="The keys that open the API, each with `id`, `sha256` and `scopes`.")
    ] = ()


class StoreSettings(Section, frozen=True, kw_only=True):
    """What is kept."""

    path: Annotated[Path, Meta(description="The SQLite file of this process.")] = Path("store.sqlite")


class IdentitySettings(Section, frozen=True, kw_only=True):
    """How we prove who we are, and how others prove it to us."""

    mechanism: Annotated[
        Literal["roster", "static-token"],
        Meta(description="`roster` (the signed participant list) or, in development only, `static-token`."),
    ] = "roster"
    key: Annotated[Path, Meta(description="Our private key (PEM or JWK), readable by its owner alone.")] = Path(
        "key.pem"
    )
    roster: Annotated[
        Location, Meta(description="The signed participant list: a file, or the address it is fetched from.")
    ] = Location("roster.jws")
    operator_key: Annotated[
        Path, Meta(description="The public key (JWK) of the operator who signs the participant list.")
    ] = Path("operator.jwk")
    refresh_seconds: Annotated[
        Seconds, Meta(description="How often the participant list is read again, in seconds.")
    ] = 300.0
    tokens: Annotated[Path | None, Meta(description="The file of fixed tokens, for `static-token` only.")] = None


class NetSettings(Section, frozen=True, kw_only=True):
    """What may be dialled, and TLS. Without an entry here: https to port 443 of public addresses, nothing else."""

    ports: Annotated[tuple[Port, ...], Meta(description="The ports that may be dialled at any public host.")] = (443,)
    networks: Annotated[
        tuple[str, ...], Meta(description="Networks (CIDR) that may be dialled though they are not public.")
    ] = ()
    hosts: Annotated[
        tuple[str, ...],
        Meta(description="Hosts (`host:port` or `host:*`) that may be dialled though they are not public."),
    ] = ()
    plain_http: Annotated[
        tuple[str, ...], Meta(description="Hosts (`host:port` or `host:*`) that may be spoken to without TLS.")
    ] = ()
    ca: Annotated[Path | None, Meta(description="Trust anchors (PEM) for dialling, instead of the system's.")] = None
    certificate: Annotated[
        Path | None, Meta(description="The certificate chain (PEM) of our own listeners; left out, plain HTTP.")
    ] = None
    key: Annotated[Path | None, Meta(description="The private key (PEM) that belongs to `certificate`.")] = None


class LimitSettings(Section, frozen=True, kw_only=True):
    """Bounds on what others can make us do."""

    open_per_peer: Annotated[Count, Meta(description="How many open processes one peer may have with us.")] = 1000
    page: Annotated[Count, Meta(description="How many entries a page of a listing or catalogue has.")] = 50
    page_most: Annotated[Count, Meta(description="How many entries a page has at the most.")] = 500
    retry_base_seconds: Annotated[
        Seconds, Meta(description="The first pause before a peer is tried again, in seconds.")
    ] = 0.25
    retry_most_seconds: Annotated[
        Seconds, Meta(description="The longest pause before a peer is tried again, in seconds.")
    ] = 300.0
    refusals: Annotated[
        Count, Meta(description="How often a refused message is sent again before the process is given up.")
    ] = 4
    owed_for_seconds: Annotated[
        Seconds, Meta(description="How long a message is owed to a silent peer before the process ends, in seconds.")
    ] = 604_800.0
    look_seconds: Annotated[
        Seconds, Meta(description="How often a consumer looks at the state of a running transfer, in seconds.")
    ] = 60.0
    lease_seconds: Annotated[
        Seconds, Meta(description="The longest leave to move data that is given at once, in seconds.")
    ] = 300.0
    concurrency: Annotated[Count, Meta(description="How many messages to one peer are under way at once.")] = 64


class LoggingSettings(Section, frozen=True, kw_only=True):
    """What is logged, to standard error."""

    format: Annotated[
        Literal["human", "json"], Meta(description="`human` for a terminal, `json` for a log collector.")
    ] = "human"
    level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="The least important level that is logged.")
    ] = "info"


class BrokerSettings(Section, frozen=True, kw_only=True):
    """The broker we search at; and, where this process is a broker, how it runs."""

    participant: Annotated[
        ShortText | None, Meta(description="The participant identifier of the broker to search at.")
    ] = None
    api: Annotated[Url | None, Meta(description="The address of that broker's search API.")] = None
    host: Annotated[ShortText, Meta(description="As a broker: the address its search API listens at.")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="As a broker: the port its search API listens at; 0 takes a free one.")] = (
        7083
    )
    record: Annotated[Path, Meta(description="As a broker: the SQLite file of its record.")] = Path("record.sqlite")
    crawl_seconds: Annotated[
        Seconds, Meta(description="As a broker: how often each catalogue is crawled, in seconds.")
    ] = 600.0


class DelegatedTier(StrEnum):
    """Who enforces a condition that this connector cannot."""

    CONSUMER = "consumer"
    ORGANISATIONAL = "organisational"


class Settings(Section, frozen=True, kw_only=True):
    """All settings of one process."""

    participant: ParticipantSettings
    protocol: ProtocolSettings
    mode: Annotated[Mode, Meta(description="`production`, or `development`, which allows what only a test needs.")] = (
        Mode.PRODUCTION
    )
    data_root: Annotated[
        Path | None, Meta(description="The folder below which sources of kind `file` may read; left out, none may.")
    ] = None
    received: Annotated[Path, Meta(description="The folder below which received data is written.")] = Path("received")
    approve: Annotated[
        tuple[DataClass, ...],
        Meta(description="The data classes whose contracts a person approves: open, internal, confidential, personal."),
    ] = (DataClass.CONFIDENTIAL, DataClass.PERSONAL)
    accept: Annotated[
        tuple[DelegatedTier, ...],
        Meta(
            description="Who else than this connector may be the one that enforces a condition in policies: consumer "
            "(their connector), organisational (the contract alone). Such conditions are labelled; left out, refused."
        ),
    ] = ()
    data: DataSettings = DataSettings()
    management: ManagementSettings = ManagementSettings()
    store: StoreSettings = StoreSettings()
    identity: IdentitySettings = IdentitySettings()
    net: NetSettings = NetSettings()
    limits: LimitSettings = LimitSettings()
    logging: LoggingSettings = LoggingSettings()
    broker: BrokerSettings = BrokerSettings()


def load(file: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `file` and the environment (default: this process's). Raises SettingsError."""
    values, taken = _read(file), dict[str, str]()
    for key, (variable, value) in _from_environment(os.environ if environ is None else environ).items():
        section, _, name = key.rpartition(".")
        table = values.setdefault(section, {}) if section else values
        if not isinstance(table, dict):
            raise SettingsError(f"In {file}, {section} is not a section: write it as [{section}].")
        table[name] = value
        taken[key] = variable
    try:
        settings = msgspec.convert(values, Settings, dec_hook=_special)
    except msgspec.ValidationError as error:
        raise SettingsError(_sentence(str(error), file, taken)) from None
    _check(settings, file)
    return anchor(settings, file.resolve().parent)


def anchor(settings: Settings, base: Path) -> Settings:
    """Return the settings with every relative path put below `base`."""
    anchored: Settings = _anchor(settings, base)
    return anchored


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST_FILE + 1)
    except OSError as error:
        reason = f"The settings file {file} cannot be read ({error.strerror}): make one with `datenkontor init`."
        raise SettingsError(reason) from None
    if len(content) > _LARGEST_FILE:
        raise SettingsError(f"The settings file {file} is larger than {_LARGEST_FILE} bytes: is it the right file?")
    try:
        return tomllib.loads(content.decode())
    except ValueError as error:
        raise SettingsError(f"The settings file {file} is not TOML: {error}.") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """Return key → (variable, value). A single word that is no setting is somebody else's variable."""
    known, found = {key: kind for key, kind, *_ in _fields()}, dict[str, tuple[str, Any]]()
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        key = variable.removeprefix(PREFIX).lower().replace("__", ".")
        if key in known:
            found[key] = (variable, _value(variable, environ[variable], known[key]))
        elif "." in key:
            raise SettingsError(f"The environment variable {variable} names no setting: remove it or correct its name.")
    return found


def _value(variable: str, text: str, kind: Any) -> Any:
    plain = _bare(kind)
    if get_origin(plain) is Literal or (isinstance(plain, type) and issubclass(plain, str | Path)):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except ValueError:
        reason = f"The environment variable {variable} is not a TOML value: write a number, true or a list in brackets."
        raise SettingsError(reason) from None


def _special(kind: type, value: Any) -> Any:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(f"Expected the path of a file or folder, got `{type(value).__name__}`")
    if kind is Path:
        return Path(value).expanduser()
    return Location(value)


def _anchor(value: Any, base: Path) -> Any:
    if isinstance(value, Path):
        return base / value
    if isinstance(value, Location):
        return value if "://" in value else Location(base / value)
    if isinstance(value, tuple):
        return tuple(_anchor(entry, base) for entry in value)
    if isinstance(value, Section):
        return type(value)(**{name: _anchor(getattr(value, name), base) for name in value.__struct_fields__})
    return value


def _check(settings: Settings, file: Path) -> None:
    if settings.identity.mechanism == "static-token" and settings.mode is Mode.PRODUCTION:
        reason = f"In {file}, identity.mechanism is `static-token`, which proves nothing: use `roster` in production."
        raise SettingsError(reason)
    if (settings.net.certificate is None) != (settings.net.key is None):
        raise SettingsError(f"In {file}, net.certificate and net.key belong together: give both or neither.")
    ids = [key.id for key in settings.management.keys]
    if len(ids) != len(set(ids)):
        raise SettingsError(f"In {file}, management.keys has two keys of the same id: give each its own.")


def _sentence(message: str, file: Path, taken: Mapping[str, str]) -> str:
    """Turn msgspec's message into a sentence that names the setting, where it was read, and what it is."""
    matched = _AT.match(message)
    what, where = (matched["what"], matched["where"] or "") if matched else (message, "")
    if field := _FIELD.search(what):
        key = f"{where}.{field['name']}".strip(".")
        if field["kind"] == "missing required":
            return f"In {file}, {key} is missing: add it{_meaning(key)}."
        return f"In {file}, {key} is no setting: remove it or correct its name (docs/settings.md lists all)."
    place = f"The environment variable {taken[where]}" if where in taken else f"In {file}, {where or 'the file'}"
    what = "Expected an address as https://host:port" if "matching regex '^https" in what else what
    return f"{place} is not usable: {what[:1].lower()}{what[1:]}{_meaning(where)}."


def _meaning(key: str) -> str:
    plain = re.sub(r"\[[^]]*\]", "", key)
    described = {name: text for name, _, text, _ in _fields()}.get(plain)
    return f" ({described.rstrip('.')})" if described else ""


def _fields(section: type[Section] = Settings, prefix: str = "") -> Iterator[tuple[str, Any, str, Any]]:
    """Yield (dotted key, annotation, description, default) of every setting, plain settings before sections."""
    hints = get_type_hints(section, include_extras=True)
    for field in msgspec.structs.fields(section):
        bare = _bare(hints[field.name])
        if isinstance(bare, type) and issubclass(bare, Section):
            continue
        texts = [meta.description for meta in getattr(hints[field.name], "__metadata__", ()) if meta.description]
        yield prefix + field.name, hints[field.name], texts[-1], field.default
    for name, kind in hints.items():
        if isinstance(kind, type) and issubclass(kind, Section):
            yield from _fields(kind, f"{prefix}{name}.")


def _bare(kind: Any) -> Any:
    """Return the type without its annotations and without None."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in {Union, types.UnionType}:
        return _bare(next(part for part in get_args(kind) if part is not type(None)))
    return kind


def _headings() -> dict[str, str]:
    hints = get_type_hints(Settings)
    sections = {name: kind for name, kind in hints.items() if isinstance(kind, type) and issubclass(kind, Section)}
    return {name: " ".join((kind.__doc__ or "").split()) for name, kind in sections.items()}


def template(values: Mapping[str, Any], *, title: str) -> str:
    """Return a commented settings file: `values` (nested as in the file) are set, all else stands as a comment.

    `title` is the comment at its head. Raises SettingsError for a value that is no setting.
    """
    given = dict(_flat(values))
    lines, section = [f"# {line}" for line in title.splitlines()], ""
    headings = _headings()
    for key, _, described, default in _fields():
        table, _, name = key.rpartition(".")
        if table != section:
            section = table
            lines += ["", f"# {headings[table]}", f"[{table}]"]
        lines += ["", f"# {described}"] if not table else [f"# {described}"]
        if key in given:
            lines.append(f"{name} = {_toml(given.pop(key))}")
        else:
            shown = "" if default in {None, msgspec.NODEFAULT} else _toml(default)
            lines.append(f"#{name} = {shown}".rstrip())
    if given:
        raise SettingsError(f"{', '.join(sorted(given))} is no setting: docs/settings.md lists all.")
    return "\n".join(lines) + "\n"


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif value is not None:
            yield prefix + name, value


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_toml(entry)}" for name, entry in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(entry) for entry in value) + "]"
    # A JSON string is a TOML basic string, but for the one control character that JSON leaves as it is.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007F")


def render_markdown() -> str:
    """Return docs/settings.md: every setting with its type, default, environment variable and meaning."""
    lines = [
        "# Settings",
        "",
        "One TOML file, given with `--settings`; `datenkontor init` writes one. An environment variable comes before",
        'the file; text stands in it as it is, everything else as in TOML (`true`, `8080`, `["a", "b"]`). Relative',
        "paths are relative to the file. Unknown names and wrong types are errors.",
        "",
        "This page is made from `connector/settings.py`.",
    ]
    section, headings = None, _headings()
    for key, kind, described, default in _fields():
        table = key.rpartition(".")[0]
        if table != section:
            section = table
            lines += ["", f"## `[{table}]`" if table else "## At the top of the file", ""]
            lines += [headings[table], ""] if table else []
            lines += ["| setting | type | default | environment variable | what it is |", "|---|---|---|---|---|"]
        required = default is msgspec.NODEFAULT
        shown = "required" if required else "none" if default is None else f"`{_toml(default)}`"
        variable = PREFIX + key.upper().replace(".", "__")
        lines.append(f"| `{key}` | {_type_name(kind)} | {shown} | `{variable}` | {described} |")
    return "\n".join(lines) + "\n"


def _type_name(kind: Any) -> str:
    bare = _bare(kind)
    if get_origin(bare) is tuple:
        return f"list of {_type_name(get_args(bare)[0])}"
    if get_origin(bare) is Literal:
        return "one of " + ", ".join(f"`{choice}`" for choice in get_args(bare))
    if issubclass(bare, StrEnum):
        return "one of " + ", ".join(f"`{choice}`" for choice in bare)
    names = {Path: "path", Location: "path or address", int: "whole number", float: "number", bool: "true or false"}
    return "table" if issubclass(bare, Section) else names.get(bare, "text")
