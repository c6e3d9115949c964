"""The registry: every left operand, action and profile that a policy may use here.

One registry serves evaluation, analysis, editors, plain words and documents. It is handed in as text and never reads a
file. Pure: standard library and msgspec only.
"""

import tomllib
from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Literal, TypeAlias

import msgspec

from connector.policy.model.policy import ODRL, ConflictStrategy
from connector.policy.vocabulary import taxonomy
from connector.policy.vocabulary.actions import INCLUDED_IN, SYNONYMS, WITHOUT_SUCCESSOR, find_descendants
from connector.policy.vocabulary.names import OPERATORS, expand
from connector.policy.vocabulary.taxonomy import Taxonomy

OperandSort: TypeAlias = Literal["instant", "clock", "duration", "number", "code", "name", "taxonomy", "text", "flag"]
FactSource: TypeAlias = Literal[
    "request", "agreement", "credential", "clock", "counter", "connector", "state", "record"
]
Trust: TypeAlias = Literal["own", "verified", "attested", "declared"]
Tier: TypeAlias = Literal["provider", "consumer", "organisational"]
TransformResult: TypeAlias = Literal["fields", "without", "groups"]
RegionKind: TypeAlias = Literal["instants", "durations", "numbers", "codes", "names", "tree"]

_ORDERED = frozenset({"eq", "neq", "lt", "lteq", "gt", "gteq", "isAnyOf", "isNoneOf"})
_SETS = frozenset({"eq", "neq", "isAnyOf", "isNoneOf", "isAllOf"})
_OPERATORS: dict[str, frozenset[str]] = {
    "instant": _ORDERED,
    "clock": _ORDERED - {"isAnyOf", "isNoneOf"},
    "duration": _ORDERED - {"isAnyOf", "isNoneOf"},
    "number": _ORDERED,
    "code": _SETS,
    "name": _SETS,
    "taxonomy": _SETS | {"isA", "isPartOf", "hasPart"},
    "text": _SETS,
    "flag": frozenset({"eq", "neq"}),
}
_REGIONS: dict[str, RegionKind] = {
    "instant": "instants",
    "clock": "numbers",
    "duration": "durations",
    "number": "numbers",
    "code": "codes",
    "name": "names",
    "taxonomy": "tree",
    "text": "names",
    "flag": "codes",
}

MANNER = frozenset(
    ODRL + name for name in ("payAmount", "recipient", "deliveryChannel", "fileFormat", "language", "resolution")
)
"""Operands that say how a duty is performed, not when it applies: what is paid, to whom, in which form it is told."""


