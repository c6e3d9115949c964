"""Why an entry matches: the fields with the words of a query, a piece of their text, and where the words are in it.

Plain data: the texts are those of the provider, and the marks are numbers.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from connector.ports.broker_store import Entry
from connector.ports.search_index import Match
from connector.store.index.documents import ENGLISH, GERMAN, PART_FROM, choose_part, list_names, stem
from connector.store.index.queries import find_distance
from connector.store.index.typed import TypedPart, parse
from connector.store.words import WRITTEN, spans, words

_MATCHES, _MARKS, _PIECE, _BEFORE = 4, 20, 200, 60
# The characters of an entry that are looked at: a provider can state a text in many languages.
_LOOKED_AT = 20_000
# The characters of a text that are searched for similar words.
_SIMILAR_WITHIN = 1000
# The written words that are remembered for one query, and the short texts.
_WORDS_KNOWN, _TEXTS_KNOWN = 4096, 256


class _Wanted(msgspec.Struct, frozen=True):
    """A word or a phrase of a query, with its beginning as a part of longer words, and its stems in both languages."""

    words: tuple[str, ...]
    phrase: bool
    prefix: bool
    begun: str
    stems: tuple[str, str]


@lru_cache(64)
def _read_wanted(text: str) -> tuple[_Wanted, ...]:
    return tuple(wanted for part in parse(text) if not part.excluded for wanted in _list_wanted(part))


def _list_wanted(part: TypedPart) -> Iterator[_Wanted]:
    if part.joined:
        yield _want((part.joined,), prefix=part.prefix)
    if part.phrase:
        yield _want(part.words, phrase=True)
    else:
        yield from (_want((word,)) for word in part.words[:-1])
        yield _want(part.words[-1:], prefix=part.prefix)


def _want(found: tuple[str, ...], *, phrase: bool = False, prefix: bool = False) -> _Wanted:
    first = found[0]
    return _Wanted(found, phrase, prefix, choose_part(first), (stem(first, GERMAN), stem(first, ENGLISH)))


@lru_cache(64)
def _read_parts(apart: tuple[str, ...]) -> tuple[_Wanted, ...]:
    return tuple(_want((part,), prefix=True) for part in apart)


def explain(text: str, entry: Entry, *, corrected: bool, apart: tuple[str, ...] = ()) -> tuple[Match, ...]:
    """Return why an entry matches the words of a query, the most important field first, at most four.

    `apart` are the parts of its compounds that were searched for.
    """
    asked = _judge_words(text, apart)
    if not asked.wanted:
        return ()
    found: list[Match] = []
    left = _LOOKED_AT
    for field, language, piece in _list_texts(entry):
        left -= len(piece)
        if left < 0:
            break
        marks = _find_marks(piece, asked, corrected=corrected)
        if marks:
            begin, shown, within = _cut(piece, marks)
            found.append(Match(field=field, language=language, text=shown, marks=tuple(_shift(within, begin))))
        if len(found) == _MATCHES:
            break
    return tuple(found)


def find_topics(topics: Sequence[str], entry: Entry) -> tuple[str, ...]:
    """Return which of the topics an entry has in its texts and names, as words, stems or parts of compounds."""
    left, present = _LOOKED_AT, set[str]()
    for _, _, piece in _list_texts(entry):
        left -= len(piece)
        if left < 0:
            break
        present.update(words(piece))
    return tuple(
        topic for topic in topics if any(_is_found(word, one) for one in _read_topic(topic) for word in present)
    )


@lru_cache(4096)
def _read_topic(topic: str) -> tuple[_Wanted, ...]:
    return (_want((topic,)),)


def _list_texts(entry: Entry) -> Iterator[tuple[str, str | None, str]]:
    yield from (("title", language, text) for language, text in entry.titles.items())
    yield from (("keyword", None, text) for text in entry.keywords)
    yield from (("name", None, text) for text in list_names(entry))
    yield from (("description", language, text) for language, text in entry.descriptions.items())


def _find_marks(text: str, asked: "_Asked", *, corrected: bool) -> list[tuple[int, int]]:
    """Return where the words that are asked for are in a text."""
    if not (asked.phrases or corrected):
        return asked.mark(text)
    marks = set(_mark_words(text, asked))
    found = spans(text)
    for phrase in asked.phrases:
        marks |= _find_phrase(found, phrase)
    if corrected:
        near = (row for row in found if row[1] <= _SIMILAR_WITHIN)
        single = [one.words[0] for one in asked.single]
        marks |= {(begin, end) for begin, end, word in near if any(_is_similar(word, one) for one in single)}
    return sorted(marks)


def _mark_words(text: str, asked: "_Asked") -> list[tuple[int, int]]:
    return [match.span() for match in WRITTEN.finditer(text) if asked[match[0]]]


def _find_phrase(found: list[tuple[int, int, str]], wanted: tuple[str, ...]) -> set[tuple[int, int]]:
    folded = tuple(word for _, _, word in found)
    starts = (at for at in range(len(folded) - len(wanted) + 1) if folded[at : at + len(wanted)] == wanted)
    return {(found[at][0], found[at + len(wanted) - 1][1]) for at in starts}


# The results of one page repeat the words of each other, and their keywords, publishers and themes as a whole.
class _Asked(dict[str, bool]):
    """Whether a written word is one that a query, or its compounds taken apart, asks for: each is judged once."""

    def __init__(self, wanted: Sequence[_Wanted]) -> None:
        self.wanted = wanted
        self.single = [one for one in wanted if not one.phrase]
        self.phrases = [one.words for one in wanted if one.phrase]
        self._marks: dict[str, list[tuple[int, int]]] = {}

    def mark(self, text: str) -> list[tuple[int, int]]:
        """Return where single words that are asked for are in a text, in order; a short text is judged once."""
        if len(text) > _PIECE:
            return _mark_words(text, self)
        marks = self._marks.get(text)
        if marks is None:
            if len(self._marks) >= _TEXTS_KNOWN:
                self._marks.clear()
            marks = self._marks[text] = _mark_words(text, self)
        return marks

    def __missing__(self, written: str) -> bool:
        if len(self) >= _WORDS_KNOWN:
            self.clear()
        known = self[written] = any(_is_found(word, one) for word in words(written) for one in self.single)
        return known


@lru_cache(64)
def _judge_words(text: str, apart: tuple[str, ...]) -> _Asked:
    return _Asked((*_read_wanted(text), *_read_parts(apart)))


def _is_found(word: str, wanted: _Wanted) -> bool:
    if word == wanted.words[0] or (wanted.prefix and word.startswith(wanted.words[0])):
        return True
    if wanted.begun and (word.startswith(wanted.begun) or word.find(wanted.begun, PART_FROM) >= 0):
        return True
    return stem(word, GERMAN) == wanted.stems[0] or stem(word, ENGLISH) == wanted.stems[1]


def _is_similar(word: str, wanted: str) -> bool:
    most = find_distance(wanted)
    return bool(most) and abs(len(word) - len(wanted)) <= most and _measure(word, wanted, most) <= most


def _measure(one: str, other: str, most: int) -> int:
    """Return how many letters differ, with two exchanged neighbours as one; more than `most` is not counted on."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        previous, row, older = row, [at, *[0] * len(other)], before
        for place, facing in enumerate(other, 1):
            least = min(previous[place] + 1, row[place - 1] + 1, previous[place - 1] + (letter != facing))
            if older and place > 1 and letter == other[place - 2] and one[at - 2] == facing:
                least = min(least, older[place - 2] + 1)
            row[place] = least
        before = previous
        if min(row) > most:
            return most + 1
    return row[-1]


def _cut(text: str, marks: list[tuple[int, int]]) -> tuple[int, str, list[tuple[int, int]]]:
    """Return where a piece with the first marks begins, the piece, and the marks in it."""
    begin = 0
    if len(text) > _PIECE:
        begin = max(0, marks[0][0] - _BEFORE)
        # The piece begins with a whole word.
        begin = text.rfind(" ", 0, begin) + 1 if begin else 0
    end = begin + _PIECE
    return begin, text[begin:end], [mark for mark in marks if mark[1] <= end][:_MARKS]


def _shift(marks: list[tuple[int, int]], begin: int) -> Iterator[tuple[int, int]]:
    return ((first - begin, last - begin) for first, last in marks)
