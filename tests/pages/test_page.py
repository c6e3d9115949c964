"""The strict reader finds each fault that is planted, and what a form sends."""

import pytest

from tests.pages.page import Page

WHOLE = """<!doctype html>
<html lang="de"><head><title>Angebote</title><script src="/static/1/pages.js" defer></script></head>
<body><main id="inhalt"><h1>Angebote</h1>{}</main></body></html>"""


def test_a_whole_page_has_no_fault() -> None:
    assert Page(WHOLE.format('<h2>Alle</h2><p><a href="#inhalt">Weg &amp; Steg</a></p>')).list_faults() == []


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("<p><div>a</div></p>", "unexpected-end-tag"),
        ("<p>a & b &foo;</p>", "expected-named-entity"),
        ("<p class=a class=b>a</p>", "duplicate-attribute"),
        ("<p>\x01</p>", "invalid-codepoint"),
        ("<button>a<button>b</button></button>", "unexpected"),
        ("<script>alert(1)</script>", "a script within the page"),
        ('<script src="https://evil.example/a.js"></script>', "a script within the page"),
        ("<style>p {}</style>", "the element style"),
        ('<p style="color: red">a</p>', "the attribute style of p"),
        ('<p onclick="go()">a</p>', "the attribute onclick of p"),
        ('<a href="javascript:go()">a</a>', "a href='javascript:go()'"),
        ('<img src="//evil.example/a.png" alt="a">', "img src='//evil.example/a.png'"),
        ('<form action="https://evil.example"><button>a</button></form>', "form action="),
        ("<x-evil>a</x-evil>", "the element x-evil"),
        ("<h1>Zwei</h1>", "the first heading"),
        ("<h3>Zu tief</h3>", "a heading of level 3 after one of level 1"),
        ("<ul><p>a</p></ul>", "['p'] in ul"),
        ("<table><tr><th>a</th></tr></table>", "without scope"),
        ('<img src="/static/1/a.svg">', "an image without alt"),
        ('<input name="a">', "a control without a label: a"),
        ('<label for="a"> </label><input id="a" name="a">', "a control without a label: a"),
        ('<a href="/"></a>', "a without words"),
        ("<table><tbody><tr><td>1.204</td></tr></tbody></table>", "a number that is not right-aligned: 1.204"),
        ('<div class="empty"><p>Nichts.</p></div>', "an empty place does not say what comes next: Nichts."),
        ('<a href="/eingang" aria-current="page">Eingang</a>', "does not say 'eingang', which leads here"),
        ('<a class="button" href="/">a</a><a class="button" href="/">b</a>', "several main deeds: ['a', 'b']"),
        ("<p autofocus>a</p><p autofocus>b</p>", "the page opens at several places: ['a', 'b']"),
        ("<button> </button>", "button without words"),
        ('<p id="a">a</p><p id="a">b</p>', "the identifier 'a'"),
        ('<p aria-describedby="none">a</p>', "p refers to 'none'"),
        ('<a href="#none">a</a>', "a refers to 'none'"),
    ],
)
def test_a_planted_fault_is_found(planted: str, found: str) -> None:
    assert any(found in fault for fault in Page(WHOLE.format(planted)).list_faults())


def test_a_page_names_its_language_its_title_and_its_main_part() -> None:
    faults = Page("<!doctype html><html><head></head><body><p>a</p></body></html>").list_faults()
    assert {"no language", "no title", "not one main part"} <= set(faults)


def test_a_form_is_sent_as_a_browser_sends_it() -> None:
    page = Page(
        WHOLE.format(
            '<form method="post" action="/a?b=c#d"><input type="hidden" name="id" value="1">'
            '<input name="titel" value="x">'
            '<textarea name="text">\n\nZwei</textarea><input type="checkbox" name="nein" value="1">'
            '<input type="radio" name="art" value="a"><input type="radio" name="art" value="b" checked>'
            '<select name="wahl"><option value="1">a</option><option value="2">b</option></select>'
            '<button>senden</button><button name="mehr" value="7" formaction="/e">mehr</button></form>'
        )
    )
    plain = {"id": "1", "titel": "x", "text": "\nZwei", "art": "b", "wahl": "1"}
    forms = sorted(page.forms(), key=lambda form: form.action)
    assert [(form.path, form.fields) for form in forms] == [("/a", plain), ("/e", {**plain, "mehr": "7"})]
    assert set(forms[0].texts) == {"titel", "text"}
    assert forms[0].choices == {"wahl": "2"}
