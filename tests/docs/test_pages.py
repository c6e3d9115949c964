"""What every page keeps: links lead somewhere, commands exist, code compiles, nothing of a machine is in it."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from connector import settings
from connector.cli.main import app
from connector.language.catalogue import read_chapter
from tests.docs.pages import ROOT, Block, anchors, blocks, links, pages, read
from tests.settings.least import LEAST, written

PAGES = pages()
COMMANDS = [block for page in PAGES for block in blocks(page, "sh")]
CODE = [block for page in PAGES for block in blocks(page, "python")]
_WHERE = [f"{block.page}:{block.line}" for block in COMMANDS]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for link in links(page):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), f"{page} links to {link}, which is not there"
        if anchor:
            assert anchor in anchors(str(target.resolve().relative_to(ROOT))), (
                f"{page} links to {link}: no such heading"
            )


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_a_machine_or_a_registry(page: str) -> None:
    found = re.findall(
        r"(?<![\w.}])/(?:home|root|work|Users|tmp)/\S*|pypi\.org|pythonhosted|repo1\.maven|docker\.io", read(page)
    )
    assert not found


@pytest.mark.parametrize("block", COMMANDS, ids=_WHERE)
def test_every_command_that_is_shown_is_understood(block: Block) -> None:
    root = typer.main.get_command(app)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for words in _commands(block):
        if words[0] == "make":
            assert set(_plain(words[1:])) <= targets
        if words[0] != "datenkontor":
            continue
        command, rest = root, words[1:]
        while hasattr(command, "commands"):
            known = command.get_command(None, rest[0])
            assert known is not None, f"{block.page} shows `{' '.join(words)}`: there is no {rest[0]}"
            command, rest = known, rest[1:]
        command.make_context(words[0], list(rest))


@pytest.mark.parametrize("block", CODE, ids=[f"{block.page}:{block.line}" for block in CODE])
def test_every_piece_of_code_compiles_and_imports_what_exists(block: Block) -> None:
    compile(block.text, f"{block.page}:{block.line}", "exec")
    if not block.run or block.run[0] != "tutorial":
        exec("\n".join(re.findall(r"^(?:from connector|import connector).*$", block.text, re.MULTILINE)), {})


def test_settings_that_are_shown_are_settings(tmp_path: Path) -> None:
    # A section is shown without the settings that every file has.
    heads = {("settings",): "", ("section",): LEAST}
    shown = [block for page in PAGES for block in blocks(page, "toml") if block.run in heads]
    assert shown
    for block in shown:
        settings.load(written(tmp_path, heads[block.run] + block.text), {})


def test_what_the_demonstration_is_said_to_say_it_says() -> None:
    sentences = [re.split(r"\{[^}]*\}", text) for text in read_chapter("en", "demo").values()]
    patterns = [".*?".join(map(re.escape, parts[:2])) for parts in sentences]
    shown = re.findall(r"^✓ (.*)$", read("README.md"), re.MULTILINE)
    assert len(shown) >= 5
    for line in shown:
        assert any(re.match(pattern, line) for pattern in patterns), f"the demonstration does not say: {line}"


def test_short_pages_stay_short() -> None:
    assert len(read("README.md").splitlines()) <= 150
    assert len(read("CONTRIBUTING.md").splitlines()) <= 300


def test_every_decision_is_a_page_at_most_and_listed() -> None:
    listed = read("docs/adr/README.md")
    found = sorted((ROOT / "docs/adr").glob("0*.md"))
    numbers = [int(path.name[:4]) for path in found]
    assert numbers == list(range(1, len(found) + 1)), "number the decisions without a hole"
    for path in found:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 60, f"{path.name} is longer than a page"
        assert f"({path.name})" in listed
        assert f"{lines[0].partition('. ')[2]}](" in listed, f"the list has another title for {path.name}"


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    reasons = read("docs/dependencies.md")
    for requirement in wanted:
        name = re.split(r"[<>=\[; ]", requirement)[0]
        assert f"| {name} |" in reasons, f"{name} has no line in the page of dependencies"


def _commands(block: Block) -> Iterator[list[str]]:
    """Yield the commands of a block, without what stands before or behind them in the shell."""
    for line in block.text.replace("\\\n", " ").splitlines():
        for part in re.split(r"[|;&]+|\b(?:until|do|then)\b", line):
            words = shlex.split(re.sub(r"\d?[<>]\s*\S+", " ", re.sub(r"\$\([^)]*\)", "x", part)), comments=True)
            while words and re.match(r"[A-Z_]+=", words[0]):
                words.pop(0)
            if words:
                yield words


def _plain(words: list[str]) -> list[str]:
    return [word for word in words if "=" not in word]
