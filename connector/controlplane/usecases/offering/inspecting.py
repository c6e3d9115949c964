"""Data is looked at before it is described: what it is, what its description could say, and signs of persons."""

from typing import Any

import msgspec

from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases.offering.personal_signs import find_personal_signs
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.controlplane.usecases.offering.suggesting import suggest, suggest_title
from connector.controlplane.usecases.recipes import preparing
from connector.controlplane.usecases.recipes.inputs import FoundInput
from connector.ports.entities import AssetStatus, DataClass, PageBounds
from connector.ports.treatment import Records
from connector.views.assets import DEFAULT_MEDIA_TYPE, AssetOrder
from connector.views.sightings import DataFinding, Sighting

MOST_FIELDS = 200
"""Fields that are kept: what a person reads, not what a file can have."""


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """What an inspection found: the sighting without values of the data, and the fields that may be about persons.

    `name` is the name of the file or of the place, for people.
    """

    seen: Sighting
    name: str = ""
    persons: tuple[str, ...] = ()


class RecipeTrial(msgspec.Struct, frozen=True, kw_only=True):
    """What a recipe makes of its inputs now, with its first rows, and the widest terms on which it can be offered."""

    seen: Sighting
    inputs: tuple[FoundInput, ...]
    terms: dict[str, Any]

    @property
    def personal(self) -> bool:
        """Whether an input is about persons."""
        return any(entry.personal for entry in self.inputs)


async def try_recipe(publisher: Publisher, source: dict[str, Any], name: str) -> RecipeTrial:
    """Make the result of a recipe, look at it, and remove it again; nothing is stored.

    Raises Invalid, NotAllowed with the reason why it cannot be made or offered.
    """
    # Another time gives it a result of its own, with the same rows: that of a product with this recipe stays as it is.
    own = {**source, "every": "week", "at": "23:58" if source.get("at") == "23:59" else "23:59"}
    # Of the class that may be made of anything: which one it gets is decided later, and checked then.
    draft = AssetOrder(title={}, source=own, data_class=DataClass.PERSONAL)
    async with preparing.hold_result(publisher.evaluator, publisher.deriver, draft, replacing=True) as prepared:
        assert prepared is not None
        seen = await inspect_closely(publisher, own, name, prepared.made.media_type)
        return RecipeTrial(seen=seen, inputs=prepared.found, terms=prepared.draft.policy or {})


async def inspect(
    publisher: Publisher, source: dict[str, Any], name: str, media_type: str = DEFAULT_MEDIA_TYPE
) -> Inspection:
    """Try a source and return what its data shows, without values of the data; nothing is stored.

    `media_type` is the one that the name of the file suggests, if any. Raises Invalid if the data cannot be read, is
    not what its name says, or is empty.
    """
    return keep_inspection(await inspect_closely(publisher, source, name, media_type), name)


def keep_inspection(found: Sighting, name: str) -> Inspection:
    """Return what is kept of a sighting of data called `name`: no values of the data."""
    shown = msgspec.structs.replace(
        found,
        fields=tuple(msgspec.structs.replace(field, example="", ambiguous="") for field in found.fields[:MOST_FIELDS]),
        findings=tuple(map(forget_value, found.findings)),
        first=(),
        ambiguous="",
    )
    return Inspection(seen=shown, name=name, persons=found.persons)


async def inspect_closely(
    publisher: Publisher,
    source: dict[str, Any],
    name: str,
    media_type: str = DEFAULT_MEDIA_TYPE,
    records: Records | None = None,
) -> Sighting:
    """Try a source and return all that its data shows, with what a description of it could say; nothing is stored.

    `records` is what the owner states about the records, if anything. Raises Invalid as `inspect` does.
    """
    problem = publisher.supports(source, None)
    if problem:
        raise Invalid("source", problem)
    found = await publisher.look(source, media_type, records) if publisher.look else Sighting(media_type=media_type)
    if isinstance(found, str):
        raise Invalid("source", found)
    if found.size == 0:
        raise Invalid("source", "The data is empty: choose a source with data in it.")
    context, draft = publisher.context, AssetOrder(title={}, source=source, media_type=media_type)
    rows, _ = await context.store.assets(context.owner, PageBounds(limit=1), status=AssetStatus.PUBLISHED)
    persons = find_personal_signs(found.fields)
    time = "" if found.time in persons else found.time
    found = msgspec.structs.replace(found, title=suggest_title(name), persons=persons, time=time)
    return msgspec.structs.replace(found, suggestions=suggest(draft, found, rows[0] if rows else None))


def forget_value(finding: DataFinding) -> DataFinding:
    """Return a finding without the value that is its example, also in its sentence."""
    if finding.code == "gaps":
        return finding  # its example is a step, and no value
    texts = {language: text.replace(finding.example, "…") for language, text in finding.texts.items()}
    return msgspec.structs.replace(finding, example="", texts=texts) if finding.example else finding
