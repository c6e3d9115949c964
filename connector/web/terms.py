"""Terms in the reader's words: a policy as a card and a sentence, and what another version changes.

Policies come from peers, so they are worked on beside the event loop if they are large.
"""

from functools import partial

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.library import Library, evaluate
from connector.controlplane.usecases import policies
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
    """What other terms change; `width` says if they allow more or less. Both are empty if the rules are the same."""

    width: str = ""
    changes: tuple[str, ...] = ()


async def describe_terms(library: Library, words: PageWords, document: bytes) -> Terms:
    """Return a policy in the reader's words."""
    return await evaluate(partial(_describe, library, words, document), document)


async def compare_terms(library: Library, words: PageWords, old: bytes, new: bytes) -> TermsChanges:
    """Return what the `new` policy changes; a policy that cannot be compared is said to be so."""
    return await evaluate(partial(_compare, library, words, old, new), old, new)


def _describe(library: Library, words: PageWords, document: bytes) -> Terms:
    found = policies.explain(library, msgspec.json.decode(document))
    # The first line names the parties by their identifiers, which a person reads last.
    ordered = (*found.card[1:], *found.card[:1])
    return Terms(
        sentence=words.pick(found.sentence),
        lines=tuple(TermsLine(words.pick(line.label), words.pick(line.text)) for line in ordered),
        problem="" if found.card else words.pick(found.problem),
    )


def _compare(library: Library, words: PageWords, old: bytes, new: bytes) -> TermsChanges:
    if documents.has_same_rules(old, new):
        return TermsChanges()
    try:
        found = policies.compare(library, msgspec.json.decode(old), msgspec.json.decode(new))
    except Invalid:
        return TermsChanges(width=words.say("terms-not-compared"))
    return TermsChanges(width=words.pick(found.text), changes=tuple(words.pick(entry.text) for entry in found.changes))
