"""What the image is built from is there; building it needs a container engine and is not tried here."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_everything_the_image_copies_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "docker" / "Dockerfile").read_text(), re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_the_image_holds_all_data_folders_of_the_wheel() -> None:
    text = (ROOT / "docker" / "Dockerfile").read_text()
    assert all(f"COPY {folder} {folder}" in text for folder in ("policies", "vocab", "certs"))
