"""Where data lies already: kinds of places as cards to choose, and the address of a source from what is typed. Pure.

An address never has a secret: a person chooses one by its name, from those that the settings list.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from connector.dataplane.address.describing import AddressForm
from connector.dataplane.addresses import describe_addresses
from connector.web.frame.wording import PageWords
from connector.web.offering.controls import Control, Option, read_answer, split_lines
from connector.web.offering.described import (
    LONGEST_PLACE,
    MISSING,
    PlaceCard,
    PlaceFault,
    Secrets,
    find_mentioned,
    list_fields,
    make_card,
    name_place,
    read_address,
)

KIND = "art"
PARAMETERS = 4
"""The rows of parameters that a page offers."""
_TYPES = ("text", "integer", "number", "boolean", "date", "time")
_COMPARISONS = {"gleich": "=", "ab": ">=", "bis": "<=", "ueber": ">", "unter": "<"}
_PORT = 5432
PlaceField = Literal["text", "lines", "secret", "format", "tls", "content", "mechanism"]
_TABLE: Mapping[str, PlaceField] = {"tabelle": "text", "spalten": "text", "ordnung": "text", "format": "format"}
_FIELDS: Mapping[str, Mapping[str, PlaceField]] = {
    "datei": {"pfad": "text"},
    "ordner": {"pfad": "text", "muster": "text"},
    "datenbank": {
        "server": "text",
        "name": "text",
        "benutzer": "text",
        "zugang": "secret",
        **_TABLE,
        "verbindung": "tls",
    },
    "sqlite": {"pfad": "text", **_TABLE},
    "objekt": {"server": "text", "eimer": "text", "objekt": "text", "benutzer": "text", "zugang": "secret"},
    "mqtt": {"server": "text", "thema": "text", "zugang": "secret", "inhalt": "content"},
    "kafka": {
        "server": "text",
        "thema": "text",
        "zugang": "secret",
        "verfahren": "mechanism",
        "inhalt": "content",
    },
    "aenderungen": {"server": "text", "art": "text", "eigenschaften": "text"},
    "messungen": {"server": "text", "pfad": "text", "zugang": "secret"},
    "nats": {"server": "text", "strom": "text", "thema": "text", "zugang": "secret", "inhalt": "content"},
}
"""The fields of each kind of place."""
_FREE = frozenset(
    {"ordner.muster", "datenbank.spalten", "datenbank.ordnung", "sqlite.spalten", "sqlite.ordnung", "mqtt.zugang"}
    | {"kafka.zugang", "nats.zugang", "messungen.zugang", "aenderungen.eigenschaften"}
)
"""Fields that may stay empty."""
_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "format": ("csv", "json", "ndjson"),
    "tls": ("ja", "nein"),
    "mechanism": ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"),
    "content": ("application/json", "text/plain", "application/octet-stream"),
}
STREAMS = frozenset({"kafka", "mqtt", "nats", "ngsi-ld-subscription", "sensorthings-mqtt"})
"""The kinds of streams."""
_STREAMED = frozenset({"kafka", "mqtt", "nats", "aenderungen", "messungen"})
"""Their places."""
_WITH_PARAMETERS = frozenset({"datenbank", "sqlite"})
_DRAWN = frozenset({"s3", "sql"})
"""The kinds whose cards are drawn here, in more than one card or with fewer words than their source declares."""
_NAMES = {"http": "adresse"}
_DESCRIBED: Mapping[str, AddressForm] = {
    _NAMES.get(kind, kind): form for kind, form in describe_addresses().items() if kind not in _DRAWN
}
"""The places whose kinds describe themselves."""
_TYPED = {field for place, form in _DESCRIBED.items() for field in list_fields(place, form)}
PLACES = (
    *(kind for kind in _FIELDS if kind not in _STREAMED),
    *_DESCRIBED,
    *(kind for kind in _FIELDS if kind in _STREAMED),
)
"""The places in the order of the page."""


class DataPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place that was typed: the address of its source, its name for people, and the media type that it states."""

    source: dict[str, Any]
    name: str
    media_type: str = ""


class ParameterRow(msgspec.Struct, frozen=True):
    """One row of what a consumer may choose, as controls."""

    controls: tuple[Control, ...]


def is_place_answer(name: str) -> bool:
    """Return whether a field of a form belongs to a place."""
    kind, _, field = name.partition(".")
    return name == KIND or field in _FIELDS.get(kind, {}) or kind == "wahl" or name in _TYPED


def list_places(words: PageWords, answers: Mapping[str, str], secrets: Secrets) -> tuple[PlaceCard, ...]:
    """Return each kind of place as a card. `secrets` are the names of the settings, with their servers."""
    chosen = _find_place(answers)
    return tuple(
        make_card(words, place, _DESCRIBED[place], answers, secrets, chosen=place == chosen)
        if place in _DESCRIBED
        else PlaceCard(
            name=place,
            title=words.say(f"places.{place}"),
            why=words.say(f"places.{place}-why"),
            controls=tuple(_make_control(words, answers, secrets, place, field) for field in _FIELDS[place]),
            chosen=place == chosen,
        )
        for place in PLACES
    )


