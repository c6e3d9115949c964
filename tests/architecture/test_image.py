"""The image and its compose file: building them needs a container engine and is not tried here."""

import re
from pathlib import Path
from typing import Any

import pytest

from connector.cli.main import main
from connector.settings import load

ROOT = Path(__file__).resolve().parents[2]
IMAGE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8")
PAGE = (
    (ROOT / "docs" / "operate.md").read_text(encoding="utf-8").partition("## In a container")[2].partition("\n## ")[0]
)
LAST_STAGE = IMAGE.rpartition("\nFROM ")[2]


def find(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    assert found, pattern
    return found[1]


@pytest.fixture
def settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """The settings that the documented command writes, in a folder in place of /data."""
    command = find(r"datenkontor (init /data .+)$", PAGE).replace("'", "").split()
    assert main([str(tmp_path / "data") if word == "/data" else word for word in command]) == 0
    return load(tmp_path / "data" / "datenkontor.toml", {})


def test_everything_the_image_copies_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", IMAGE, re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_the_image_holds_all_data_folders_of_the_wheel() -> None:
    assert all(f"COPY {folder} {folder}" in IMAGE for folder in ("policies", "vocab", "certs"))


def test_the_user_is_a_number_and_owns_the_folder_before_it_becomes_a_volume() -> None:
    user = find(r"^USER (\d+):\1$", LAST_STAGE)
    assert user != "0"
    assert f"useradd --create-home --uid {user} --gid {user} " in LAST_STAGE
    order = ["mkdir /data", f"chown {user}:{user} /data", f"USER {user}", "WORKDIR /data", "VOLUME /data", "CMD ["]
    places = [LAST_STAGE.index(step) for step in order]
    assert places == sorted(places)


def test_the_file_system_is_read_only_but_for_the_volume_and_temporary_files() -> None:
    assert "read_only: true" in COMPOSE
    assert find(r"^    tmpfs:\n      - (\S+)$", COMPOSE) == "/tmp"
    assert find(r"^    volumes:\n      - data:(\S+)$", COMPOSE) == find(r"^VOLUME (\S+)$", LAST_STAGE)


def test_the_ports_are_those_of_the_documented_settings(settings: Any) -> None:
    ports = [settings.protocol.port, settings.data.port]
    assert find(r"^EXPOSE (.+)$", LAST_STAGE).split() == [str(port) for port in ports]
    assert re.findall(r'^      - "(\d+):(\d+)"$', COMPOSE, re.MULTILINE) == [(str(port), str(port)) for port in ports]
    assert find(r"r\.urlopen\('([^']+)'", LAST_STAGE) == f"http://127.0.0.1:{settings.management.port}/health"


def test_the_documented_settings_listen_outside_the_container_but_for_management(settings: Any) -> None:
    everywhere = "0.0.0.0"
    assert (settings.protocol.host, settings.data.host) == (everywhere, everywhere)
    assert settings.management.host == "127.0.0.1"
    assert str(settings.management.port) not in COMPOSE.replace("Management (7082)", "")


def test_the_command_of_the_image_reads_the_settings_that_are_written() -> None:
    assert find(r"^CMD (.+)$", LAST_STAGE) == '["datenkontor", "serve", "--settings", "/data/datenkontor.toml"]'
    assert "docker compose -f docker/compose.yaml up" in PAGE
