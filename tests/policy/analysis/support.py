"""Short ways to write offers for the analysis tests."""

from connector.policy.compiling.compiled import Compiled
from connector.policy.model.policy import DK
from tests.policy.support import CITY, TARGET, atom, build, rule

EVERY_TIER = frozenset({"provider", "consumer", "organisational"})


def offer(*permissions: object, **more: object) -> Compiled:
    """A compiled Offer; without permissions it permits use under no condition."""
    options = {name: more.pop(name) for name in ("registry", "conflict", "duty_mode") if name in more}
    document = {
        "@context": {"dk": DK},
        "@type": "Offer",
        "@id": "urn:policy",
        "target": TARGET,
        "assigner": CITY,
        "permission": list(permissions) or [rule()],
    }
    return build(document | more, accept=EVERY_TIER, **options)


def use(*constraints: object, **more: object) -> Compiled:
    """An Offer with one permission to use."""
    return offer(rule(*constraints), **more)


def purpose(name: str, operator: str = "isA") -> dict[str, object]:
    return atom("odrl:purpose", operator, name)


def before(text: str) -> dict[str, object]:
    return atom("odrl:dateTime", "lt", {"@value": text, "@type": "xsd:dateTime"})


def times(most: int) -> dict[str, object]:
    return atom("odrl:count", "lteq", str(most))


def within(text: str, operator: str = "lteq") -> dict[str, object]:
    return atom("odrl:elapsedTime", operator, {"@value": text, "@type": "xsd:duration"})


def duty(action: str, *constraints: object) -> dict[str, object]:
    return {"action": action, "constraint": list(constraints)}


def due(text: str) -> dict[str, object]:
    return atom("odrl:dateTime", "lteq", {"@value": text, "@type": "xsd:dateTime"})
