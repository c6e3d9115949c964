"""Every form has a writer, an ending and a media type."""

import pytest

from connector.dataplane.forms import table
from connector.dataplane.forms.choice import FORMS, BadChoice, Choice
from connector.dataplane.forms.table import KINDS, load_for_choice, make_writer
from connector.views.assets import FORM_TYPES


def test_every_form_has_a_writer_an_ending_and_a_media_type() -> None:
    assert set(KINDS) == set(FORMS) == set(FORM_TYPES)
    for form in FORMS:
        assert hasattr(make_writer(Choice(form=form)), "begin")


def test_a_missing_library_ends_no_flow() -> None:
    with pytest.raises(BadChoice, match=r"datenkontor\[forms\]"):
        load_for_choice(f"{table.__package__}.absent", "make")
