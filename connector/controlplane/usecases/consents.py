"""The consent register: the consents of persons to uses of data about them. Entries are appended and never changed.

The register stores a keyed reference for each person, so that neither the store nor the audit log names a person. The
data plane reads the register just before each record leaves; no later record is about a person who withdrew. The
policies of active transfers are also evaluated again immediately.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from connector.controlplane.core.commits import record as leaf_of
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.core.lookup import find_asset
from connector.controlplane.enforcing import renewals
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.treating.known_data import CONSENT, PURPOSE
from connector.language.catalogue import say_in_all
from connector.policy.deciding.consent import GIVEN, VALID, WITHDRAWN
from connector.policy.model.values import Iri, Text
from connector.policy.vocabulary.sorts import coerce
from connector.ports.changes import RecordConsent
from connector.ports.entities import Consent, PageBounds
from connector.ports.secret import Secret, normalize_person

MOST_ENTRIES = 1_000
LONGEST_SUBJECT = 1_000


@dataclass(frozen=True)
class ConsentRegister:
    """The values of the register. `secret` is the key of the references to persons; without it, nothing is stored."""

    context: Context
    evaluator: Evaluator
    secret: Secret | None


class ConsentStatement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's statement on a purpose (dpv:Purpose), for one dataset or all (default), with an optional end (ms).

    `subject` identifies the person as in the records of the data; it is not stored.
    """

    subject: str
    purpose: str
    state: str = GIVEN
    dataset: str = ""
    until: int | None = None


async def record(register: ConsentRegister, statements: Sequence[ConsentStatement]) -> list[Consent]:
    """Append entries, all or none. Raises Invalid, NoSuchEntity (unknown dataset) or NotAllowed."""
    if not 0 < len(statements) <= MOST_ENTRIES:
        raise Invalid("entries", f"One request can record 1 to {MOST_ENTRIES} entries: split it.")
    for dataset in {entry.dataset for entry in statements} - {""}:
        await find_asset(register.context, dataset)
    return await append(register.evaluator, [_entry(register, entry, at) for at, entry in enumerate(statements, 1)])


async def withdraw(
    register: ConsentRegister, subject: str, *, dataset: str | None = None, purpose: str | None = None
) -> list[Consent]:
    """Record that a person withdraws consent: for one purpose or all recorded ones, for one dataset or all of them.

    Raises NoSuchEntity if no valid consent is recorded and no purpose is given.
    """
    if purpose is not None:
        return await record(
            register, [ConsentStatement(subject=subject, purpose=purpose, state=WITHDRAWN, dataset=dataset or "")]
        )
    return await withdraw_given(register, find_reference(register, subject), dataset=dataset)


async def withdraw_given(
    register: ConsentRegister, reference: str, *, dataset: str | None = None, purpose: str | None = None
) -> list[Consent]:
    """Record that a person, by the keyed reference, withdraws valid consents: all, or those for a dataset or a purpose.

    Raises NoSuchEntity if there is none.
    """
    standing = await list_of_reference(register, reference)
    given = [
        entry
        for entry in standing
        if entry.state in VALID
        and (dataset is None or entry.dataset in {"", dataset})
        and purpose in {None, entry.purpose}
    ]
    if not given:
        raise NoSuchEntity("no-consent", "No consent of this person is recorded: name a purpose to record a refusal.")
    # A consent for all datasets can be withdrawn for one of them.
    where = {} if dataset is None else {"dataset": dataset}
    ended = [
        msgspec.structs.replace(entry, state=WITHDRAWN, at=register.context.now(), until=None, **where)
        for entry in given
    ]
    return await append(register.evaluator, list({(entry.dataset, entry.purpose): entry for entry in ended}.values()))


async def list_of_person(register: ConsentRegister, subject: str) -> Sequence[Consent]:
    """Return the latest entries about a person, one for each dataset and purpose, oldest first."""
    return await list_of_reference(register, find_reference(register, subject))


def find_reference(register: ConsentRegister, subject: str) -> str:
    """Return the keyed reference of a person. Raises Invalid, NotAllowed."""
    return _secret(register).person(register.context.owner, _subject(subject))


async def list_of_reference(register: ConsentRegister, reference: str) -> Sequence[Consent]:
    """Return the latest entries about a person, by the keyed reference, as `list_of_person`."""
    found: Mapping[str, Sequence[Consent]] = await register.context.store.consents_of(
        register.context.owner, [reference], ""
    )
    return found.get(reference, ())


