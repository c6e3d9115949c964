"""Read the settings: one TOML file, and the `DATENKONTOR_*` environment variables, which take precedence.

Unknown names and wrong types are errors. Relative paths are relative to the file.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from connector.settings.fields import bare_type, list_fields, list_headings
from connector.settings.kinds import Location
from connector.settings.model import Mode, Settings, SettingsError, anchor
from connector.views.handed_in import HandedInFault, decode_text

PREFIX = "DATENKONTOR_"
_LARGEST_FILE = 1_000_000
_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<where>[^`]*)`)?$", re.DOTALL)
_FIELD = re.compile(r"Object (?P<kind>contains unknown|missing required) field `(?P<name>[^`]*)`")


def load(file: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `file` and the environment (default: this process's). Raises SettingsError."""
    values, variables = read_file(file), dict[str, str]()
    for key, (variable, value) in _read_environment(os.environ if environ is None else environ).items():
        section, _, name = key.rpartition(".")
        table: Any = values
        for part in filter(None, section.split(".")):
            table = table.setdefault(part, {}) if isinstance(table, dict) else None
        if not isinstance(table, dict):
            raise SettingsError(f"In {file}, {section} is not a section: write it as [{section}].")
        table[name] = value
        variables[key] = variable
    settings = convert(values, file, variables)
    check(settings, file)
    return anchor(settings, file.resolve().parent)


def convert(values: Mapping[str, Any], file: Path, variables: Mapping[str, str] | None = None) -> Settings:
    """Return the values of a file as settings; `variables` are those of the environment, by setting.

    Raises SettingsError.
    """
    try:
        return msgspec.convert(values, Settings, dec_hook=_parse_path)
    except msgspec.ValidationError as error:
        raise SettingsError(_explain(str(error), file, variables or {})) from None