def list_parameters(words: PageWords, answers: Mapping[str, str]) -> tuple[ParameterRow, ...]:
    """Return the rows in which a person says what a consumer may choose."""
    types = tuple(Option(known, words.say(f"places.type-{known}")) for known in _TYPES)
    comparisons = tuple(Option(known, words.say(f"places.compare-{known}")) for known in _COMPARISONS)
    rows = []
    for number in range(1, PARAMETERS + 1):
        named = {field: f"wahl.{number}.{field}" for field in ("name", "spalte", "typ", "vergleich", "werte")}

        def make(
            field: str, kind: Literal["text", "choice"] = "text", options: tuple[Option, ...] = (),
            named: Mapping[str, str] = named,
        ) -> Control:  # fmt: skip
            return Control(
                name=named[field],
                kind=kind,
                label=words.say(f"places.parameter-{field}"),
                value=answers.get(named[field], ""),
                options=options,
            )

        rows.append(
            ParameterRow(
                (
                    make("name"),
                    make("spalte"),
                    make("typ", "choice", types),
                    make("vergleich", "choice", comparisons),
                    make("werte"),
                )
            )
        )
    return tuple(rows)


def read_place(answers: Mapping[str, str]) -> DataPlace:
    """Return the place that a person named. Raises PlaceFault."""
    kind = _find_place(answers)
    if kind in _DESCRIBED:
        return _read_described(kind, _DESCRIBED[kind], answers)
    said = {field: read_answer(answers, f"{kind}.{field}")[:LONGEST_PLACE] for field in _FIELDS[kind]}
    for field in _FIELDS[kind]:
        if not said[field] and f"{kind}.{field}" not in _FREE and _FIELDS[kind][field] not in _OPTIONS:
            raise PlaceFault(MISSING, f"{kind}.{field}")
    source = _WRITERS[kind](said)
    if kind in _WITH_PARAMETERS:
        parameters = _read_parameters(answers, compared=True)
        source |= {"parameters": parameters} if parameters else {}
    if kind in _STREAMED:
        typed = said.get("inhalt", "")
        content = typed if typed in _OPTIONS["content"] else _OPTIONS["content"][0]
        named = said.get("thema") or said.get("pfad") or said["art"]
        return DataPlace(source=source, name=named, media_type=content)
    named = f"{said['tabelle'].rpartition('.')[2]}.{source['format']}" if source["kind"] == "sql" else ""
    return DataPlace(source=source, name=named or said.get("pfad") or said["objekt"])


def find_field(answers: Mapping[str, str], sentence: str) -> str:
    """Return the field of the chosen place that a sentence about its source is about, else the place itself."""
    place = _find_place(answers)
    return find_mentioned(place, _DESCRIBED[place], sentence) if place in _DESCRIBED else f"{KIND}-{place}"


def _find_place(answers: Mapping[str, str]) -> str:
    wanted = answers.get(KIND, "")
    return wanted if wanted in PLACES else "datei"


def _read_described(place: str, form: AddressForm, answers: Mapping[str, str]) -> DataPlace:
    source = read_address(place, form, answers)
    parameters = _read_parameters(answers, compared=form.kind != "http") if form.chooses else {}
    return DataPlace(source=source | ({"parameters": parameters} if parameters else {}), name=name_place(form, source))


def _make_control(words: PageWords, answers: Mapping[str, str], secrets: Secrets, kind: str, field: str) -> Control:
    name, form = f"{kind}.{field}", _FIELDS[kind][field]
    options: tuple[Option, ...] = ()
    if form == "secret":
        empty = words.say("places.no-secret" if name in _FREE else "offering.choose")
        known = (
            Option(one, words.say("places.secret", name=one, servers=", ".join(to))) for one, to in secrets.items()
        )
        options = (Option("", empty), *known)
    elif form in _OPTIONS:
        options = tuple(Option(one, words.say(f"places.{form}-{number}")) for number, one in enumerate(_OPTIONS[form]))
    hint = (
        ""
        if form in _OPTIONS
        else words.say("places.hint-zugang" if form == "secret" else f"places.hint-{kind}-{field}")
    )
    return Control(
        name=name,
        kind="choice" if options else "text",
        label=words.say(f"places.field-{kind}-{field}"),
        value=answers.get(name, ""),
        options=options,
        hint=hint,
    )


def _write_file(said: Mapping[str, str]) -> dict[str, Any]:
    return {"kind": "file", "path": said["pfad"]}


def _write_folder(said: Mapping[str, str]) -> dict[str, Any]:
    return {"kind": "file", "path": said["pfad"], "glob": said["muster"] or "*"}


