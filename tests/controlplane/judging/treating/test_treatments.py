"""What is done to records: what an asset's data allows is offered, what it does not is refused with the reason."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from connector.controlplane.judging import acceptance, judgement
from connector.controlplane.judging.facts import Situation
from connector.controlplane.judging.treating import known_data, treatments
from connector.controlplane.judging.treating.known_data import KnownData
from connector.dataplane.transforms.generalise import make_coarser
from connector.policy.model.policy import DK
from connector.policy.model.situation import Phase
from connector.policy.reading import templates
from connector.ports.changes import PutAsset
from connector.ports.entities import PageBounds
from connector.ports.treatment import PRECISION, Records, TransformStep, Treatment, read_treatment
from tests.controlplane.agreements import DATASET, LIBRARY, USE, Json, atom, conclude, provider, publish, requested
from tests.policy.reading.test_templates import REQUIRED, TEMPLATES
from tests.support.plane import CITY, Desk
from tests.support.rooms import Rooms

CSV = Records(format="csv")
SURVEY = Records(format="csv", fields=("id", "district", "age", "land"), groups=("district",), measures=("age",))
ONLY_ID = Records(format="csv", fields=("id",))
GIVEN = atom("dk:consentStatus", "isAnyOf", ["dpv:ConsentGiven", "dpv:RenewedConsentGiven"])
REGION = DK + "recordRegion"
FIVE = {**USE, "constraint": [atom("dk:groupSize", "gteq", "5")]}
BLOCKS = {**USE, "constraint": [atom("dk:aggregationLevel", "gteq", "block")]}
GERMAN = atom("dk:recordRegion", "isPartOf", "DE")


def duty(action: str, *constraints: Json) -> Json:
    return {"action": action, "constraint": list(constraints)}


def field(*names: str) -> Json:
    return atom("dk:field", "isAnyOf", list(names))


def precision(value: str) -> Json:
    return atom("dk:precision", "eq", value)


def smallest(value: int, operator: str = "gteq") -> Json:
    return atom("dk:smallestGroup", operator, str(value))


BY_AGE = duty("dk:suppress", smallest(5), field("age"))


def offer(*duties: Json, **terms: Any) -> bytes:
    document = {"@type": "Offer", "@id": "urn:offer", "permission": [USE], "obligation": list(duties), **terms}
    return msgspec.json.encode({name: value for name, value in document.items() if value})


@pytest.mark.parametrize("text", ["10", "0.25", "1", "year", "month", "day", "hour", "decimals-3", "prefix-12"])
def test_a_precision_that_is_offered_is_one_that_can_be_made(text: str) -> None:
    assert PRECISION.fullmatch(text)
    make_coarser(text)


@pytest.mark.parametrize(
    ("terms", "records", "code", "said"),
    [
        (offer(duty("dk:drop", field("id"))), None, "records-missing", "leave out fields. Offer a file"),
        (offer(duty("dk:drop", field("name"))), SURVEY, "field-missing", "(name)"),
        (offer(duty("dk:drop")), SURVEY, "manner-unclear", "(field)"),
        (offer(duty("dk:drop", atom("dk:field", "neq", "id"))), SURVEY, "manner-unclear", "(field)"),
        (offer(duty("dk:drop", field("id"), smallest(3))), SURVEY, "manner-unclear", "(smallestGroup)"),
        (offer(duty("dk:generalise", field("age"))), SURVEY, "manner-unclear", "(precision)"),
        (offer(duty("dk:generalise", field("age"), precision("roughly"))), SURVEY, "manner-unclear", "(precision)"),
        (offer(duty("dk:suppress")), SURVEY, "manner-unclear", "(smallestGroup)"),
        (offer(duty("dk:suppress", smallest(5, "lteq"))), SURVEY, "manner-unclear", "(smallestGroup)"),
        (offer(duty("dk:suppress", smallest(5))), CSV, "groups-missing", "suppress small groups"),
        (offer(duty("dk:aggregate")), CSV, "groups-missing", "aggregate"),
        (offer(duty("dk:drop", field("age")), BY_AGE), SURVEY, "field-missing", "(age)"),
        (offer(duty("dk:drop", field("id")), duty("dk:pseudonymise", field("id"))), ONLY_ID, "field-missing", "(id)"),
        (offer(duty("dk:aggregate"), BY_AGE), SURVEY, "field-missing", "(age)"),
        (offer(permission=[{**USE, "constraint": [GIVEN]}]), SURVEY, "not-stated", "consent"),
        (offer(prohibition=[{**USE, "constraint": [GERMAN]}]), SURVEY, "not-stated", "region of the record"),
        (offer(permission=[{**USE, "constraint": [atom("dk:groupSize", "gteq", "5")]}]), SURVEY, "not-stated", "group"),
        (
            offer(permission=[{**USE, "constraint": [atom("dk:aggregationLevel", "gteq", "district")]}]),
            SURVEY,
            "not-stated",
            "level of aggregation",
        ),
    ],
)  # fmt: skip
def test_what_the_data_does_not_allow_is_refused_with_the_reason(
    terms: bytes, records: Records | None, code: str, said: str
) -> None:
    unfit = acceptance.find_unenforceable(LIBRARY, terms, KnownData(records))
    assert unfit is not None
    assert unfit.code == code
    assert said in unfit.texts["en"]
    assert unfit.texts["de"] != unfit.texts["en"]


@pytest.mark.parametrize(
    ("terms", "records"),
    [
        (offer(duty("dk:drop", field("id"))), SURVEY),
        (offer(duty("dk:drop", field("whatever"))), CSV),
        (offer(duty("dk:generalise", field("age"), precision("10"))), SURVEY),
        (offer(duty("dk:suppress", smallest(5))), SURVEY),
        (offer(duty("dk:suppress", smallest(5), field("age", "district"))), CSV),
        (offer(duty("dk:aggregate"), duty("dk:suppress", smallest(5))), SURVEY),
        (offer(permission=[{**USE, "constraint": [GIVEN]}]), Records(format="csv", subject="id")),
        (offer(prohibition=[{**USE, "constraint": [GERMAN]}]), Records(format="csv", facts={REGION: "land"})),
        (offer(permission=[FIVE]), Records(format="csv", smallest_group=6)),
        (offer(duty("dk:suppress", smallest(5)), permission=[FIVE]), SURVEY),
        (offer(permission=[BLOCKS]), Records(format="csv", level="district")),
    ],
)  # fmt: skip
def test_what_the_data_allows_is_offered(terms: bytes, records: Records) -> None:
    assert acceptance.find_unenforceable(LIBRARY, terms, KnownData(records)) is None


COARSE = duty("dk:generalise", field("lon", "lat"), precision("decimals-2"))
COARSE_LON = duty("dk:generalise", field("lon"), precision("decimals-2"))
BY_PLACE = Records(format="csv", geometry=("lon", "lat"))


@pytest.mark.parametrize(
    ("terms", "records", "left"),
    [
        (offer(COARSE), Records(format="geojson"), "(geometry)"),
        (offer(COARSE), Records(format="csv", geometry=("wkt",)), "(wkt)"),
        (offer(COARSE_LON), BY_PLACE, "(lat)"),
        (offer(COARSE), BY_PLACE, ""),
        (offer(COARSE, duty("dk:drop", field("geometry"))), Records(format="shapefile"), ""),
        (offer(COARSE), Records(format="geopackage", fields=("lon", "lat")), ""),
        (offer(duty("dk:generalise", field("age"), precision("10"))), Records(format="geojson"), ""),
    ],
)
def test_a_place_that_stays_exact_beside_a_coarser_one_is_a_warning(terms: bytes, records: Records, left: str) -> None:
    said = acceptance.asset_remarks(LIBRARY, terms, datetime(2026, 5, 4, tzinfo=UTC), KnownData(records))
    assert [left in texts["en"] for texts in said] == ([True] if left else [])


def test_what_some_data_allows_is_no_error_of_a_policy_alone() -> None:
    for terms in (offer(duty("dk:aggregate"), BY_AGE), offer(permission=[{**USE, "constraint": [GIVEN]}])):
        assert acceptance.find_unenforceable(LIBRARY, terms) is None
    assert acceptance.find_unenforceable(LIBRARY, offer(duty("dk:aggregate", precision("10")))) is not None


@pytest.mark.parametrize("name", ["planning", "personal-data"])
def test_the_templates_that_protect_people_are_publishable_on_a_fitting_asset(name: str) -> None:
    filled = templates.fill(TEMPLATES[name], REQUIRED.get(name, {}))
    document = msgspec.json.encode({**filled, "@type": "Offer", "@id": "urn:offer"})
    fitting = KnownData(Records(format="csv", subject="person", groups=("district",)))
    assert acceptance.find_unenforceable(LIBRARY, document, fitting) is None
    assert acceptance.find_unenforceable(LIBRARY, document, known_data.data(None, "image/png")) is not None


async def agreed(desk: Desk, records: Records | None, **terms: Any) -> Rooms:
    rooms = provider(desk.rooms)
    await publish(rooms, {"kind": "file", "path": "a.csv"})
    asset = await rooms.context.store.asset(rooms.context.owner, DATASET)
    assert asset
    changed = msgspec.structs.replace(
        asset, records=records, version=2, media_type="text/csv" if records else "image/png"
    )
    await rooms.context.store.commit([PutAsset(changed, 1)])
    await conclude(rooms, **{"permission": [USE], **terms})
    return rooms


async def treatment_of(rooms: Rooms) -> Treatment | None:
    verdict = await judgement.judge_access(rooms.evaluator, requested(rooms))
    assert not verdict.denied, verdict.reasons
    return read_treatment(verdict.treatment)


async def test_a_decision_becomes_steps_in_the_order_of_the_vocabulary(desk: Desk) -> None:
    duties = [
        duty("dk:suppress", smallest(7, "gt")),
        duty("dk:generalise", field("age"), precision("10")),
        duty("dk:pseudonymise", field("id")),
    ]
    found = await treatment_of(await agreed(desk, SURVEY, obligation=duties))
    assert found
    assert found.records == SURVEY
    assert found.steps == (
        TransformStep(name="generalise", fields=("age",), precision="10"),
        TransformStep(name="pseudonymise", fields=("id",)),
        TransformStep(name="suppress", fields=("district",), smallest_group=8),
    )


async def test_small_groups_are_taken_out_while_adding_up(desk: Desk) -> None:
    duties = [duty("dk:aggregate", smallest(3)), duty("dk:suppress", smallest(5))]
    found = await treatment_of(await agreed(desk, SURVEY, obligation=duties))
    assert found
    assert found.steps == (TransformStep(name="aggregate", fields=("district",), smallest_group=5, measures=("age",)),)


async def test_terms_without_transforms_leave_the_bytes_as_they_are(desk: Desk) -> None:
    assert await treatment_of(await agreed(desk, SURVEY)) is None


async def test_consent_is_looked_up_for_the_purpose_of_the_use(desk: Desk) -> None:
    rooms = await agreed(desk, Records(format="csv", subject="id"), permission=[{**USE, "constraint": [GIVEN]}])
    found = await treatment_of(rooms)
    assert found
    assert found.rows
    assert found.consent is None, "no purpose is known, so nobody has agreed to it"
    known = LIBRARY.operands
    data = KnownData(Records(format="csv", subject="id"))
    situation = Situation(
        participant=CITY, claims={"purpose": ("dpv:AcademicResearch",)}, agreed_at=rooms.context.now(), data=data
    )
    document = (await rooms.context.store.agreements(rooms.context.owner, PageBounds()))[0][0].document
    verdict = judgement.judge(rooms.evaluator, document, situation, DATASET, Phase.ACCESS)
    found = read_treatment(verdict.treatment)
    assert found
    assert found.consent
    purpose = "https://w3id.org/dpv#AcademicResearch"
    tree = known.taxonomies["purpose"]
    assert set(found.consent.covering) == tree.above[purpose] >= {purpose}
    assert set(found.consent.touching) == tree.above[purpose] | tree.below[purpose]


@pytest.mark.parametrize(
    ("records", "terms", "reason"),
    [
        (None, {"obligation": [duty("dk:drop", field("id"))]}, "transform-unavailable"),
        (SURVEY, {"obligation": [duty("dk:drop", field("name"))]}, "field-missing"),
        (None, {"permission": [{**USE, "constraint": [GIVEN]}]}, "row-filter-unavailable"),
        (SURVEY, {"permission": [{**USE, "constraint": [GIVEN]}]}, "not-stated"),
    ],
)
async def test_no_byte_leaves_where_the_data_changed_and_no_longer_allows_the_treatment(
    desk: Desk, records: Records | None, terms: Json, reason: str
) -> None:
    verdict = await judgement.judge_access((await agreed(desk, records, **terms)).evaluator, requested(desk.rooms))
    assert verdict.denied
    assert verdict.record["verdict"] == "deny"
    assert verdict.record["reasons"] == [reason]
    assert verdict.reasons["de"]


async def test_what_the_owner_states_and_what_the_policy_guarantees_are_facts(desk: Desk) -> None:
    asked = [atom("dk:groupSize", "gteq", "5"), atom("dk:aggregationLevel", "gteq", "block")]
    stated = Records(format="csv", level="district", smallest_group=5)
    rooms = await agreed(desk, stated, permission=[{**USE, "constraint": asked}])
    assert await treatment_of(rooms) is None
    denied = Records(format="csv", level="household", smallest_group=4)
    asset = await rooms.context.store.asset(rooms.context.owner, DATASET)
    assert asset
    await rooms.context.store.commit([PutAsset(msgspec.structs.replace(asset, records=denied, version=3), 2)])
    assert (await judgement.judge_access(rooms.evaluator, requested(rooms))).denied


def test_what_a_policy_guarantees_counts_only_where_it_always_does() -> None:
    def guaranteed(*duties: Json) -> int:
        compiled = LIBRARY.compile(offer(*duties))
        assert not isinstance(compiled, Exception)
        return treatments.smallest_group(compiled)

    assert guaranteed(duty("dk:suppress", smallest(5)), duty("dk:aggregate", smallest(9))) == 9
    assert guaranteed(duty("dk:suppress", smallest(5), atom("dk:role", "eq", "urn:x"))) == 0
    assert guaranteed(duty("dk:drop", field("a"))) == 0
    assert Decimal(guaranteed()) == 0


def test_the_lease_names_the_forms_also_if_nothing_is_treated() -> None:
    made = treatments.make_treatment(
        LIBRARY.operands, KnownData(records=CSV, forms=("csv", "json")), DATASET, (), None, ()
    )
    assert isinstance(made, Treatment)
    assert (made.forms, made.changes) == (("csv", "json"), False)
    assert read_treatment(msgspec.json.encode(made)) == made
    assert treatments.make_treatment(LIBRARY.operands, KnownData(records=CSV), DATASET, (), None, ()) is None
