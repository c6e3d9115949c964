"""The settings of names: what people call the groups, roles and other values that claims of participants have."""

from collections.abc import Iterable
from typing import Annotated

from connector.settings.kinds import Meta, Section

NameText = Annotated[str, Meta(min_length=1, max_length=200)]


class NameSettings(Section, frozen=True, kw_only=True):
    """The name of one value, in German and in English; a language without one shows the other."""

    value: Annotated[
        NameText, Meta(description="Value as claims and policies have it, such as the group `city-departments`.")
    ]
    de: Annotated[NameText | None, Meta(description="German name.")] = None
    en: Annotated[NameText | None, Meta(description="English name.")] = None


def list_labels(names: Iterable[NameSettings]) -> dict[str, dict[str, str]]:
    """Return the names by value and language.

    >>> list_labels([NameSettings(value="traffic", de="Verkehrsbetriebe")])
    {'traffic': {'de': 'Verkehrsbetriebe'}}
    """
    return {
        name.value: {language: text for language, text in (("de", name.de), ("en", name.en)) if text} for name in names
    }
