"""The least settings that a process can have, in a file."""

from pathlib import Path

LEAST = '[participant]\nid = "urn:me"\nname = "Me"\n[protocol]\npublic_url = "https://me.example"\n'


def written(folder: Path, text: str = LEAST) -> Path:
    """Return the path of a settings file with this text."""
    file = folder / "datenkontor.toml"
    file.write_text(text, "utf-8")
    return file