class Operand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One left operand. The fields are explained at the head of `policies/operands.toml`."""

    iri: str
    sort: OperandSort
    source: FactSource
    trust: Trust
    de: str
    en: str
    tier: Tier = "provider"
    fact: str = ""
    code: str = ""
    taxonomy: str = ""
    aliases: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    units: dict[str, int] = {}
    operators: frozenset[str] = frozenset()
    ordered: bool = False
    multiple: bool = False
    caseless: bool = False
    per_record: bool = False
    parameter: bool = False
    stateful: bool = False
    personal: bool = False
    of_asset: bool = False
    gap: str = ""

    @property
    def region(self) -> RegionKind:
        """The kind of region that the analysis builds for it."""
        return _REGIONS[self.sort]

    @property
    def unit(self) -> str:
        """The unit in which its numbers are compared; empty for plain numbers."""
        return next((unit for unit, factor in self.units.items() if factor == 1), "")


class ActionEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An action beside the core vocabulary; with `transform`, the data plane applies it before data leaves.

    The fields are explained at the head of `policies/operands.toml`.
    """

    iri: str
    de: str
    en: str
    included_in: str = ODRL + "use"
    transform: str = ""
    requires: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    grouped: bool = False
    result: TransformResult = "fields"


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A profile that is understood, and the conflict strategy of policies that name it and say none themselves."""

    iri: str
    conflict: ConflictStrategy = "invalid"


class Registry(msgspec.Struct, frozen=True):
    """Everything that a policy may say.

    Parameters:
        operands: left operand IRI, and every alias, to its description.
        taxonomies: name to taxonomy.
        actions: every spelling of every action to its canonical IRI.
        covers: canonical action IRI to every spelling of every action that its permission or prohibition covers.
        included_in: canonical action IRI to its direct parent.
        transforms: action IRI to the transform the data plane applies, in the order of application.
        entries: actions of ours by IRI.
        profiles: profile IRI to profile.
        zone: the local zone of the provider, for days and times of the day that state no zone.
        labels: value of an open list, such as a group, to what people here call it in each language.
    """

    operands: Mapping[str, Operand]
    taxonomies: Mapping[str, Taxonomy]
    actions: Mapping[str, str]
    covers: Mapping[str, frozenset[str]]
    included_in: Mapping[str, str]
    transforms: Mapping[str, str]
    entries: Mapping[str, ActionEntry]
    profiles: Mapping[str, Profile]
    zone: tzinfo = UTC
    labels: Mapping[str, Mapping[str, str]] = {}

    @property
    def by_transform(self) -> dict[str, ActionEntry]:
        """The actions that the data plane applies, by the name of their transform, in the order of application."""
        return {name: self.entries[iri] for iri, name in self.transforms.items()}


class _RegistryFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    operand: tuple[Operand, ...] = ()
    action: tuple[ActionEntry, ...] = ()
    profile: tuple[Profile, ...] = ()


def parse(toml_text: str, terms: Mapping[str, str] | tuple[str, ...] = ()) -> Registry:
    r"""Build a registry from the text of `policies/operands.toml` and the texts of `vocab/terms/*.toml`.

    Parameters:
        toml_text: operands, actions and profiles.
        terms: the texts of the taxonomies that the operands name, in any order.

    Raises:
        ValueError: a row is malformed, is there twice, or names a taxonomy that was not handed in.

    >>> parse('[[profile]]\niri = "urn:profile"').profiles["urn:profile"].conflict
    'invalid'
    """
    file = msgspec.convert(tomllib.loads(toml_text), _RegistryFile)
    texts = terms.values() if isinstance(terms, Mapping) else terms
    return build(file.operand, file.action, file.profile, tuple(taxonomy.parse(text) for text in texts))


def build(
    operands: tuple[Operand, ...],
    actions: tuple[ActionEntry, ...] = (),
    profiles: tuple[Profile, ...] = (),
    taxonomies: tuple[Taxonomy, ...] = (),
) -> Registry:
    """Build a registry from rows, also from those of other packages.

    Raises:
        ValueError: a row is there twice, contradicts itself, or names a taxonomy that was not handed in.

    >>> row = Operand(iri="dk:fleet", sort="number", source="credential", trust="verified", de="Flotte", en="fleet")
    >>> build((row,)).operands[expand("dk:fleet", {})].fact
    'fleet'
    """
    by_taxonomy = {entry.name: entry for entry in taxonomies}
    by_iri: dict[str, Operand] = {}
    for row in operands:
        operand = _complete(row, by_taxonomy)
        for name in (operand.iri, *operand.aliases):
            if by_iri.setdefault(name, operand) is not operand:
                raise ValueError(f"The left operand {name} is registered twice: remove one row.")
    entries = {expand(entry.iri, {}): _complete_action(entry, by_iri) for entry in actions}
    included_in = dict(INCLUDED_IN)
    for iri, entry in entries.items():
        if included_in.setdefault(iri, expand(entry.included_in, {})) != expand(entry.included_in, {}):
            raise ValueError(f"The action {iri} is part of the core vocabulary: remove its row.")
    covers = find_descendants(included_in, SYNONYMS)
    canonical = {spelling: iri for iri in covers for spelling in covers[iri] if spelling == iri}
    canonical.update(SYNONYMS)
    for iri in list(canonical):
        if iri.startswith(ODRL):
            name = iri.removeprefix(ODRL)
            canonical[name] = canonical[f"odrl:{name}"] = canonical[iri]
    return Registry(
        operands=by_iri,
        taxonomies=by_taxonomy,
        actions={name: iri for name, iri in canonical.items() if name not in WITHOUT_SUCCESSOR},
        covers=covers,
        included_in=included_in,
        transforms={iri: entry.transform for iri, entry in entries.items() if entry.transform},
        entries=entries,
        profiles={entry.iri: entry for entry in profiles},
    )


def _complete_action(row: ActionEntry, operands: Mapping[str, Operand]) -> ActionEntry:
    requires = tuple(expand(name, {}) for name in row.requires)
    accepts = tuple(expand(name, {}) for name in row.accepts)
    for name in (*requires, *accepts):
        if name not in operands or not operands[name].parameter or not row.transform:
            raise ValueError(
                f"The action {row.iri}: {name} is not a registered parameter, or the action is not a transform."
            )
    return msgspec.structs.replace(row, requires=requires, accepts=accepts)


def _complete(row: Operand, taxonomies: Mapping[str, Taxonomy]) -> Operand:
    iri = expand(row.iri, {})
    if row.sort == "taxonomy" and row.taxonomy not in taxonomies:
        raise ValueError(f"The operand {row.iri} needs the taxonomy {row.taxonomy!r}: add its text.")
    if (row.sort == "code") != bool(row.values):
        raise ValueError(f"The operand {row.iri}: the sort code needs `values`, and no other sort has them.")
    allowed = _ORDERED | _SETS if row.code else _ORDERED if row.ordered else _OPERATORS[row.sort]
    if row.multiple and (row.ordered or row.sort in {"instant", "clock", "duration", "number", "flag"}):
        raise ValueError(
            f"The operand {row.iri}: several values have no order: remove `multiple` or use the sort name."
        )
    if row.operators - OPERATORS or row.operators - allowed:
        raise ValueError(
            f"The operand {row.iri}: its sort does not allow {', '.join(sorted(row.operators - allowed))}."
        )
    return msgspec.structs.replace(
        row,
        iri=iri,
        aliases=tuple(expand(alias, {}) for alias in row.aliases),
        fact=row.fact or iri.replace("#", "/").rsplit("/", 1)[-1],
        operators=row.operators or (_ORDERED if row.ordered else _OPERATORS[row.sort]),
    )
