"""Terms in the reader's words: a policy as a card and a sentence, and what another version changes.

Policies come from peers, so they are worked on beside the event loop if they are large.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.judging import acceptance
from connector.controlplane.judging.library import Library, evaluate
from connector.language.catalogue import LANGUAGES, Language, say
from connector.policy.analysis.difference import compare_versions
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.errors import PolicyError
from connector.policy.vocabulary.names import expand
from connector.policy.vocabulary.registry import Registry
from connector.policy.words import changes
from connector.policy.words.card import card
from connector.policy.words.names import name_value, subject
from connector.policy.words.rule import list_shared, make_wording
from connector.policy.words.sentence import sentence
from connector.web.frame.wording import PageWords


class TermsLine(msgspec.Struct, frozen=True):
    """A question about the terms and its answer."""

    label: str
    text: str


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Terms in words; `problem` is why they cannot be read, and the rest is empty then."""

    sentence: str = ""
    lines: tuple[TermsLine, ...] = ()
    problem: str = ""


class TermsChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What other terms change; `width` says if they allow more or less. Both are empty if the rules are the same.

    `same` says that they allow the same in other words.
    """

    width: str = ""
    same: bool = False
    changes: tuple[str, ...] = ()


def describe_claims(
    registry: Registry, words: PageWords, claims: Mapping[str, Sequence[str]]
) -> tuple[tuple[str, str], ...]:
    """Return what a participant list confirms of a participant: each claim in words, with its values in words."""
    by_name = {re.split("[#/:]", operand.iri)[-1]: operand for operand in registry.operands.values()}
    told = []
    for name, values in claims.items():
        operand = by_name.get(name)
        if operand is None:
            told.append((name, ", ".join(values)))
            continue
        named = (name_value(expand(value, {}), operand, registry, words.language) for value in values)
        told.append((words.capitalise(subject(operand.iri, registry, words.language)), ", ".join(named)))
    return tuple(told)


async def describe_terms(library: Library, words: PageWords, document: bytes) -> Terms:
    """Return a policy in the reader's words, with its card."""
    return await evaluate(partial(_describe, library, words, document, whole=True), document)


async def describe_in_all(library: Library, words: PageWords, document: bytes) -> list[tuple[Language, str, Terms]]:
    """Return a policy in each language, that of the reader first: its code, its name, and the terms."""
    codes = [words.language, *(code for code in LANGUAGES if code != words.language)]
    return [
        (code, say(code, "pages.language-name"), await describe_terms(library, _change_language(words, code), document))
        for code in codes
    ]


async def summarise_terms(library: Library, words: PageWords, document: bytes) -> Terms:
    """Return a policy as one sentence alone."""
    return await evaluate(partial(_describe, library, words, document, whole=False), document)


async def compare_terms(library: Library, words: PageWords, old: bytes, new: bytes) -> TermsChanges:
    """Return what the `new` policy changes; a policy that cannot be compared is said to be so."""
    return await evaluate(partial(_compare, library, words, old, new), old, new)


def _describe(library: Library, words: PageWords, document: bytes, *, whole: bool) -> Terms:
    compiled = _compile(library, document)
    if isinstance(compiled, PolicyError):
        return Terms(problem=words.pick(acceptance.to_unreadable(compiled).texts))
    said = words.name_parties(sentence(compiled, words.language))
    if not whole:
        return Terms(sentence=said)
    first, *rest = card(compiled, words.language).lines
    # The first line names data and parties by their identifiers, which the page names by their titles and names.
    named = len(list_shared(make_wording(compiled, words.language)))
    last = TermsLine(first.label, words.name_parties(" ".join(first.sentences[named:])))
    lines = (*(TermsLine(line.label, words.name_parties(" ".join(line.sentences))) for line in rest), last)
    return Terms(sentence=said, lines=tuple(line for line in lines if line.text))


def _change_language(words: PageWords, language: Language) -> PageWords:
    return msgspec.structs.replace(words, language=language)


def _compare(library: Library, words: PageWords, old: bytes, new: bytes) -> TermsChanges:
    if documents.has_same_rules(old, new):
        return TermsChanges()
    before, after = _compile(library, old), _compile(library, new)
    if isinstance(before, PolicyError) or isinstance(after, PolicyError):
        return TermsChanges(width=words.say("terms-not-compared"))
    found, operands = compare_versions(before, after), library.operands
    return TermsChanges(
        width=changes.width(found.width, words.language),
        same=found.width == "same",
        changes=tuple(words.name_parties(changes.change(entry, operands, words.language)) for entry in found.changes),
    )


def _compile(library: Library, document: bytes) -> Compiled | PolicyError:
    """Return a policy as people may read it, also if its constraints cannot be enforced here."""
    compiled = library.compile(document)
    unenforced = isinstance(compiled, PolicyError) and compiled.code == "not-enforceable"
    return library.compile_readable(document) if unenforced else compiled
