"""Days and numbers on German pages that are not written as Germans write them: ISO 8601, and a point before decimals.

Rows of data are shown as they are, and what is marked as code is for machines.
"""

import re
from functools import cache
from typing import get_args

from connector.language.catalogue import read_chapter
from connector.semantic.codes import ListName, read_codes
from tests.pages.codes import read_prose
from tests.pages.page import Page
from tests.pages.readability import SHOWN

FOREIGN = re.compile(
    r"""(?<![\w.,:/-])(?:
      \d{4}-\d{2}(?:-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?)?  # 2026-12-01, 2026-12
    | \d{1,3}(?:,\d{3})+(?:\.\d+)?                               # 1,234.5
    | \d+\.(?:\d{1,2}|\d{4,})                                   # 12.5
    | \d{5,}                                                     # 12345
    )(?![\w.,:/-]*\w)""",
    re.VERBOSE,
)
UNREAD = frozenset({"code", "data"})


def list_foreign(page: Page) -> set[str]:
    """Return the days and numbers of a page in another writing than the German one."""
    return set(FOREIGN.findall(read_prose(page.root, UNREAD))) - _read_known()


@cache
def _read_known() -> frozenset[str]:
    """Return what stands in sentences of the catalogue, such as the number of a standard, or of a licence."""
    said = (text for chapter in (*SHOWN, "names") for text in read_chapter("de", chapter).values())
    listed = (code.labels["de"] for name in get_args(ListName) for code in read_codes(name).values())

    return frozenset(found for text in (*said, *listed) for found in FOREIGN.findall(text))
