"""Offers of city data in German and English, made from subjects and cities: the same for every run.

`make_offers` repeats the subjects with other places, years and departments; `list_offers` has each subject of each city
once, under identifiers that questions can name.
"""

import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

EU = "http://publications.europa.eu/resource/authority/"


class Subject(NamedTuple):
    """What data is about: titles, descriptions, keywords, theme, formats and frequency."""

    key: str
    de: str
    en: str
    text_de: str
    text_en: str
    keywords: tuple[str, ...]
    theme: str
    format: str
    frequency: str


def _read_subjects() -> tuple[Subject, ...]:
    rows = tomllib.loads(Path(__file__).with_name("subjects.toml").read_text("utf-8"))["subject"]
    return tuple(
        Subject(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})
        for row in rows
    )


SUBJECTS = _read_subjects()
CITIES = {
    "bochum": ("Bochum", 7.22, 51.48),
    "karlsruhe": ("Karlsruhe", 8.40, 49.01),
    "stuttgart": ("Stuttgart", 9.18, 48.78),
    "bielefeld": ("Bielefeld", 8.53, 52.02),
    "leipzig": ("Leipzig", 12.37, 51.34),
    "muenchen": ("München", 11.58, 48.14),
    "koeln": ("Köln", 6.96, 50.94),
    "hamburg": ("Hamburg", 9.99, 53.55),
}
DEPARTMENTS = ("Umweltamt", "Tiefbauamt", "Stadtwerke", "Vermessungsamt", "Amt für Statistik", "Verkehrsbetriebe")
LICENCES = (
    "http://dcat-ap.de/def/licenses/dl-by-de/2.0",
    "http://dcat-ap.de/def/licenses/dl-zero-de/2.0",
    "http://dcat-ap.de/def/licenses/cc-by/4.0",
)


def list_offers() -> list[dict[str, Any]]:
    """Return each subject of each city once; the identifier is `<subject>-<city>`."""
    return [make_offer(f"{subject.key}-{city}", subject, city, "", 3) for city in CITIES for subject in SUBJECTS]


def make_offers(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield `count` different offers."""
    chance = random.Random(seed)
    cities = list(CITIES)
    for number in range(count):
        district = f"Bezirk {chance.randrange(1, 60)} {chance.randrange(2005, 2027)}"
        subject, city = chance.choice(SUBJECTS), chance.choice(cities)
        yield make_offer(f"urn:offer:{number}", subject, city, district, chance.randrange(10**6))


def make_offer(id: str, subject: Subject, city: str, detail: str, dice: int) -> dict[str, Any]:
    """Return an offer as a connector sends it; some are for a fee, some for one purpose, some in German only."""
    name, longitude, latitude = CITIES[city]
    titles = [{"@language": "de", "@value": f"{subject.de} {name} {detail}".strip()}]
    texts = [{"@language": "de", "@value": f"{subject.text_de} Stadt {name}. {detail}".strip()}]
    if dice % 4:
        titles.append({"@language": "en", "@value": f"{subject.en} {name} {detail}".strip()})
        texts.append({"@language": "en", "@value": f"{subject.text_en} City of {name}."})
    rule: dict[str, Any] = {"action": "use"}
    if dice % 5 == 1:
        rule["duty"] = [{"action": "compensate"}]
    if dice % 5 == 2:
        purpose = "https://w3id.org/dpv#PublicBenefit"
        rule["constraint"] = [{"leftOperand": "purpose", "operator": "isA", "rightOperand": purpose}]
    x, y = longitude + (dice % 97) / 1000, latitude + (dice % 89) / 1000
    return {
        "@id": id,
        "@type": "Dataset",
        "dct:title": titles,
        "dct:description": texts,
        "dcat:keyword": list(subject.keywords),
        "dcat:theme": {"@id": f"{EU}data-theme/{subject.theme}"},
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": f"{DEPARTMENTS[dice % 6]} {name}"},
        "dct:license": {"@id": LICENCES[dice % 3]},
        "dct:accrualPeriodicity": {"@id": f"{EU}frequency/{subject.frequency}"},
        "dct:accessRights": {"@id": f"{EU}access-right/PUBLIC"},
        "dct:spatial": {"dcat:bbox": f"POLYGON(({x} {y}, {x + 0.02} {y + 0.02}))"},
        "hasPolicy": [{"@id": f"{id}#offer", "@type": "Offer", "permission": [rule]}],
        "distribution": [
            {
                "@type": "Distribution",
                "format": "HttpData-PULL",
                "dct:format": {"@id": f"{EU}file-type/{subject.format}"},
                "accessService": {"@id": "urn:service", "@type": "DataService", "endpointURL": "https://x.example/dsp"},
            }
        ],
    }
