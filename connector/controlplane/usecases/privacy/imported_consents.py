"""Consents from a sheet: recorded together by keyed references, and taken back as long as nobody changed them."""

from collections.abc import Mapping, Sequence

import msgspec

from connector.controlplane.core.errors import Invalid
from connector.controlplane.core.lookup import find_asset
from connector.controlplane.judging.treating.known_data import CONSENT, PURPOSE
from connector.controlplane.usecases.consents import MOST_ENTRIES, ConsentRegister, append, read_term
from connector.policy.deciding.consent import DPV
from connector.ports.entities import Consent

UNKNOWN = f"{DPV}ConsentUnknown"
"""The state of a person of whom nothing was recorded before an import that was taken back (dpv:ConsentUnknown)."""

ConsentKey = tuple[str, str, str]
"""The keyed reference of a person, the dataset (empty for all), and the purpose."""


class ImportedConsents(msgspec.Struct, frozen=True):
    """The entries of an import, and for each what was recorded before; None for nothing."""

    entries: tuple[Consent, ...]
    before: tuple[Consent | None, ...]


def key_of(entry: Consent) -> ConsentKey:
    """Return what an entry is about."""
    return entry.subject, entry.dataset, entry.purpose


async def find_standing(register: ConsentRegister, keys: Sequence[ConsentKey]) -> Mapping[ConsentKey, Consent]:
    """Return the latest entry for each key that has one, with one query."""
    context = register.context
    found = await context.store.consents_of(context.owner, sorted({subject for subject, _, _ in keys}), "")
    latest = {key_of(entry): entry for entries in found.values() for entry in entries}
    return {key: latest[key] for key in keys if key in latest}


async def record_sheet(register: ConsentRegister, entries: Sequence[Consent]) -> ImportedConsents:
    """Record entries by keyed references, all or none; of several about the same, the last counts.

    Raises Invalid, and NoSuchEntity for an unknown dataset.
    """
    if not 0 < len(entries) <= MOST_ENTRIES:
        raise Invalid("entries", f"One request can record 1 to {MOST_ENTRIES} entries: split it.")
    for dataset in {entry.dataset for entry in entries} - {""}:
        await find_asset(register.context, dataset)
    now = register.context.now()
    last = {key_of(entry): entry for number, entry in enumerate(entries, 1) if _check(register, entry, number)}
    before = await find_standing(register, list(last))
    made = [msgspec.structs.replace(entry, at=now) for entry in last.values()]
    await append(register.evaluator, made)
    return ImportedConsents(tuple(made), tuple(before.get(key) for key in last))


async def take_back(register: ConsentRegister, imported: ImportedConsents) -> int:
    """Record again what was before an import, where nobody has changed it since; return for how many entries."""
    context = register.context
    standing = await find_standing(register, [key_of(entry) for entry in imported.entries])
    now = context.now()
    restored = [
        msgspec.structs.replace(entry, at=now, state=old.state if old else UNKNOWN, until=old.until if old else None)
        for entry, old in zip(imported.entries, imported.before, strict=True)
        if standing.get(key_of(entry)) == entry
    ]
    if restored:
        await append(register.evaluator, restored)
    return len(restored)


def _check(register: ConsentRegister, entry: Consent, number: int) -> bool:
    """Return whether an entry has a known purpose and state. Raises Invalid."""
    return (
        read_term(register.evaluator, PURPOSE, entry.purpose, number) == entry.purpose
        and read_term(register.evaluator, CONSENT, entry.state, number) == entry.state
    )