async def list_consents(
    context: Context, page: PageBounds, dataset: str | None = None
) -> tuple[Sequence[Consent], str | None]:
    """List the entries, newest first."""
    return await context.store.consents(context.owner, page, dataset=dataset)


async def shorten(register: ConsentRegister, reference: str, dataset: str, purpose: str, until: int) -> Consent:
    """Record that a valid consent of a person ends at `until` (ms), which is earlier than before.

    Raises Invalid, NoSuchEntity.
    """
    standing = await list_of_reference(register, reference)
    known = next((one for one in standing if (one.dataset, one.purpose) == (dataset, purpose)), None)
    now = register.context.now()
    if known is None or known.state not in VALID or (known.until is not None and known.until <= now):
        raise NoSuchEntity("no-consent", "No consent of this person is recorded: name a purpose to record a refusal.")
    if not now < until < (known.until or until + 1):
        told = say_in_all("consents.end-not-earlier")
        raise Invalid("until", told["en"], told)
    (entry,) = await append(register.evaluator, [msgspec.structs.replace(known, at=now, until=until)])
    return entry


async def append(evaluator: Evaluator, entries: Sequence[Consent]) -> list[Consent]:
    """Append entries, all or none, and look again at the transfers whose consents have ended."""
    states = Counter(entry.state.rpartition("#")[2] for entry in entries)
    leaf = leaf_of(evaluator.context, "consent recorded", "", {"entries": len(entries), "states": dict(states)})
    await evaluator.context.store.commit([*(RecordConsent(entry) for entry in entries), leaf])
    ended = {entry.dataset for entry in entries if entry.state not in VALID}
    for dataset in [""] if "" in ended else sorted(ended):
        await renewals.look_again(evaluator, dataset=dataset or None)
    return list(entries)


def _entry(register: ConsentRegister, statement: ConsentStatement, number: int) -> Consent:
    if statement.until is not None and statement.until < 0:
        raise Invalid(
            "until", f"Entry {number}: `until` is before 1970: give milliseconds since 1970 that are not negative."
        )
    return Consent(
        owner=register.context.owner,
        subject=_secret(register).person(register.context.owner, _subject(statement.subject, number)),
        dataset=statement.dataset,
        purpose=read_term(register.evaluator, PURPOSE, statement.purpose, number),
        state=read_term(register.evaluator, CONSENT, statement.state, number),
        at=register.context.now(),
        until=statement.until,
    )


def read_term(evaluator: Evaluator, operand_iri: str, text: str, number: int) -> str:
    """Return the IRI of a term of a vocabulary. Raises Invalid for an unknown term."""
    operands = evaluator.library.operands
    operand = operands.operands[operand_iri]
    value = coerce(Text(text), operand, operands) if text else None
    terms = operands.taxonomies[operand.taxonomy].terms
    if isinstance(value, Iri) and value.iri in terms:
        return value.iri
    if operand_iri == PURPOSE:
        reason = (
            f"Entry {number} has the unknown purpose {text[:100]!r}: use one of the Data Privacy Vocabulary, such as "
            "dpv:PublicBenefit."
        )
    else:
        states = ", ".join(iri.rpartition("#")[2] for iri, term in terms.items() if term.broader)
        reason = f"Entry {number} has the unknown state {text[:100]!r}: use one of {states}."
    raise Invalid("unknown-term", reason)


def _subject(subject: str, number: int | None = None) -> str:
    """Return the identifier of a person. Raises Invalid if nothing of it is seen, or it is too long."""
    if not 0 < len(normalize_person(subject)) <= LONGEST_SUBJECT:
        if number is not None:
            raise Invalid(
                "subject",
                f"Entry {number} has a subject that is empty or too long: give a text of 1 to {LONGEST_SUBJECT} "
                "characters.",
            )
        raise Invalid("subject", f"The subject is empty or too long: give a text of 1 to {LONGEST_SUBJECT} characters.")
    return subject


def _secret(register: ConsentRegister) -> Secret:
    if register.secret is None:
        raise NotAllowed(
            "no-secret",
            "This connector has no secret for the references to persons and stores no consent: set up a secret first.",
        )
    return register.secret