def _write_table(said: Mapping[str, str]) -> dict[str, Any]:
    source: dict[str, Any] = {"kind": "sql", "table": said["tabelle"]}
    source["format"] = said["format"] if said["format"] in _OPTIONS["format"] else "csv"
    for member, field in (("columns", "spalten"), ("order", "ordnung")):
        names = [name for part in said[field].split(",") if (name := part.strip())]
        source |= {member: names} if names else {}
    return source


def _write_sqlite(said: Mapping[str, str]) -> dict[str, Any]:
    return {**_write_table(said), "path": said["pfad"]}


def _write_database(said: Mapping[str, str]) -> dict[str, Any]:
    host, port = _split_server(said["server"], "datenbank.server")
    source = {**_write_table(said), "host": host, "port": port, "database": said["name"], "user": said["benutzer"]}
    return {**source, "secret": said["zugang"], **({"tls": False} if said["verbindung"] == "nein" else {})}


def _write_object(said: Mapping[str, str]) -> dict[str, Any]:
    place = {"prefix": said["objekt"]} if said["objekt"].endswith("/") else {"key": said["objekt"]}
    named = {"endpoint": said["server"], "bucket": said["eimer"], "key_id": said["benutzer"]}
    return {"kind": "s3", **named, "secret": said["zugang"], **place}


def _write_mqtt(said: Mapping[str, str]) -> dict[str, Any]:
    return _with_account({"kind": "mqtt", "url": said["server"], "topic": said["thema"]}, said)


def _write_kafka(said: Mapping[str, str]) -> dict[str, Any]:
    chosen = said["verfahren"] if said["verfahren"] in _OPTIONS["mechanism"][1:] else ""
    mechanism = {"mechanism": chosen} if chosen and said["zugang"] else {}
    return _with_account({"kind": "kafka", "url": said["server"], "topic": said["thema"], **mechanism}, said)


def _write_nats(said: Mapping[str, str]) -> dict[str, Any]:
    return _with_account(
        {"kind": "nats", "url": said["server"], "stream": said["strom"], "subject": said["thema"]}, said
    )


def _write_changes(said: Mapping[str, str]) -> dict[str, Any]:
    source: dict[str, Any] = {"kind": "ngsi-ld-subscription", "url": said["server"], "type": said["art"]}
    names = [name for part in said["eigenschaften"].split(",") if (name := part.strip())]
    return source | ({"attributes": names} if names else {})


def _write_observations(said: Mapping[str, str]) -> dict[str, Any]:
    return _with_account({"kind": "sensorthings-mqtt", "url": said["server"], "path": said["pfad"]}, said)


def _with_account(source: dict[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    return {**source, "secret": said["zugang"]} if said["zugang"] else source


_WRITERS = {
    "datei": _write_file,
    "ordner": _write_folder,
    "datenbank": _write_database,
    "sqlite": _write_sqlite,
    "objekt": _write_object,
    "mqtt": _write_mqtt,
    "kafka": _write_kafka,
    "nats": _write_nats,
    "aenderungen": _write_changes,
    "messungen": _write_observations,
}


def _split_server(text: str, field: str) -> tuple[str, int]:
    """Return the host and the port of a server; without one it is that of PostgreSQL.

    >>> _split_server("db.city.example:5433", "x"), _split_server("db.city.example", "x")
    (('db.city.example', 5433), ('db.city.example', 5432))
    """
    host, colon, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    if not colon:
        return text, _PORT
    if not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65536):
        raise PlaceFault("places.port-wrong", field)
    return host, int(port)


def _read_parameters(answers: Mapping[str, str], *, compared: bool) -> dict[str, dict[str, Any]]:
    """Return the parameters that a person allows; a row without a name is none."""
    found: dict[str, dict[str, Any]] = {}
    for number in range(1, PARAMETERS + 1):
        row = f"wahl.{number}."
        name = read_answer(answers, f"{row}name")
        if not name:
            continue
        if not (name[0].isalpha() and name.isascii() and all(sign.isalnum() or sign in "_.-" for sign in name)):
            raise PlaceFault("places.parameter-wrong", f"{row}name")
        if name in found:
            raise PlaceFault("places.parameter-twice", f"{row}name")
        kind, comparison = answers.get(f"{row}typ", ""), answers.get(f"{row}vergleich", "")
        field = read_answer(answers, f"{row}spalte")
        values = [part.strip() for line in split_lines(answers.get(f"{row}werte", "")) for part in line.split(",")]
        found[name] = {
            "type": kind if kind in _TYPES else "text",
            **({"field": field} if field else {}),
            **({"compare": _COMPARISONS[comparison]} if compared and comparison in _COMPARISONS else {}),
            **({"values": allowed} if (allowed := [value for value in values if value]) else {}),
        }
    return found
