"""Pages that are kept: by what was asked for, up to a size, and none while a row changes."""

from connector.store.sqlite.engine.kept import KeptPages


def test_a_page_is_kept_until_a_row_changes() -> None:
    pages = KeptPages[str]()
    assert pages.keep("first", ["a"], "next", 1) == (("a",), "next")
    assert pages.find("first") == (("a",), "next")
    pages.forget()
    assert pages.find("first") is None


def test_no_page_is_kept_while_a_change_is_under_way() -> None:
    pages = KeptPages[str]()
    pages.forget()
    assert pages.keep("first", ["old"], None, 1) == (("old",), None)
    assert pages.find("first") is None
    pages.settle()
    pages.keep("first", ["new"], None, 1)
    assert pages.find("first") == (("new",), None)


def test_the_page_that_was_not_used_for_the_longest_time_gives_way() -> None:
    pages = KeptPages[str](most=10)
    for name in ("a", "b"):
        pages.keep(name, [name], None, 5)
    assert pages.find("a")
    pages.keep("c", ["c"], None, 5)
    assert [pages.find(name) is not None for name in ("a", "b", "c")] == [True, False, True]


def test_a_page_larger_than_the_whole_is_not_kept() -> None:
    pages = KeptPages[str](most=10)
    pages.keep("large", ["large"], None, 11)
    assert pages.find("large") is None
