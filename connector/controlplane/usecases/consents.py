"""The consent register: what people said about uses of data on them. Entries are appended and never changed.

A person is kept under a keyed reference, so that neither the store nor the audit log names anybody. The data plane asks
the register about each record just before it leaves; whoever withdraws is in no later one. Running transfers are also
decided again at once.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from connector.controlplane.core.commits import record as leaf_of
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.enforcing import renewals
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.treating.known_data import CONSENT, PURPOSE
from connector.policy.deciding.consent import GIVEN, VALID, WITHDRAWN
from connector.policy.model.values import Iri, Text
from connector.policy.vocabulary.sorts import coerce
from connector.ports.changes import RecordConsent
from connector.ports.entities import Consent, PageBounds
from connector.ports.secret import Secret

MOST_ENTRIES = 1_000
LONGEST_SUBJECT = 1_000


@dataclass(frozen=True)
class ConsentRegister:
    """What the register is kept with; without a `secret`, which references to people are made with, nothing is kept."""

    context: Context
    evaluator: Evaluator
    secret: Secret | None


class ConsentStatement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person said: about a purpose (dpv:Purpose), for one dataset or (left out) all, until (ms) when at most.

    `subject` names the person as the records of the data do; it is not kept.
    """

    subject: str
    purpose: str
    state: str = GIVEN
    dataset: str = ""
    until: int | None = None


async def record(register: ConsentRegister, said: Sequence[ConsentStatement]) -> list[Consent]:
    """Append entries, all or none. Raises Invalid, NotFound (no such dataset) or NotAllowed."""
    if not 0 < len(said) <= MOST_ENTRIES:
        raise Invalid("entries", f"At once, 1 to {MOST_ENTRIES} entries can be recorded: send them in parts.")
    for dataset in {entry.dataset for entry in said} - {""}:
        if await register.context.store.asset(register.context.owner, dataset) is None:
            raise NoSuchEntity("no-asset", f"There is no asset {dataset[:200]}: list them to see which there are.")
    return await _append(register.evaluator, [_entry(register, entry, at) for at, entry in enumerate(said, 1)])


async def withdraw(
    register: ConsentRegister, subject: str, *, dataset: str | None = None, purpose: str | None = None
) -> list[Consent]:
    """Record that a person withdraws: one purpose or all that are on record, for one dataset or all on record.

    Raises NotFound where nothing that could be withdrawn is on record and no purpose is named.
    """
    if purpose is not None:
        return await record(
            register, [ConsentStatement(subject=subject, purpose=purpose, state=WITHDRAWN, dataset=dataset or "")]
        )
    standing = await list_of_person(register, subject)
    given = [
        entry for entry in standing if entry.state in VALID and (dataset is None or entry.dataset in {"", dataset})
    ]
    if not given:
        raise NoSuchEntity("no-consent", "No consent of this person is on record: name a purpose to record a refusal.")
    # From what was given for all datasets, one can be taken back alone.
    where = {} if dataset is None else {"dataset": dataset}
    ended = [
        msgspec.structs.replace(entry, state=WITHDRAWN, at=register.context.now(), until=None, **where)
        for entry in given
    ]
    return await _append(register.evaluator, list({(entry.dataset, entry.purpose): entry for entry in ended}.values()))


async def list_of_person(register: ConsentRegister, subject: str) -> Sequence[Consent]:
    """Return the latest entries on a person, one for each dataset and purpose, oldest first."""
    reference = _secret(register).person(register.context.owner, _subject(subject))
    found: Mapping[str, Sequence[Consent]] = await register.context.store.consents_of(
        register.context.owner, [reference], ""
    )
    return found.get(reference, ())


async def list_consents(
    context: Context, page: PageBounds, dataset: str | None = None
) -> tuple[Sequence[Consent], str | None]:
    """List the entries, newest first."""
    return await context.store.consents(context.owner, page, dataset=dataset)


async def _append(evaluator: Evaluator, entries: Sequence[Consent]) -> list[Consent]:
    states = Counter(entry.state.rpartition("#")[2] for entry in entries)
    leaf = leaf_of(evaluator.context, "consent recorded", "", {"entries": len(entries), "states": dict(states)})
    await evaluator.context.store.commit([*(RecordConsent(entry) for entry in entries), leaf])
    ended = {entry.dataset for entry in entries if entry.state not in VALID}
    for dataset in [""] if "" in ended else sorted(ended):
        await renewals.look_again(evaluator, dataset=dataset or None)
    return list(entries)


def _entry(register: ConsentRegister, said: ConsentStatement, number: int) -> Consent:
    if said.until is not None and said.until < 0:
        raise Invalid("until", f"Entry {number}: a consent ends at a time after 1970.")
    return Consent(
        owner=register.context.owner,
        subject=_secret(register).person(register.context.owner, _subject(said.subject)),
        dataset=said.dataset,
        purpose=_term(register.evaluator, PURPOSE, said.purpose, f"Entry {number}: the purpose"),
        state=_term(register.evaluator, CONSENT, said.state, f"Entry {number}: the state"),
        at=register.context.now(),
        until=said.until,
    )


def _term(evaluator: Evaluator, operand_iri: str, text: str, what: str) -> str:
    """Return the IRI of a term of a vocabulary. Raises Invalid for one that nobody knows."""
    operands = evaluator.library.operands
    operand = operands.operands[operand_iri]
    value = coerce(Text(text), operand, operands) if text else None
    if not isinstance(value, Iri) or value.iri not in operands.taxonomies[operand.taxonomy].terms:
        raise Invalid("unknown-term", f"{what} {text[:100]!r} is not known: use a term of the Data Privacy Vocabulary.")
    return value.iri


def _subject(subject: str) -> str:
    """Return how a person is named, as the data plane reads it from a record."""
    if not 0 < len(subject.strip()) <= LONGEST_SUBJECT:
        raise Invalid("subject", f"A person is named by a text of 1 to {LONGEST_SUBJECT} characters.")
    return subject.strip()


def _secret(register: ConsentRegister) -> Secret:
    if register.secret is None:
        raise NotAllowed("no-secret", "This connector has no secret to keep people under: it holds no consent.")
    return register.secret
