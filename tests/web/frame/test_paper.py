"""A paper as PDF: equal bytes, its file inside as it is, and no text that is more than text."""

import doctest
import re
import zlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.web.frame import paper
from connector.web.frame.paper import NoPaper, Paper, PaperPart, print_paper

PLAIN = Paper(
    language="de", title="Vertrag", lead=("Der Text.",), parts=(PaperPart("Wer", (("Anbieter", "Stadt"), ("x",))),),
    foot="Fuß", attached="contract.json", attached_as="Der Vertrag",
)  # fmt: skip
AT = 1_700_000_000_000
HOSTILE = ["", '#import "@preview/x:1.0.0"', "*fett* $x^2$ <a> @b //c", '"; #read("/etc/passwd")']


def find_streams(made: bytes) -> list[bytes]:
    found = []
    for raw in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL):
        try:
            found.append(zlib.decompress(raw))
        except zlib.error:
            found.append(raw)
    return found


def test_the_examples_come_out_as_written() -> None:
    assert doctest.testmod(paper).failed == 0


async def test_equal_values_make_equal_bytes_with_the_file_attached() -> None:
    attached = b'{"policy": "B\xc3\xa4ume"}'
    first, second = [await print_paper(PLAIN, attached, AT) for _ in range(2)]
    assert first == second
    assert attached in find_streams(first)
    assert b"/AFRelationship" in first
    metadata = next(stream for stream in find_streams(first) if b"pdfaid" in stream)
    assert b"<pdfaid:part>3</pdfaid:part>" in metadata
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert await print_paper(PLAIN, attached, AT + 86_400_000) != first


async def test_the_language_of_the_paper_is_that_of_the_reader() -> None:
    made = await print_paper(msgspec.structs.replace(PLAIN, language="en"), b"{}", AT)
    assert re.search(rb"/Lang ?\(en", made)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
@pytest.mark.parametrize(
    "hostile", ["", '#import "@preview/x:1.0.0"', "*fett* $x^2$ <a> @b //c", '"; #read("/etc/passwd")']
)
async def test_any_text_is_a_text(hostile: str, text: str) -> None:
    said = hostile + text
    parts = (PaperPart(said, ((said, said), (said,))),)
    made = await print_paper(
        msgspec.structs.replace(PLAIN, title=said or "x", lead=(said,), parts=parts, foot=said), b"{}", AT
    )
    assert made.startswith(b"%PDF-")


async def test_without_the_extra_it_is_said_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "MOST_WAITING", 0)
    with pytest.raises(NoPaper) as busy:
        await print_paper(PLAIN, b"{}", AT)
    assert busy.value.key == "proving.pdf-busy"
    monkeypatch.setattr(paper, "can_print", lambda: False)
    with pytest.raises(NoPaper) as missing:
        await print_paper(PLAIN, b"{}", AT)
    assert missing.value.key == "proving.pdf-extra"
