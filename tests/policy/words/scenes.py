"""Scenes: a policy, what is known, and a request, for the page of everything that is said about them (`said.md`).

Written anew with `python -m tests.policy.words.scenes`, to be read by a person before it is committed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from connector.language.catalogue import Language
from connector.policy.analysis.difference import compare_versions
from connector.policy.analysis.lint import lint
from connector.policy.analysis.why import find_ways
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import explain
from connector.policy.model.situation import Performance, Phase, Request, World
from connector.policy.words import changes, findings
from connector.policy.words.card import card
from connector.policy.words.reasons import reasons
from connector.policy.words.sentence import sentence
from tests.policy.support import MOBILITY, NOON, TARGET, agreement, atom, build, facts, rule, shipped

PAGE = Path(__file__).with_name("said.md")
EVERY_TIER = frozenset({"provider", "consumer", "organisational"})
LANGUAGES: tuple[Language, ...] = ("de", "en")


class Scene(NamedTuple):
    """A policy and what is asked under it; `after` is a later version of it."""

    policy: dict[str, Any]
    known: Mapping[str, Any] = {}
    action: str = "use"
    target: str = TARGET
    party: str = MOBILITY
    phase: Phase = Phase.ACCESS
    context: Mapping[str, Any] = {}
    performed: Mapping[str, Performance] = {}
    agreed: datetime = NOON - timedelta(days=40)
    transforms: frozenset[str] = frozenset()
    rows: bool = False
    after: dict[str, Any] | None = None
    personal: Any = "none"


def typed(value: str, kind: str) -> dict[str, str]:
    return {"@value": value, "@type": f"xsd:{kind}"}


RESEARCH = atom("odrl:purpose", "isA", "dpv:ResearchAndDevelopment")
UNTIL = atom("odrl:dateTime", "lt", typed("2027-01-01", "date"))
FROM = atom("odrl:dateTime", "gteq", typed("2026-06-01T08:00:00Z", "dateTime"))
THIRTY = atom("odrl:elapsedTime", "lteq", typed("P30D", "duration"))
LATER = atom("odrl:elapsedTime", "gt", typed("P3M", "duration"))
FIVE = atom("odrl:count", "lteq", "5")
ROLES = [f"urn:role:{name}" for name in "abcdefghijkl"]
PAY = {"@id": "urn:pay", "action": "odrl:compensate", "constraint": [atom("odrl:payAmount", "eq", "50", unit="EUR")]}
LATE = {"@id": "urn:late", "action": "odrl:delete"}
INFORM = {
    "@id": "urn:inform",
    "action": "odrl:inform",
    "constraint": [
        atom("odrl:dateTime", "lteq", typed("2026-05-31", "date")),
        atom("dk:notifyAddress", "eq", "https://city.example/in"),
    ],
    "consequence": [LATE],
}
BEFORE = NOON - timedelta(days=1)
REFINED = {"rdf:value": {"@id": "odrl:print"}, "refinement": [atom("odrl:resolution", "lteq", "300", unit="dpi")]}
MANY = [rule(atom("odrl:purpose", "isA", "dpv:" + name), FIVE, UNTIL) for name in ("Marketing", "AcademicResearch")]
MANY += [rule(atom("odrl:spatial", "isPartOf", name), action="odrl:display") for name in ("DE", "FR", "AT", "CH")]


SCENES: dict[str, Scene] = {
    "granted": Scene(
        agreement(rule(RESEARCH, UNTIL, FIVE), timestamp="2026-03-25T12:00:00Z"),
        {"count:permission/0": 1},
        context={"purpose": "dpv:AcademicResearch"},
        after=agreement(rule(atom("odrl:purpose", "isA", "dpv:AcademicResearch"), UNTIL)),
    ),
    "another purpose, too late, used up": Scene(
        agreement(rule(RESEARCH, THIRTY, FIVE)),
        {"count:permission/0": 5},
        context={"purpose": "dpv:Marketing"},
        after=agreement(rule(RESEARCH, THIRTY, atom("odrl:count", "lteq", "9"))),
    ),
    "nothing known": Scene(
        agreement(rule(RESEARCH, atom("dk:role", "isAnyOf", ROLES), atom("dk:securityLevel", "gteq", "2"))),
        after=agreement(rule(RESEARCH, atom("dk:role", "isAnyOf", ROLES[:2])), conflict="perm"),
    ),
    "a wrong role among many": Scene(
        agreement(rule(atom("dk:role", "isAnyOf", ["urn:role:x"]), atom("dk:membership", "isNoneOf", ROLES))),
        {"role": ROLES, "membership": ROLES},
    ),
    "a time that has not come": Scene(
        agreement(rule(FROM, LATER, atom("dk:dayOfWeek", "isAnyOf", ["Saturday", "Sunday"]))),
        after=agreement(rule(LATER, atom("dk:timeOfDay", "gteq", "08:00"), atom("dk:timeOfDay", "lt", "18:30"))),
    ),
    "choices": Scene(
        agreement(
            rule(
                {"or": [RESEARCH, {"and": [FIVE, atom("odrl:spatial", "isPartOf", "DE")]}]},
                {"xone": [atom("dk:paymentState", "eq", "settled"), atom("dk:seat", "eq", "FR")]},
                {"andSequence": [atom("dk:connectorState", "eq", "urn:ready"), atom("dk:securityLevel", "gt", "1")]},
            )
        ),
        {"paymentState": "settled", "seat": "FR", "count:permission/0": 7, "spatial": "FR", "securityLevel": 1},
        context={"purpose": "dpv:Marketing"},
    ),
    "duties first": Scene(
        agreement(rule(RESEARCH, duty=[PAY, {"@id": "urn:anon", "action": "odrl:anonymize"}]), obligation=[INFORM]),
        context={"purpose": "dpv:AcademicResearch"},
        performed={"urn:pay": Performance(violated_at=BEFORE)},
        after=agreement(
            rule(RESEARCH, duty=[PAY | {"constraint": []}]), obligation=[INFORM | {"consequence": []}, LATE]
        ),
    ),
    "a violated obligation with its consequence": Scene(
        agreement(rule(), obligation=[INFORM, LATE | {"@id": "urn:own"}]),
        performed={"urn:inform": Performance(violated_at=BEFORE)},
        after=agreement(rule()),
    ),
    "prohibited, with remedies": Scene(
        agreement(
            rule(),
            prohibition=[
                rule(atom("odrl:spatial", "isPartOf", "FR"), atom("dk:securityLevel", "lt", "3"), remedy=[LATE]),
                rule(action="odrl:distribute", remedy=[{"@id": "urn:tell", "action": "odrl:inform"}]),
                rule(RESEARCH, action="odrl:sell"),
            ],
        ),
        {"spatial": "FR"},
        after=agreement(rule(), prohibition=[rule(action="odrl:distribute", remedy=[LATE])]),
    ),
    "permissions that come first": Scene(
        agreement(
            rule(RESEARCH, {"and": [UNTIL, atom("dk:role", "eq", "urn:role:a")]}),
            prohibition=[rule(), rule(action="odrl:distribute")],
            conflict="perm",
        ),
        context={"purpose": "dpv:Marketing"},
    ),
    "forbidden by exactly one of three": Scene(
        agreement(
            rule(),
            prohibition=[
                rule(
                    {
                        "xone": [
                            atom("dk:role", "eq", "urn:role:a"),
                            atom("dk:securityLevel", "lt", "3"),
                            atom("odrl:spatial", "isPartOf", "FR"),
                        ]
                    }
                )
            ],
        ),
        {"role": ["urn:role:a"], "securityLevel": 4, "spatial": "DE"},
    ),
    "a use that came too early or too often": Scene(
        agreement(
            rule(atom("odrl:count", "eq", "3"), atom("odrl:elapsedTime", "gteq", typed("P50D", "duration"))),
            rule(atom("odrl:count", "lt", "2"), atom("odrl:dateTime", "lt", typed("2026-01-01", "date"))),
        ),
        {"count:permission/0": 1, "count:permission/1": 4},
    ),
    "at the wrong hour": Scene(
        agreement(rule(atom("dk:timeOfDay", "gteq", "14:00"), FIVE | {"@id": "urn:five"})),
        {"count:permission/0": 1},
        after=agreement(rule(atom("dk:timeOfDay", "gteq", "14:00"), FIVE)),
    ),
    "a prohibition that never applies": Scene(
        agreement(rule(), prohibition=[rule(FROM, atom("odrl:dateTime", "lt", typed("2026-01-01", "date")))]),
    ),
    "another address to inform": Scene(
        agreement(rule(), obligation=[INFORM]),
        after=agreement(
            rule(),
            obligation=[INFORM | {"constraint": [atom("dk:notifyAddress", "eq", "https://city.example/other")]}],
        ),
    ),
    "passing on": Scene(agreement(rule(), prohibition=[rule(action="odrl:distribute")]), action="odrl:distribute"),
    "void": Scene(agreement(rule(), prohibition=[rule()], conflict="invalid")),
    "replaced": Scene(agreement(rule(), **{"dct:isReplacedBy": "urn:policy:next"})),
    "another party, data and action": Scene(
        agreement(rule(RESEARCH, action="odrl:display")), action="odrl:modify", target="urn:other", party="urn:other"
    ),
    "records": Scene(
        agreement(
            rule(atom("dk:consentStatus", "isAnyOf", ["dpv:ConsentGiven", "dpv:RenewedConsentGiven"]), RESEARCH),
            prohibition=[rule(atom("dk:recordRegion", "isPartOf", "FR"))],
            obligation=[
                {"action": "dk:pseudonymise", "constraint": [atom("dk:field", "isAnyOf", ["name", "street"])]},
                {"action": "dk:suppress", "constraint": [atom("dk:smallestGroup", "gteq", "5")]},
            ],
        ),
        context={"purpose": "dpv:AcademicResearch"},
        personal="personal",
    ),
    "records that can be kept apart": Scene(
        agreement(
            rule(atom("dk:consentStatus", "eq", "dpv:ConsentGiven"), atom("dk:legalBasis", "eq", "eu-gdpr:A6-1-f")),
            obligation=[{"action": "dk:pseudonymise"}, {"action": "odrl:delete", "constraint": [THIRTY]}],
        ),
        {"legalBasis": "https://w3id.org/dpv/legal/eu/gdpr#A6-1-f"},
        rows=True,
        personal="special",
    ),
    "held by the contract": Scene(
        agreement(
            rule(
                atom("odrl:industry", "eq", "urn:industry:water"),
                atom("dk:storageRegion", "isPartOf", "EU"),
                atom("odrl:language", "eq", "de"),
            ),
            obligation=[{"action": "odrl:attribute", "constraint": [atom("dk:notice", "eq", "Quelle: Stadt")]}],
        ),
        {"language": "fr"},
    ),
    "money and volume": Scene(
        agreement(
            rule(
                atom("odrl:payAmount", "gteq", "50", unit="EUR"),
                atom("dk:volume", "lteq", "2.5", unit="GB"),
                atom("dk:paymentState", "eq", "settled"),
            ),
            obligation=[PAY],
        ),
        {"paymentState": "due", "volume:permission/0": 1},
        after=agreement(rule(atom("dk:volume", "lteq", "1", unit="GB")), obligation=[PAY]),
    ),
    "refined and collected": Scene(
        agreement(
            rule(action=REFINED, target={"@type": "AssetCollection", "source": "urn:shelf"}),
            rule(
                action=["odrl:read", "odrl:print"],
                assignee={
                    "@type": "PartyCollection",
                    "source": "urn:team",
                    "refinement": [atom("dk:role", "eq", "urn:role:a")],
                },
            ),
            rule(action="odrl:index", informedParty="urn:office"),
        ),
        action="odrl:print",
        target="urn:shelf",
        context={"resolution": 600},
    ),
    "an offer shown": Scene(
        {**agreement(rule(RESEARCH, FIVE, duty=[LATE])), "@type": "Offer"},
        phase=Phase.CATALOGUE,
    ),
    "an offer is no grant": Scene({**agreement(rule(RESEARCH)), "@type": "Offer"}),
    "a set of our own": Scene({"@type": "Set", "@id": "urn:set", "target": TARGET, "permission": [rule(RESEARCH)]}),
    "negotiated": Scene(
        agreement(rule(RESEARCH, atom("odrl:fileFormat", "eq", "text/csv"), duty=[LATE]), prohibition=[rule(FROM)]),
        phase=Phase.NEGOTIATION,
    ),
    "many permissions": Scene(agreement(*MANY), action="odrl:display", after=agreement(*MANY[:2])),
    "many obligations": Scene(
        agreement(
            rule(),
            obligation=[
                {"@id": f"urn:duty:{name}", "action": f"odrl:{name}", "assignee": f"urn:party:{name}"}
                for name in ("inform", "delete", "attribute", "archive", "anonymize", "reviewPolicy")
            ],
        )
    ),
    "nothing but duties": Scene({**agreement(), "obligation": [INFORM]}),
    "events": Scene(
        agreement(
            rule(atom("odrl:event", "eq", "urn:event:flood")), rule(atom("odrl:event", "gt", "odrl:policyUsage"))
        ),
        {"event": ["urn:event:fair"]},
    ),
    "levels and devices": Scene(
        agreement(
            rule(
                atom("dk:aggregationLevel", "gteq", "district"),
                atom("odrl:systemDevice", "isAnyOf", ["urn:device:1", "urn:device:2"]),
                atom("dk:artifactState", "eq", "encrypted"),
                atom("odrl:recipient", "eq", MOBILITY),
            )
        ),
        {"aggregationLevel": "block", "systemDevice": "urn:device:3", "artifactState": "plain"},
        after=agreement(
            rule(atom("dk:aggregationLevel", "gteq", "city"), atom("odrl:systemDevice", "isNoneOf", ["urn:device:3"]))
        ),
    ),
}


def render() -> str:
    """Return the page: for each scene everything that is said about it, in both languages."""
    parts = ["# What is said about policies\n\nMade by `scenes.py`. Read it before it is committed.\n"]
    for name, scene in SCENES.items():
        parts.append(f"\n## {name}\n")
        parts += _said(scene)
    return "\n".join(parts).rstrip() + "\n"


def _said(scene: Scene) -> list[str]:
    compiled = build(scene.policy, accept=EVERY_TIER)
    request = Request(scene.action, scene.target, scene.party, NOON, facts(scene.context))
    world = World(
        facts=facts(scene.known),
        agreed_at=scene.agreed,
        performed=scene.performed,
        transforms=scene.transforms,
        row_filters=scene.rows,
    )
    found = explain(compiled, request, world, scene.phase)
    lines = []
    for language in LANGUAGES:
        lines += [f"- {sentence(compiled, language)}"]
        lines += [f"- {line}" for line in card(compiled, language).text.splitlines()]
        explained = reasons(found, shipped(), language)
        lines += [f"- → {text}" for text in explained]
        lines += [f"- ⇒ {text}" for text in reasons(found.decision, shipped(), language) if text not in explained]
        for way in find_ways(compiled, found, request, world):
            lines.append(f"- ? {changes.way(way, shipped(), language)} ({'proven' if way.proven else 'open'})")
        lines += _compared(compiled, scene, language)
        lines.append("")
    lines += _findings(compiled, scene)
    return lines


def _compared(compiled: Compiled, scene: Scene, language: Language) -> list[str]:
    if scene.after is None:
        return []
    told = []
    later = build(scene.after, accept=EVERY_TIER)
    for sign, old, new in (("»", compiled, later), ("«", later, compiled)):
        found = compare_versions(old, new)
        told.append(f"- {sign} {changes.width(found.width, language)}")
        told += [
            f"- {sign} {entry.kind} {entry.part} {entry.rule}: {changes.change(entry, shipped(), language)}"
            for entry in found.changes
        ]
    return told


def _findings(compiled: Compiled, scene: Scene) -> list[str]:
    remarks = lint(compiled, now=datetime(2026, 1, 1, tzinfo=UTC), personal=scene.personal)
    return [
        f"- {remark.level} {finding.code} {finding.rule} {finding.other} {' '.join(finding.operands)}: "
        f"{findings.say(finding, shipped(), 'de')} | {findings.say(finding, shipped(), 'en')}"
        for remark in remarks
        for finding in (remark.finding,)
    ]


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
