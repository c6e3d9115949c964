"""The assets as they look from outside: the record format of a media type."""

from typing import get_args

import pytest

from connector.views.assets import RECORD_FORMATS, RecordFormat, find_record_format


@pytest.mark.parametrize(
    ("media_type", "form"),
    [
        ("text/csv", "csv"),
        ("Text/CSV; charset=utf-8", "csv"),
        ("text/tab-separated-values", "csv"),
        ("application/jsonl", "ndjson"),
        ("image/png", None),
        ("", None),
    ],
)
def test_a_media_type_has_a_record_format_or_none(media_type: str, form: str | None) -> None:
    assert find_record_format(media_type) == form


def test_every_record_format_has_a_media_type() -> None:
    # DATEX II has the media type of any XML, and GTFS that of any archive: they are stated or found.
    assert {*RECORD_FORMATS.values(), "datex", "gtfs"} == set(get_args(RecordFormat))