def read_file(file: Path) -> dict[str, Any]:
    """Return the values of a settings file, as they are written. Raises SettingsError."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST_FILE + 1)
    except OSError as error:
        advice = "create one with `datenkontor init`"
        if not isinstance(error, FileNotFoundError):
            advice = "check its path and its permissions"
        raise SettingsError(f"The settings file {file} cannot be read ({error.strerror}): {advice}.") from None
    if len(content) > _LARGEST_FILE:
        raise SettingsError(f"The settings file {file} is larger than {_LARGEST_FILE} bytes: check its path.")
    try:
        return tomllib.loads(decode_text(content))
    except HandedInFault as fault:
        raise SettingsError(f"The settings file {file} cannot be read: {fault}.") from None
    except ValueError as error:
        raise SettingsError(f"The settings file {file} is not TOML: {error}.") from None


def _read_environment(environ: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """Return key → (variable, value). A variable of one word that is like no setting belongs to another program."""
    known, values = {key: kind for key, kind, *_ in list_fields()}, dict[str, tuple[str, Any]]()
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        key = variable.removeprefix(PREFIX).lower().replace("__", ".")
        if key in known:
            values[key] = (variable, _parse_value(variable, environ[variable], known[key]))
        elif "." in key:
            raise SettingsError(
                f"Unknown setting in the environment variable {variable}: remove it or correct its name."
            )
        elif key not in _OF_OTHERS and (meant := _find_meant(key, known)):
            raise SettingsError(
                f"Unknown setting in the environment variable {variable}: write it as {meant}, or remove it."
            )
    return values


# A folder of test data, and what the commands read for themselves.
_OF_OTHERS = frozenset({"data", "key", "lang", "settings", "trace", "url"})
_LIKENESS = 0.8


def _find_meant(word: str, known: Iterable[str]) -> str | None:
    """Return the variable that a word may be meant for: a setting with a slip, or a section without its setting."""
    names = {key.replace(".", "_"): PREFIX + key.upper().replace(".", "__") for key in known}
    names |= {section: f"{PREFIX}{section.upper().replace('.', '__')}__NAME" for section in list_headings()}
    (near,) = get_close_matches(word, names, 1, _LIKENESS) or (None,)
    return names[near] if near else None


def _parse_value(variable: str, text: str, kind: Any) -> Any:
    plain = bare_type(kind)
    if get_origin(plain) is Literal or (isinstance(plain, type) and issubclass(plain, str | Path)):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except ValueError:
        reason = f"The environment variable {variable} is not a TOML value: write a number, true or a list in brackets."
        raise SettingsError(reason) from None


# The mechanisms by which anybody can speak as anybody.
UNPROVEN = frozenset({"static-token", "mock-token"})


def _parse_path(kind: type, value: Any) -> Any:
    if not isinstance(value, str) or not value or "\0" in value:
        got = _KINDS.get(_TOML.get(type(value), ""), "another value") if value != "" else "an empty text"
        raise ValueError(f"expected the path of a file or folder, got {got}")
    if kind is Path:
        return Path(value).expanduser()
    return Location(value)


def check(settings: Settings, file: Path) -> None:
    """Raise SettingsError if values do not fit each other; `file` is where they are written."""
    mechanism = settings.identity.mechanism
    if mechanism in UNPROVEN and settings.mode is Mode.PRODUCTION:
        reason = f"In {file}, identity.mechanism is `{mechanism}`, which proves nothing: use `roster` in production."
        raise SettingsError(reason)
    if (settings.net.certificate is None) != (settings.net.key is None):
        raise SettingsError(f"In {file}, net.certificate and net.key belong together: give both or neither.")
    try:
        ZoneInfo(settings.zone)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        reason = f"In {file}, zone is {settings.zone!r}, which is no zone: use an IANA name such as Europe/Berlin."
        raise SettingsError(reason) from None
    _check_pages(settings, file)
    names = [portal.name for portal in settings.broker.portals]
    if len(names) != len(set(names)):
        raise SettingsError(f"In {file}, broker.portals has two portals of the same name: give each its own name.")
    ids = [key.id for key in settings.management.keys]
    if len(ids) != len(set(ids)):
        raise SettingsError(f"In {file}, management.keys contains two keys with the same id: give each key its own id.")


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _check_pages(settings: Settings, file: Path) -> None:
    """Check that no password is sent over plain HTTP between machines."""
    web = settings.web
    secure = web.public_url.startswith("https:") if web.public_url else settings.net.certificate is not None
    host = urlsplit(web.public_url).hostname if web.public_url else web.host
    if web.port is not None and not secure and host not in LOOPBACK:
        reason = (
            f"In {file}, the pages of [web] would be open to other machines over plain HTTP: "
            "set web.public_url to the https address that people open."
        )
        raise SettingsError(reason)
    _check_login(settings, file)
    _check_mail(settings, file)


def _check_login(settings: Settings, file: Path) -> None:
    """Check that people can sign in, and that no login is sent over plain HTTP between machines."""
    web, oidc = settings.web, settings.web.oidc
    if not web.passwords and oidc.issuer is None:
        reason = f"In {file}, web.passwords is false and there is no other way to sign in: set web.oidc.issuer."
        raise SettingsError(reason)
    if oidc.issuer is None:
        return
    if oidc.issuer.startswith("http:") and urlsplit(oidc.issuer).hostname not in LOOPBACK:
        raise SettingsError(
            f"In {file}, web.oidc.issuer is a plain HTTP address: use the https address of the provider."
        )
    if not any(oidc.roles.values()):
        raise SettingsError(
            f"In {file}, web.oidc.roles is empty, so nobody could sign in: give a value of the claim a role."
        )
    if oidc.secret_file and oidc.secret_variable:
        raise SettingsError(f"In {file}, web.oidc has a secret_file and a secret_variable: give one of them.")
    if "openid" not in oidc.scope.split():
        raise SettingsError(f"In {file}, web.oidc.scope lacks `openid`, which makes it a login: add it.")


def _check_mail(settings: Settings, file: Path) -> None:
    """Check that e-mails have a sender, and that no password is sent over a plain connection."""
    mail = settings.mail
    if mail.host is None:
        return
    if mail.sender is None:
        raise SettingsError(f"In {file}, mail.sender is missing: give the e-mail address that messages come from.")
    if mail.security == "none" and mail.host not in LOOPBACK:
        reason = f"In {file}, mail.security is none for another machine: use starttls or tls."
        raise SettingsError(reason)
    if (mail.user is None) != (mail.secret_file is None and mail.secret_variable is None):
        raise SettingsError(f"In {file}, mail.user and its secret belong together: give both or neither.")


def _explain(message: str, file: Path, variables: Mapping[str, str]) -> str:
    """Convert a message of msgspec to a sentence that names the setting, its file or variable, and its meaning."""
    matched = _AT.match(message)
    what, where = (matched["what"], matched["where"] or "") if matched else (message, "")
    if field := _FIELD.search(what):
        key = f"{where}.{field['name']}".strip(".")
        if field["kind"] == "missing required":
            return f"In {file}, {key} is missing: add it{_describe(key)}."
        return f"Unknown setting {key} in {file}: remove it or correct its name (docs/settings.md lists all settings)."
    place = (
        f"The environment variable {variables[where]}" if where in variables else f"In {file}, {where or 'the file'}"
    )
    what = _say_expected(what, where)
    return f"{place} cannot be used: {what[:1].lower()}{what[1:]}{_describe(where)}."


# What a value has to look like, by the end of its key.
_FORMS = {
    "web.public_url": "expected an address without a path such as https://host:port",
    "protocol.public_url": "expected an address without a path such as https://host:port",
    "].name": "expected a short name of small letters, digits and hyphens",
    "store.url": "expected an address such as postgresql://role@host:5432/database",
    "url": "expected an address such as https://host:port",
    "api": "expected an address such as https://host:port",
    "protocol.path": "expected a path such as /dsp/2025-1",
    "accel": "expected a path such as /stored",
    "mail.sender": "expected an e-mail address such as datenkontor@example.org",
    "participant.email": "expected an e-mail address such as office@example.org",
    "participant.telephone": "expected a telephone number such as +49 721 1330",
    "participant.web_page": "expected an address such as https://www.example.org/data",
    "sha256": "expected 64 digits from 0 to 9 and a to f",
}
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text in quotes",
    "bool": "true or false",
    "array": "a list in brackets",
    "object": "a section",
    "datetime": "a time",
    "date": "a day",
    "time": "a time of day",
}
_TOML = {int: "int", float: "float", str: "str", bool: "bool", list: "array", dict: "object"}
_OTHER_KIND = re.compile(r"Expected `(?P<wanted>[a-z]+)(?: \| [a-z]+)*`, got `(?P<got>[a-z]+)`")
_LENGTH = re.compile(r"Expected `(?:str|array)` of length (?P<sign>[<>]=?) (?P<bound>[0-9]+)")
_CHOICE = re.compile(r"Invalid enum value (?P<value>.*)", re.DOTALL)
_BOUND = re.compile(r"Expected `(?:int|float)` (?P<sign>[<>]=?) (?P<bound>[0-9.]+)")


def _say_expected(what: str, where: str) -> str:
    """Return what was expected in plain words."""
    form = next((form for key, form in _FORMS.items() if where.endswith(key)), None)
    if "matching regex" in what and form:
        return form
    if other := _OTHER_KIND.fullmatch(what):
        wanted, got = (_KINDS.get(other[name], "another value") for name in ("wanted", "got"))
        return f"expected {wanted}, got {got}"
    if length := _LENGTH.fullmatch(what):
        if length["sign"] == ">=":
            return "expected a text that is not empty"
        return f"expected at most {length['bound']} characters"
    if bound := _BOUND.fullmatch(what):
        value = bound["bound"].removesuffix(".0")
        return {
            ">": f"expected a number above {value}",
            ">=": f"expected a number from {value}",
            "<": f"expected a number below {value}",
            "<=": f"expected a number up to {value}",
        }[bound["sign"]]
    if (choice := _CHOICE.fullmatch(what)) and (allowed := _list_allowed(where)):
        return f"invalid enum value {choice['value']}: use one of {', '.join(allowed)}"
    return what


def _list_allowed(where: str) -> tuple[str, ...]:
    """Return the words that a setting takes; none if it is no choice of words."""
    plain = re.sub(r"\[[^]]*\]", "", where)
    kind = bare_type({name: kind for name, kind, *_ in list_fields()}.get(plain))
    if get_origin(kind) is tuple:
        kind = bare_type(get_args(kind)[0])
    if get_origin(kind) is Literal:
        return tuple(map(str, get_args(kind)))
    return tuple(map(str, kind)) if isinstance(kind, type) and issubclass(kind, StrEnum) else ()


def _describe(key: str) -> str:
    plain = re.sub(r"\[[^]]*\]", "", key)
    described = {name: text for name, _, text, _ in list_fields()}.get(plain)
    # Its first sentence: the reason of a fault is one.
    return f" ({described.partition('. ')[0].rstrip('.')})" if described else ""
