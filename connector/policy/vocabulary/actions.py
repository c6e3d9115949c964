"""The actions of the ODRL 2.2 core vocabulary: what includes what, and what deprecated terms are called today.

ODRL Vocabulary 2.2, section 4 (`odrl:includedIn`, `skos:exactMatch`). Pure: standard library only.
"""

from collections.abc import Iterable, Mapping

from connector.policy.model.policy import ODRL

CC = "http://creativecommons.org/ns#"

_IN_USE = [
    "acceptTracking",
    "aggregate",
    "annotate",
    "anonymize",
    "archive",
    "attribute",
    "compensate",
    "concurrentUse",
    "delete",
    "derive",
    "digitize",
    "distribute",
    "ensureExclusivity",
    "execute",
    "grantUse",
    "include",
    "index",
    "inform",
    "install",
    "modify",
    "move",
    "nextPolicy",
    "obtainConsent",
    "play",
    "present",
    "print",
    "read",
    "reproduce",
    "reviewPolicy",
    "stream",
    "synchronize",
    "textToSpeech",
    "transform",
    "translate",
    "uninstall",
    "watermark",
]
_CREATIVE_COMMONS = [
    "Attribution",
    "CommericalUse",
    "DerivativeWorks",
    "Distribution",
    "Notice",
    "Reproduction",
    "ShareAlike",
    "Sharing",
    "SourceCode",
]

INCLUDED_IN: dict[str, str] = {
    **{ODRL + name: ODRL + "use" for name in _IN_USE},
    **{CC + name: ODRL + "use" for name in _CREATIVE_COMMONS},
    ODRL + "display": ODRL + "play",
    ODRL + "extract": ODRL + "reproduce",
    ODRL + "give": ODRL + "transfer",
    ODRL + "sell": ODRL + "transfer",
}
"""Direct parent of each live action; `use` and `transfer` are the roots."""

SYNONYMS: dict[str, str] = {
    **{ODRL + name: ODRL + "modify" for name in ("write", "writeTo", "append", "appendTo")},
    ODRL + "pay": ODRL + "compensate",
    ODRL + "copy": ODRL + "reproduce",
    ODRL + "license": ODRL + "grantUse",
    ODRL + "export": ODRL + "transform",
    ODRL + "share": CC + "Sharing",
    ODRL + "attachPolicy": CC + "Notice",
    ODRL + "attachSource": CC + "SourceCode",
    ODRL + "shareAlike": CC + "ShareAlike",
    ODRL + "commercialize": CC + "CommericalUse",
    # The vocabulary itself spells this term wrongly; documents use both spellings.
    CC + "CommercialUse": CC + "CommericalUse",
}
"""Deprecated terms that have a successor."""

WITHOUT_SUCCESSOR = frozenset(
    ODRL + name
    for name in [
        "adHocShare",
        "extractChar",
        "extractPage",
        "extractWord",
        "lease",
        "lend",
        "preview",
        "secondaryUse",
    ]
)
"""Deprecated terms that the standard gives no successor: a policy with one of them is refused."""

CORE = frozenset(INCLUDED_IN) | frozenset(SYNONYMS) | WITHOUT_SUCCESSOR | {ODRL + "use", ODRL + "transfer"}


def find_descendants(included_in: Mapping[str, str], synonyms: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return for each action every spelling of every action whose request it covers, itself included.

    Parameters:
        included_in: action to its direct parent.
        synonyms: other term to the action it means.

    Raises:
        ValueError: the hierarchy has a circle.

    >>> "odrl:display" in find_descendants(INCLUDED_IN, SYNONYMS)[ODRL + "play"]
    True
    """
    covered: dict[str, set[str]] = {ODRL + "use": {ODRL + "use"}, ODRL + "transfer": {ODRL + "transfer"}}
    for action in included_in:
        for ancestor in _ancestors(action, included_in):
            covered.setdefault(ancestor, {ancestor}).add(action)
    for action, members in covered.items():
        members.update(other for other, meant in synonyms.items() if meant in members)
        covered[action] = members | set(_short(members))
    return {action: frozenset(members) for action, members in covered.items()}


def _ancestors(action: str, included_in: Mapping[str, str]) -> list[str]:
    chain = [action]
    while (parent := included_in.get(chain[-1])) is not None:
        if parent in chain:
            raise ValueError(f"The action {action} is included in itself: remove one `included_in` of the cycle.")
        chain.append(parent)
    return chain


def _short(iris: Iterable[str]) -> list[str]:
    names = [iri.removeprefix(ODRL) for iri in iris if iri.startswith(ODRL)]
    return names + [f"odrl:{name}" for name in names]
