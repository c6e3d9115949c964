"""The one file of a form, whatever its bytes are and however they are cut."""

from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.web.frame.forms import FormFault
from connector.web.frame.multipart import LONGEST_HEAD, open_file

TYPE = "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW"
MARK = b"------WebKitFormBoundary7MA4YWxkTrZu0gW"
HEAD = MARK + b'\r\nContent-Disposition: form-data; name="datei"; filename="%s"\r\nContent-Type: text/csv\r\n\r\n'


async def arrive(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def cut(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


async def read(body: bytes, size: int = 7, content_type: str = TYPE) -> tuple[str, bytes]:
    name, chunks = await open_file(content_type, arrive(cut(body, size)))
    return name, b"".join([chunk async for chunk in chunks])


@settings(deadline=None)
@given(
    st.binary(max_size=200) | st.lists(st.sampled_from([b"\r\n", b"--", MARK[:9], b"x"]), max_size=20).map(b"".join),
    st.integers(1, 300),
)
async def test_the_bytes_of_the_file_arrive_as_they_are(data: bytes, size: int) -> None:
    if MARK in data:
        return
    body = HEAD % b"a.csv" + data + b"\r\n" + MARK + b"--\r\n"
    assert await read(body, size) == ("a.csv", data)


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(1, 50))
async def test_what_is_no_form_is_refused_and_never_fails_otherwise(body: bytes, size: int) -> None:
    with pytest.raises(FormFault):
        await read(body, size)


async def test_a_form_that_ends_within_its_file_is_refused() -> None:
    with pytest.raises(FormFault):
        await read(HEAD % b"a.csv" + b"1,2,3")


@pytest.mark.parametrize(
    ("sent", "name"),
    [("Bäume.csv".encode(), "Bäume.csv"), (b"a%22b%0D.csv", 'a"b\r.csv'), (b"100%.csv", "100%.csv")],
)
async def test_a_name_is_read_as_browsers_write_it(sent: bytes, name: str) -> None:
    assert (await read(HEAD % sent + b"x\r\n" + MARK + b"--"))[0] == name


async def test_a_form_without_a_chosen_file_says_so() -> None:
    with pytest.raises(FormFault, match="upload-none"):
        await read(HEAD % b"" + b"\r\n" + MARK + b"--")


@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary="])
async def test_a_form_of_another_kind_is_refused(content_type: str) -> None:
    with pytest.raises(FormFault):
        await read(b"", content_type=content_type)


async def test_a_head_without_end_is_not_collected() -> None:
    asked = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal asked
        while True:
            asked += 1
            yield b"x" * 1024

    with pytest.raises(FormFault):
        await open_file(TYPE, endless())
    assert asked <= LONGEST_HEAD // 1024 + 1
