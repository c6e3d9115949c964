import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.binding.dsp.links import UnclearLink, find_next

BASE = "https://peer.example/dsp/catalog/request?token=1"
NEXT = "https://peer.example/dsp/catalog/request?token=2"


@pytest.mark.parametrize(
    "field",
    [
        f'<{NEXT}>; rel="next"',
        f"<{NEXT}>; rel=next",
        f"<{NEXT}>;rel=NEXT",
        f'<{NEXT}>; REL="Next"',
        f"<{NEXT}>; Rel = next",
        f"<{NEXT}> ; rel='next'",
        f'<{NEXT}>; rel="last next"',
        f'<{NEXT}>; rel="next last"; title="x"',
        f'<{NEXT}>; title="a, b; rel=prev"; rel=next',
        f'<{NEXT}>; title="say \\"next\\", <b>"; rel="next"',
        f"<{NEXT}>; title*=UTF-8''n%c3%a4chste; rel=next",
        f"<{NEXT}>; rel=prev; rel=next",
        f'<{NEXT}>; rel="next"; anchor="{BASE}"',
        f'<{NEXT}>; rel="next"; anchor=""',
        f"<{NEXT}>; crossorigin; rel=next;",
        f"< {NEXT} >; rel=next",
        f"<{NEXT}#page>; rel=next",
        '<?token=2>; rel="next"',
        '<request?token=2>; rel="next"',
        '</dsp/catalog/request?token=2>; rel="next"',
        '<//peer.example/dsp/catalog/request?token=2>; rel="next"',
        f'<?token=0>; rel="prev", <{NEXT}>; rel="next"',
        f'<?token=0>; rel="prev" , , <{NEXT}>; rel="next",',
        f'<?a=1,2>; rel="first", <{NEXT}>; rel="next", <?token=9>; rel=last',
        f"<{NEXT}>; rel=next, <?token=2>; rel=next",
    ],
)
def test_the_next_page_is_found_in_every_spelling(field):
    assert find_next(field, BASE) == NEXT


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("?token=a,b", "https://peer.example/dsp/catalog/request?token=a,b"),
        ("?token=a b|c", "https://peer.example/dsp/catalog/request?token=a%20b%7Cc"),
        ("?token=ü", "https://peer.example/dsp/catalog/request?token=%C3%BC"),
        ("?token=%2F%3D", "https://peer.example/dsp/catalog/request?token=%2F%3D"),
        ("?filter[page]=2", "https://peer.example/dsp/catalog/request?filter%5Bpage%5D=2"),
        ("https://other.example/", "https://other.example/"),
    ],
)
def test_a_target_becomes_a_url_that_can_be_fetched(target, found):
    assert find_next(f"<{target}>; rel=next", BASE) == found
    base = "http://[::1]:8080/dsp/catalog/request"
    assert find_next("<?page=2>; rel=next", base) == f"{base}?page=2"


@pytest.mark.parametrize(
    "field",
    [
        "",
        f'<{NEXT}>; rel="prev"',
        f"<{NEXT}>",
        f'<{NEXT}>; rel="prev"; title="next"',
        f'<{NEXT}>; rel="nextpage"',
        f'<{NEXT}>; rel="https://peer.example/next"',
        f'<{NEXT}>; rev="next"',
        f'<{NEXT}>; rel="next"; anchor="https://peer.example/other"',
        "unreadable, but no other page is named",
    ],
)
def test_no_next_page_is_found_where_none_is_named(field):
    assert find_next(field, BASE) is None


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        (f"{NEXT}; rel=next", "cannot be read"),
        (f"<{NEXT}; rel=next", "cannot be read"),
        (f'<{NEXT}>; rel="next', "cannot be read"),
        (f"<{NEXT}> rel=next", "cannot be read"),
        (f'<?token=0>; rel="prev" <{NEXT}>; rel="next"', "cannot be read"),
        (f"<{NEXT}>; rel=next, <?token=3>; rel=next", "two next pages"),
        (f"<{BASE}>; rel=next", "the same page"),
        ("<>; rel=next", "the same page"),
        ("<http://[::1>; rel=next", "not a URL"),
    ],
)
def test_a_next_page_that_cannot_be_told_is_an_error_with_a_name(field, reason):
    with pytest.raises(UnclearLink, match=reason):
        find_next(field, BASE)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="<>;,=\"'\\ relnxtREL?/:#[]a\t", max_size=60))
def test_any_field_is_read_or_refused(text):
    for field in (text, f"{text}, <?2>; rel=next"):
        try:
            found = find_next(field, BASE)
        except UnclearLink:
            continue
        assert found is None or "://" in found
