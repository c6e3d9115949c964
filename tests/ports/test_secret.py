"""The secret: it is never shown, and each use and each person has a key of its own."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ports.secret import SECRET_BYTES, Secret, normalize_person

SECRET = Secret(b"s" * SECRET_BYTES)


def test_a_short_secret_is_refused_and_none_is_shown() -> None:
    with pytest.raises(ValueError, match="31 bytes"):
        Secret(b"s" * (SECRET_BYTES - 1))
    assert repr(SECRET) == "Secret()"


def test_every_use_has_a_key_of_its_own() -> None:
    keys = {SECRET.key(*names) for names in (("a",), ("b",), ("a", "b"), ("ab",), ("a", "", "b"), ("", "ab"))}
    assert len(keys) == 6
    assert all(len(key) == 32 for key in keys)
    assert SECRET.key("a") == Secret(b"s" * SECRET_BYTES).key("a") != Secret(b"t" * SECRET_BYTES).key("a")


def test_a_person_has_one_reference_per_owner_which_does_not_contain_the_name() -> None:
    reference = SECRET.person("city", "Anna")
    assert SECRET.people("city")("Anna") == reference
    assert SECRET.person("firm", "Anna") != reference
    assert "anna" not in reference.lower()
    assert SECRET.person("city", "lone \ud800") != reference


@given(st.text(), st.sampled_from(["NFC", "NFD"]), st.sampled_from(["", "\u00ad", "\u200b", "\u2060"]))
def test_a_person_has_one_reference_in_every_spelling_that_looks_alike(name: str, form: str, unseen: str) -> None:
    other = f" {unseen.join(unicodedata.normalize(form, name))}\t"  # type: ignore[arg-type]  # one of the forms
    assert SECRET.person("city", other) == SECRET.person("city", name)


@pytest.mark.parametrize("text", ["", " ", "\u00ad", " \u200b\t"])
def test_nothing_that_is_seen_is_no_person(text: str) -> None:
    assert normalize_person(text) == ""


LOOK_ALIKE = [
    ("Ma\ufe0fria", "Maria"),
    ("Meier\u2011L\u00fcdke", "Meier-L\u00fcdke"),
    ("Meier\u2010L\u00fcdke", "Meier-L\u00fcdke"),
    ("M\u00fcl\u034fler", "M\u00fcller"),
    ("Mu\u034f\u0308ller", "M\u00fcller"),
    ("O\u2019Neill", "O'Neill"),
    ("O`Neill", "O'Neill"),
    ("O\u00b4Neill", "O'Neill"),
    ("Li\u3164", "Li"),
    ("Li\u2800", "Li"),
    ("a\x7f@x.de", "a@x.de"),
    ("a@x.de\U000e0100", "a@x.de"),
    ("Anna\u00a0\u202fLi", "Anna Li"),
]


@pytest.mark.parametrize(("written", "typed"), LOOK_ALIKE)
def test_what_looks_alike_in_data_and_register_is_one_person(written: str, typed: str) -> None:
    assert SECRET.person("city", written) == SECRET.person("city", typed)
    assert normalize_person(written) == typed


@given(
    st.text(),
    st.integers(0, 20),
    st.sampled_from("\u034f\u115f\u17b4\u180b\u200d\u2060\u2065\ufe00\ufe0f\uffa0\U000e0001\x00"),
)
def test_a_character_that_is_not_seen_makes_no_other_person(name: str, place: int, unseen: str) -> None:
    assert normalize_person(name[:place] + unseen + name[place:]) == normalize_person(name)
    assert normalize_person(normalize_person(name)) == normalize_person(name)


@pytest.mark.parametrize(
    ("one", "other"), [("4711.0", "4711"), ("anna", "Anna"), ("Meier Li", "Meier-Li"), ("ONeill", "O'Neill")]
)
def test_what_is_seen_to_differ_is_another_person(one: str, other: str) -> None:
    assert SECRET.person("city", one) != SECRET.person("city", other)
