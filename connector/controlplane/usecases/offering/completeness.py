"""Which statements the description of an asset lacks, of those that DCAT-AP, DCAT-AP.de and DCAT-AP HVD ask for.

The dataset is written by this connector, so that only what its owner did not state can be missing; a missing
description is the title. `vocab/shapes` says the same in SHACL, and tests compare the two. Pure.
"""

from connector.language.catalogue import say, write_in_all
from connector.ports.entities import DataClass
from connector.views.assets import AssetDescription
from connector.views.common import LocalizedText
from connector.views.descriptions import Contact

_RECOMMENDED = ("description", "keywords", "themes", "contact", "place")
"""Members that DCAT-AP.de 3.0 recommends for a dataset, in the order in which they are named."""


def find_missing(asset: AssetDescription, contact: Contact | None) -> LocalizedText | None:
    """Return what an asset must state before it is published, by language; None if nothing is missing."""
    keys = list_missing(asset, contact)
    if not keys:
        return None
    return write_in_all(lambda language: " ".join(say(language, f"descriptions.{key}") for key in keys))


def list_missing(asset: AssetDescription, contact: Contact | None) -> tuple[str, ...]:
    """Return the keys of what an asset must state before it is published.

    `contact` stands in for the contact of an asset that states none.
    """
    keys = []
    if not asset.licence and (asset.data_class is DataClass.OPEN or asset.hvd):
        # DCAT-AP.de 3.0, Distribution: licence. Data that is not open has the terms of its offer.
        keys.append("hvd-licence" if asset.hvd else "open-licence")
    if not (asset.contact or contact) and asset.hvd:
        # DCAT-AP HVD 3.0.0, Data Service: contact point.
        keys.append("hvd-contact")
    return tuple(keys)


def list_gaps(asset: AssetDescription, contact: Contact | None) -> tuple[LocalizedText, ...]:
    """Return what an asset lacks, required and recommended, by language."""
    return tuple(filter(None, (find_missing(asset, contact), find_unstated(asset, contact))))


def find_unstated(asset: AssetDescription, contact: Contact | None) -> LocalizedText | None:
    """Return which recommended statements an asset lacks, by language; None if it has all of them."""
    names = list_unstated(asset, contact)
    if not names:
        return None
    return write_in_all(
        lambda language: say(
            language,
            "descriptions.unstated",
            members=", ".join(say(language, f"descriptions.member-{name}") for name in names),
        )
    )


def list_unstated(asset: AssetDescription, contact: Contact | None) -> tuple[str, ...]:
    """Return the recommended members that an asset lacks."""
    stated = {"contact": asset.contact or contact}
    return tuple(name for name in _RECOMMENDED if not stated.get(name, getattr(asset, name)))
