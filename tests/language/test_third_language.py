"""A third language is one folder and one line: a copy of the project gets one, made of English in capitals."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINE = 'Language: TypeAlias = Literal["de", "en"]'
CHAPTER = """
import re
from connector.language.en.{chapter} import SENTENCES as ENGLISH
SENTENCES = {{
    key: "".join(part if part.startswith("{{") else part.upper() for part in re.split(r"(\\{{[^}}]*\\}})", text))
    for key, text in ENGLISH.items()
}}
"""
LABELS = """
SENTENCES = {
    "operand:http://www.w3.org/ns/odrl/2/purpose": "PURPOSE",
    "operand:http://www.w3.org/ns/odrl/2/dateTime": "POINT IN TIME",
    "term:https://w3id.org/dpv#ScientificResearch": "SCIENTIFIC RESEARCH",
    "term:https://w3id.org/dpv#Marketing": "MARKETING",
    "template:research-only:title": "RESEARCH ONLY",
}
"""
PRINT_POLICY = """
import datetime
from tests.policy.support import MOBILITY, NOON, TARGET, agreement, atom, build, facts, rule, shipped
from connector.policy.analysis.findings import Finding
from connector.policy.deciding.decide import explain
from connector.policy.model.situation import Phase, Request, World
from connector.policy.words import findings
from connector.policy.words.card import card
from connector.policy.words.reasons import reasons
from connector.policy.words.sentence import sentence
limit = atom("odrl:dateTime", "lt", {"@value": "2027-01-01", "@type": "xsd:date"})
policy = build(agreement(rule(atom("odrl:purpose", "isA", "dpv:ScientificResearch"), limit)))
stated = facts({"purpose": "https://w3id.org/dpv#Marketing"})
print(sentence(policy, "xx"))
print(card(policy, "xx").text)
print(*reasons(explain(policy, Request("use", TARGET, MOBILITY, NOON, stated), World(), Phase.ACCESS), shipped(), "xx"))
from connector.language.catalogue import find_label_in_all
print(find_label_in_all("template:research-only:title", {"de": "Nur", "en": "Research only"})["xx"])
print(findings.say(Finding("duty-missing", other="http://www.w3.org/ns/odrl/2/delete"), shipped(), "xx"))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("third")
    for name in ("connector", "policies", "vocab", "certs", "tests"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    room = root / "connector" / "language"
    (room / "xx" / "commands").mkdir(parents=True)
    for chapter in (room / "en").rglob("*.py"):
        if "SENTENCES" in chapter.read_text(encoding="utf-8"):
            path = chapter.relative_to(room / "en")
            module = ".".join(path.with_suffix("").parts)
            (room / "xx" / path).write_text(CHAPTER.format(chapter=module), encoding="utf-8")
    (room / "xx" / "labels.py").write_text(LABELS, encoding="utf-8")
    (room / "xx" / "grammar.py").write_text("from connector.language.en.grammar import GRAMMAR as GRAMMAR\n")
    catalogue = room / "catalogue.py"
    text = catalogue.read_text(encoding="utf-8")
    assert text.count(LINE) == 1
    catalogue.write_text(text.replace(LINE, LINE.replace('"en"', '"en", "xx"')), encoding="utf-8")
    yield root
    shutil.rmtree(root)


def run(root: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=root, env={"PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_card_reasons_and_a_finding_come_out_in_it(copy: Path) -> None:
    text = run(copy, PRINT_POLICY)
    assert "USE ALLOWED: PURPOSE: SCIENTIFIC RESEARCH, BEFORE 1 January 2027." in text
    assert "\nWHAT FOR: YOU MAY USE THE DATA. PURPOSE: SCIENTIFIC RESEARCH. PASSING ON IS PART OF USE.\n" in text
    assert "\nPURPOSE: EXPECTED SCIENTIFIC RESEARCH; STATED MARKETING. " in text
    assert "THE REQUEST LEAVES OUT A DUTY: DELETE." in text
    own = re.sub(r"“[^”]*”|January", "", text)
    assert own == own.upper()


def test_a_command_says_its_sentences_in_it(copy: Path) -> None:
    def call(*arguments: str) -> str:
        return run(
            copy, f"import sys; sys.argv = {['datenkontor', *arguments]}; from connector.cli.main import run; run()"
        )

    text = call("init", "office", "--lang", "xx")
    assert " IS SET UP IN " in text
    assert "THE MANAGEMENT KEY; STORE IT NOW" in text
    assert "--lang de|en|xx" in call("init", "--help")


def test_texts_that_are_sent_in_all_languages_have_it(copy: Path) -> None:
    code = "from connector.language.catalogue import say_in_all; print(say_in_all('policy.tier-provider'))"
    assert run(copy, code).strip() == ("{'de': 'hier durchgesetzt', 'en': 'enforced here', 'xx': 'ENFORCED HERE'}")


def test_a_label_that_it_lacks_is_english(copy: Path) -> None:
    code = "from connector.language.catalogue import find_label; print(find_label('xx', 'operand:x', {'en': 'fleet'}))"
    assert run(copy, code).strip() == "fleet"


def test_the_tests_of_the_catalogue_pass_with_it(copy: Path) -> None:
    suite = ["-q", "-p", "no:cacheprovider", "tests/language/test_catalogue.py"]
    assert " passed" in run(copy, f"import sys, pytest; sys.exit(pytest.main({suite}))")
