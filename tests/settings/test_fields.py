"""The list of settings: each with its type, a description and its default."""

from connector.settings.fields import bare_type, list_fields, list_headings


def test_every_setting_has_a_description_of_one_sentence() -> None:
    fields = list(list_fields())
    assert len({key for key, *_ in fields}) == len(fields) > 40
    for key, _, description, _ in fields:
        assert description[:1].isupper() or description.startswith("`"), key
        assert description.endswith("."), key
        assert "\n" not in description, key


def test_plain_settings_come_before_sections_and_every_section_has_a_heading() -> None:
    sections = [key.rpartition(".")[0] for key, *_ in list_fields()]
    assert sections.index("participant") > sections.index("")
    assert list(dict.fromkeys(sections))[1:] == list(list_headings())
    assert all(text.endswith(".") for text in list_headings().values())


def test_the_bare_type_has_no_annotation_and_no_none() -> None:
    kinds = {key: bare_type(kind) for key, kind, *_ in list_fields()}
    assert (kinds["data.port"], kinds["data.public_url"]) == (int, str)
