"""veraPDF judges a paper as PDF/A-3a and as PDF/UA-1, in both languages and with hostile texts (`make test-pdf`).

Needs Java 17 and Maven, which brings veraPDF into `build/`.
"""

import asyncio
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from connector.language.catalogue import LANGUAGES
from connector.web.frame.paper import PaperPart, print_paper
from tests.web.frame.test_paper import AT, HOSTILE, PLAIN

pytestmark = pytest.mark.pdf

ROOT = Path(__file__).resolve().parents[3]
JUDGE, MAIN = "org.verapdf.apps:greenfield-apps:1.28.2", "org.verapdf.apps.GreenfieldCliWrapper"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"


@pytest.fixture(scope="module")
def judge() -> Path:
    for tool in ("java", "mvn"):
        assert shutil.which(tool), f"The judge needs {tool}: install a JDK 17 and Maven."
    folder = ROOT / "build" / "verapdf"
    if not list(folder.glob("greenfield-apps-*.jar")):
        options = [f"-Dartifact={JUDGE}", f"-DoutputDirectory={folder}"]
        subprocess.run(["mvn", "-q", "-B", "-Dstyle.color=never", COPY, *options], check=True, timeout=600)
    return next(iter(folder.glob("greenfield-apps-*.jar")))


@pytest.mark.parametrize("standard", ["3a", "ua1"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_paper_passes(judge: Path, tmp_path: Path, language: str, standard: str) -> None:
    parts = tuple(
        PaperPart(text or "Teil", ((text, text * 40), (text,))) for text in (*HOSTILE, "漢字 🌳 \x00", "x" * 3000)
    )
    paper = msgspec.structs.replace(PLAIN, language=language, parts=parts)
    file = tmp_path / "paper.pdf"
    file.write_bytes(asyncio.run(print_paper(paper, b'{"policy": {}}', AT)))
    command = ["java", "-Djava.awt.headless=true", "-cp", str(judge), MAIN, "--flavour", standard, "--format", "text"]
    judged = subprocess.run([*command, str(file)], capture_output=True, text=True, timeout=300)
    assert judged.stdout.startswith("PASS"), judged.stdout + judged.stderr
