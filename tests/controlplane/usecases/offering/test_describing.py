"""What an owner states for the catalogue is written in one spelling, or refused with the member that states it."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases.offering.describing import settle_description
from connector.views.assets import AssetOrder, AssetStatement
from connector.views.descriptions import Contact, CoveredPlace, CoveredTime, Organisation
from tests.controlplane.usecases.offering.drafts import SOURCE

PLAIN = AssetOrder(title={"de": "Luft"}, source=SOURCE)


def settle(**stated: Any) -> AssetOrder:
    return settle_description(msgspec.structs.replace(PLAIN, **stated))


@pytest.mark.parametrize(
    ("member", "given", "expected"),
    [
        ("licence", "CC-BY/4.0", "http://dcat-ap.de/def/licenses/cc-by/4.0"),
        ("licence", "https://licences.example/frei", "https://licences.example/frei"),
        ("licence", "", None),
        ("frequency", "täglich", "DAILY"),
        ("frequency", "http://publications.europa.eu/resource/authority/frequency/WEEKLY", "WEEKLY"),
        ("format", "gtfs", "GTFS"),
        ("hvd", ("Mobilität", "mobility", "Statistics"), ("mobility", "statistics")),
        ("place", CoveredPlace(key="08 2 12 000"), CoveredPlace(key="08212000")),
        ("issued", "2026-05-01T08:00:00Z", "2026-05-01T08:00:00Z"),
        ("modified", "2026", "2026"),
        ("period", CoveredTime(start="2025-12-31", end="2026-01"), CoveredTime(start="2025-12-31", end="2026-01")),
        ("contact", Contact(telephone="0721 133-0"), Contact(telephone="0721 133-0")),
    ],
)
def test_a_statement_has_one_spelling(member: str, given: object, expected: object) -> None:
    assert getattr(settle(**{member: given}), member) == expected


@pytest.mark.parametrize(
    ("stated", "code", "said"),
    [
        ({"licence": "frei"}, "licence", "unknown: use one of dl-by-de/2.0"),
        ({"title": {"deutsche Sprache": "Luft"}}, "language", "not a language tag"),
        ({"stated": AssetStatement(languages=("xx",))}, "language", "three letters"),
        ({"media_type": "a/" + "b" * 500}, "media-type", "unusable"),
        (
            {"frequency": "sometimes"},
            "frequency",
            "`frequency` is 'sometimes', which is not in the list: use one of 1MIN",
        ),
        ({"format": "XYZ"}, "format", "not in the list"),
        ({"hvd": ("cars",)}, "hvd", "use one of geospatial"),
        ({"hvd": ("mobility",) * 101}, "hvd", "101 entries"),
        ({"legislation": ("ODD",)}, "legislation", "no IRI"),
        ({"conforms_to": ("https://a b",)}, "conforms-to", "no IRI"),
        ({"conforms_to": ("https://a/\x01",)}, "conforms-to", "no IRI"),
        ({"landing_page": "urn:page"}, "landing-page", "no web address"),
        ({"documentation": ("https://",)}, "documentation", "no web address"),
        ({"issued": "01.05.2026"}, "issued", "no date"),
        ({"issued": "2026-02-30"}, "issued", "no date"),
        ({"issued": "2026-W01-1"}, "issued", "no date"),
        ({"modified": "2026-05-01T08:00:00"}, "modified", "no date"),
        ({"publisher": Organisation(id="urn:a")}, "publisher", "publisher.name"),
        ({"publisher": Organisation(name="x" * 501)}, "publisher", "too long"),
        ({"publisher": Organisation(name="Amt", id="Amt")}, "publisher", "`publisher.id`"),
        ({"contact": Contact(name="Amt")}, "contact", "cannot be reached"),
        ({"contact": Contact(email="a@b@c")}, "contact", "no e-mail address"),
        ({"contact": Contact(email="amt@stadt.example?cc=x@y.example")}, "contact", "no e-mail address"),
        ({"contact": Contact(url="stadt.example")}, "contact", "`contact.url`"),
        ({"contact": Contact(telephone="call me")}, "contact", "no telephone number"),
        ({"place": CoveredPlace()}, "place", "empty"),
        ({"place": CoveredPlace(key="99212000")}, "place", "no official key"),
        ({"place": CoveredPlace(key="0821")}, "place", "no official key"),
        ({"place": CoveredPlace(id="Karlsruhe")}, "place", "`place.id`"),
        ({"place": CoveredPlace(box=(8.2, 48.9, 8.1, 49.0))}, "place", "no bounding box"),
        ({"place": CoveredPlace(box=(8.2, float("nan"), 8.3, 49.0))}, "place", "no bounding box"),
        ({"place": CoveredPlace(box=(8.2, 48.9))}, "place", "no bounding box"),
        ({"period": CoveredTime()}, "period", "empty"),
        ({"period": CoveredTime(start="2026", end="2025-12")}, "period", "exchange the two"),
        ({"period": CoveredTime(start="May")}, "period", "`period.start`"),
    ],
)
def test_what_a_catalogue_could_not_carry_is_refused(stated: dict[str, Any], code: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        settle(**stated)
    assert refused.value.code == code
    assert said in refused.value.reason
