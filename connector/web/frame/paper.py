"""A paper as PDF/A-3a and PDF/UA-1 with a file attached, made by typst, which is an extra (`datenkontor[pdf]`).

All text goes in as data, so no text can change what is made; equal values make equal bytes. The work is done on one
thread of its own, is bounded by its input, and is not waited for longer than `LIMIT_S`.
"""

import asyncio
import re
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from importlib.util import find_spec

import msgspec

LIMIT_S = 20.0
MOST_WAITING = 8
_LONGEST, _MOST_LINES = 4_000, 400
# What the fonts that come with typst can draw: a sign that they lack would make the file no PDF/A.
_UNKNOWN = re.compile("[^\n -~¡-¬®-ſƒȘ-țΑ-ΡΣ-ώЁА-яё–—‘’‚“”„†‡•…‰‹›€™−]")

# What is being made, or waits for it.
_waiting: set[Future[bytes]] = set()


class PaperPart(msgspec.Struct, frozen=True):
    """A part of a paper: its name, and its lines, each a text or a label with a text."""

    name: str
    lines: tuple[tuple[str, ...], ...]


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """What a paper says, and the name and the description of the file that is attached to it."""

    language: str
    title: str
    lead: tuple[str, ...]
    parts: tuple[PaperPart, ...]
    foot: str
    attached: str
    attached_as: str


class NoPaper(Exception):
    """No paper can be made now; `key` is its sentence in the chapter `proving`."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def can_print() -> bool:
    """Return whether the extra is installed."""
    return find_spec("typst") is not None


async def print_paper(paper: Paper, attached: bytes, at: int) -> bytes:
    """Return the PDF of a paper that was made at `at` (ms), with a JSON file attached. Raises NoPaper."""
    if not can_print():
        raise NoPaper("proving.pdf-extra")
    if len(_waiting) >= MOST_WAITING:
        raise NoPaper("proving.pdf-busy")
    work = _make_printer().submit(_compile, clean(paper), attached, at // 1000)
    _waiting.add(work)
    work.add_done_callback(_waiting.discard)
    try:
        async with asyncio.timeout(LIMIT_S):
            return await asyncio.wrap_future(work)
    except TimeoutError:
        raise NoPaper("proving.pdf-busy") from None


def clean(paper: Paper) -> Paper:
    """Return a paper within bounds, with a question mark for each sign that the fonts lack.

    >>> clean(Paper(language="de", title="Bäume 🌳", lead=(), parts=(), foot="", attached="a", attached_as="")).title
    'Bäume ?'
    """
    parts = tuple(
        PaperPart(_clean(part.name), tuple(tuple(map(_clean, line)) for line in part.lines[:_MOST_LINES]))
        for part in paper.parts
    )
    named = {name: _clean(getattr(paper, name)) for name in ("title", "foot", "attached_as")}
    return msgspec.structs.replace(paper, **named, lead=tuple(map(_clean, paper.lead)), parts=parts)


def _clean(text: str) -> str:
    # A heading without a sign is none, for who listens to it.
    return _UNKNOWN.sub("?", text[:_LONGEST]).strip() or "–"


def _compile(paper: Paper, attached: bytes, at: int) -> bytes:
    import typst

    inputs = {"paper": msgspec.json.encode(paper).decode(), "attached": attached.decode()}
    compiler = typst.Compiler(_read_template(), ignore_system_fonts=True, sys_inputs=inputs)
    made = compiler.compile(format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=at)
    assert isinstance(made, bytes)
    return made


@cache
def _read_template() -> bytes:
    return files("connector.web").joinpath("templates", "paper.typ").read_bytes()


@cache
def _make_printer() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="paper")
