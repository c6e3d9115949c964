"""Where the data of a delivery goes, as cards: a folder of the received data, or another system of the operator."""

from collections.abc import Mapping
from typing import Any

import msgspec

from connector.dataplane.addresses import describe_sinks
from connector.web.frame.wording import PageWords
from connector.web.offering.controls import Control, read_answer
from connector.web.offering.described import PlaceCard, Secrets, find_mentioned, make_card, read_address

TARGET = "ziel"
FOLDER, LONGEST_FOLDER = "ordner", 200
_FORMS = {f"{TARGET}-{kind}": form for kind, form in describe_sinks().items()}


def list_targets(words: PageWords, typed: Mapping[str, str], secrets: Secrets) -> tuple[PlaceCard, ...]:
    """Return the places to which data can go, as cards; the first one is the folder that needs no name."""
    chosen = _find_target(typed)
    folder = Control(
        name=FOLDER,
        kind="text",
        label=words.say("subscriptions.folder"),
        value=typed.get(FOLDER, ""),
        hint=words.say("subscriptions.folder-hint"),
    )
    here = PlaceCard(
        name=FOLDER,
        title=words.say("places.ziel-ordner"),
        why=words.say("places.ziel-ordner-why"),
        controls=(folder,),
        chosen=chosen == FOLDER,
    )
    cards = (
        msgspec.structs.replace(
            make_card(words, name, form, typed, secrets, chosen=name == chosen),
            title=words.say(f"places.ziel-{form.kind}"),
            why=words.say(f"places.ziel-{form.kind}-why"),
        )
        for name, form in _FORMS.items()
    )
    return (here, *cards)


def read_target(typed: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the address of the sink that was typed; None for a new folder of the received data. Raises PlaceFault."""
    chosen = _find_target(typed)
    if chosen != FOLDER:
        return read_address(chosen, _FORMS[chosen], typed)
    folder = read_answer(typed, FOLDER)[:LONGEST_FOLDER].strip("/")
    return {"kind": "file", "path": f"{folder}/", "overwrite": True} if folder else None


def is_elsewhere(typed: Mapping[str, str]) -> bool:
    """Return whether a person chose another system than the folder of the received data."""
    return _find_target(typed) != FOLDER


def find_target_field(typed: Mapping[str, str], sentence: str) -> str:
    """Return the field that a sentence about a sink is about, else the sink itself."""
    chosen = _find_target(typed)
    return find_mentioned(chosen, _FORMS[chosen], sentence, TARGET) if chosen in _FORMS else f"{TARGET}-{FOLDER}"


def _find_target(typed: Mapping[str, str]) -> str:
    wanted = typed.get(TARGET, "")
    return wanted if wanted in _FORMS else FOLDER
