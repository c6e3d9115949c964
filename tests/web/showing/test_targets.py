"""Where a delivery goes: cards of the sinks of the house, and their addresses."""

from datetime import UTC

import msgspec
import pytest

from connector.dataplane.addresses import SINK_ADDRESSES
from connector.dataplane.kinds import SINKS
from connector.language.catalogue import LANGUAGES, Language
from connector.web.frame.wording import PageWords
from connector.web.offering.described import PlaceFault
from connector.web.showing.targets import find_target_field, is_elsewhere, list_targets, read_target

TYPED = {
    "sql": {"table": "public.baeume", "host": "db.stadt.example", "database": "gis", "user": "w", "secret": "gis",
            "key": "id"},
    "s3": {"endpoint": "https://s3.stadt.example", "bucket": "luft", "key_id": "w", "secret": "gis", "prefix": "2026/"},
    "sftp": {"host": "dateien.stadt.example", "user": "w", "host_key": "ssh-ed25519 AAAA",
             "secret": "gis",
             "path": "eingang/"},
    "http": {"url": "https://dienste.stadt.example/eingang"},
    "mqtt": {"url": "mqtts://verteiler.stadt.example", "topic": "stadt/luft", "follow": "true"},
    "nats": {"url": "tls://nats.stadt.example", "subject": "stadt.luft"},
}  # fmt: skip


def _type(kind: str) -> dict[str, str]:
    return {"ziel": f"ziel-{kind}", **{f"ziel-{kind}.{name}": text for name, text in TYPED[kind].items()}}


def test_every_kind_of_sink_is_a_card() -> None:
    assert {*SINK_ADDRESSES} == {*TYPED} == {*SINKS} - {"file"}
    cards = list_targets(PageWords("de", UTC), {}, {})
    assert [card.name for card in cards if card.chosen] == ["ordner"]
    assert {card.name for card in cards} == {"ordner", *(f"ziel-{kind}" for kind in TYPED)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_words(language: Language) -> None:
    for card in list_targets(PageWords(language, UTC), {}, {"gis": ("db:1",)}):
        assert card.why
        for control in (*card.controls, *card.more):
            assert control.label != control.name.rpartition(".")[2]


@pytest.mark.parametrize("kind", TYPED)
def test_what_is_typed_is_the_address_of_a_sink(kind: str) -> None:
    address = read_target(_type(kind))
    assert address
    assert is_elsewhere(_type(kind))
    msgspec.convert(address, SINK_ADDRESSES[kind])
    first = next(iter(TYPED[kind]))
    with pytest.raises(PlaceFault) as fault:
        read_target(_type(kind) | {f"ziel-{kind}.{first}": ""})
    assert fault.value.field == f"ziel-{kind}.{first}"


def test_a_folder_is_named_or_a_new_one() -> None:
    assert read_target({}) is None
    assert read_target({"ordner": "/luft/ 2026/"}) == {"kind": "file", "path": "luft/ 2026/", "overwrite": True}
    assert not is_elsewhere({"ordner": "luft"})


def test_a_sentence_of_a_sink_leads_to_its_field() -> None:
    assert find_target_field(_type("sql"), "The `table` cannot be used.") == "ziel-sql.table"
    assert find_target_field(_type("sql"), "Nothing is known.") == "ziel-ziel-sql"
    assert find_target_field({}, "The folder is full.") == "ziel-ordner"
