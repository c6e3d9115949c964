"""When a product is due, and which measurements are kept."""

from datetime import UTC, datetime

import msgspec

from connector.controlplane.usecases.recipes.inputs import FoundInput
from connector.controlplane.usecases.recipes.keeping import MOST_VERSIONS, find_due, keep_quality
from connector.views.data_quality import DataQuality
from connector.views.products import InputLineage
from connector.views.recipes import read_recipe
from tests.controlplane.usecases.products.workshop import OWN, Workshop

WEEKLY = read_recipe({"kind": "recipe", "inputs": [{"name": "a", "asset": "x"}], "every": "week", "at": "04:30"})


def test_it_is_due_by_its_rhythm_or_at_the_end_of_an_agreement(workshop: Workshop) -> None:
    evaluator, now = workshop.publisher.evaluator, workshop.clock()
    plain = FoundInput(lineage=InputLineage(name="a", dataset="x"), policy=b"")
    regular = find_due(evaluator, WEEKLY, [plain])
    assert now < regular <= now + 7 * 86_400_000
    soon = datetime.fromtimestamp(now / 1000 + 60, UTC)
    assert find_due(evaluator, WEEKLY, [msgspec.structs.replace(plain, end=soon)]) == now + 60_001
    past = datetime.fromtimestamp(now / 1000 - 60, UTC)
    assert find_due(evaluator, WEEKLY, [msgspec.structs.replace(plain, end=past)]) == regular


async def test_a_few_versions_are_kept_each_once_and_the_newest_first(workshop: Workshop) -> None:
    store, evaluator = workshop.desk.store, workshop.publisher.evaluator
    for version in [*"abcdefg", "c"]:
        await store.commit([await keep_quality(evaluator, OWN, DataQuality(version=version))])
    kept = await store.quality("default", OWN)
    assert [entry.version for entry in kept.versions] == ["c", "g", "f", "e", "d"]
    assert len(kept.versions) == MOST_VERSIONS
