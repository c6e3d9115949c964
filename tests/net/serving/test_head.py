"""Heads are counted before they are built: what the parser has not reported yet counts too."""

import pytest

from connector.net.serving.bounds import ServingBounds
from connector.net.serving.head import PIECE, HeadGatherer

BOUNDS = ServingBounds(url=100, head=1000, fields=5)


def gather(target: bytes, *fields: tuple[bytes, bytes], version: str = "1.1") -> HeadGatherer:
    head = HeadGatherer(BOUNDS)
    head.begin()
    head.add_target(target)
    for name, value in fields:
        head.add_field(name, value)
    head.close(version)
    return head


HOST = (b"Host", b"city")


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/a%20b?c=%20", "/a b", "c=%20"),
        (b"/", "/", ""),
        (b"http://city:80/a?b", "/a", "b"),
        (b"HTTPS://city", "/", ""),
        (b"http://city?b", "/", "b"),
        (b"*", "*", ""),
        (b"/%ff%2F", "/�/", ""),
        (b"/urn%3Ax%3ay?urn%3Ax", "/urn:x:y", "urn%3Ax"),
        (b"/%253A%3%3A", "/%3A%3:", ""),
        (b"//other/a", "//other/a", ""),
        (b"/a?b?c", "/a", "b?c"),
    ],
)
def test_a_target_is_split_and_its_path_decoded(target: bytes, path: str, query: str) -> None:
    head = gather(target, HOST)
    assert head.read_target() == (path, query)
    assert head.status == 0


@pytest.mark.parametrize("target", [b"city:443", b"x", b"/a#b", b"ftp://city/", b"?"])
def test_a_target_of_another_form_is_refused(target: bytes) -> None:
    head = gather(target, HOST)
    head.read_target()
    assert head.status == 400


@pytest.mark.parametrize(
    ("fields", "version", "status"),
    [
        ((HOST,), "1.1", 0),
        ((), "1.1", 400),
        ((), "1.0", 0),
        ((HOST, HOST), "1.1", 400),
        ((HOST, (b"Transfer-Encoding", b"Chunked")), "1.1", 0),
        (((b"Transfer-Encoding", b"chunked"),), "1.0", 400),
        ((HOST, (b"Transfer-Encoding", b"gzip, chunked")), "1.1", 501),
        ((HOST,), "0.9", 505),
        ((HOST,), "2.0", 505),
        ((HOST, *((b"X", b"y"),) * 4), "1.1", 0),
        ((HOST, *((b"X", b"y"),) * 5), "1.1", 431),
        ((HOST, (b"X", b"y" * 980)), "1.1", 0),
        ((HOST, (b"X", b"y" * 1000)), "1.1", 431),
    ],
)
def test_a_head_is_judged_as_a_whole(fields: tuple[tuple[bytes, bytes], ...], version: str, status: int) -> None:
    assert gather(b"/", *fields, version=version).status == status


def test_a_target_beyond_its_bound_is_cut_and_names_the_path_so_far() -> None:
    head = HeadGatherer(BOUNDS)
    head.begin()
    for _ in range(1000):
        head.add_target(b"/abcdefgh")
    assert head.status == 414
    assert len(head.read_target()[0]) == BOUNDS.url


def test_what_is_not_reported_is_counted_and_the_next_head_begins_anew() -> None:
    head = HeadGatherer(BOUNDS)
    head.begin()
    head.count_unreported(PIECE)
    assert head.status == 0
    head.count_unreported(BOUNDS.head + BOUNDS.url + 1)
    assert head.status == 431
    head.begin()
    assert (head.status, head.headers) == (0, {})


def test_fields_of_one_name_are_joined_and_those_behind_the_body_only_counted() -> None:
    head = gather(b"/", HOST, (b"Accept", b"a"), (b"ACCEPT", b" b "), (b"Cookie", b"c=1"), (b"cookie", b"d=2"))
    assert head.headers == {"host": "city", "accept": "a, b", "cookie": "c=1; d=2"}
    head.add_field(b"Host", b"late")
    assert head.headers["host"] == "city"
    assert head.status == 431
