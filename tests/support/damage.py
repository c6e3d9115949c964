"""Damage to a database file, as a failing disk makes it: pages that are not what was written."""

from pathlib import Path

PAGE = 4096


def damage_pages(path: Path, *, keep: int = 1, every: int = 1) -> None:
    """Overwrite the beginning of each `every`-th page after the first `keep` ones; the header stays readable."""
    pages = path.stat().st_size // PAGE
    with path.open("r+b") as file:
        for page in range(keep, pages, every):
            file.seek(page * PAGE)
            file.write(b"\xa5" * 40)
