"""The known properties of the data of a policy: its records, its media type, and what its owner states."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from connector.policy.model.policy import DK, ODRL
from connector.policy.vocabulary.registry import Operand, Registry
from connector.ports.entities import Asset, AssetStatement
from connector.ports.treatment import Records
from connector.protocol.dsp.machines.transfer_machine import PULL, PUSH
from connector.views.assets import AssetDescription, RowForm, find_record_format

CONSENT, LEVEL, GROUP_SIZE, PURPOSE = DK + "consentStatus", DK + "aggregationLevel", DK + "groupSize", ODRL + "purpose"


class PlaceOfData(StrEnum):
    """The data plane that has data: that of this process, another one that takes leases, or any other one."""

    HERE = "here"
    LEASED = "leased"
    OTHER = "other"


class KnownData(msgspec.Struct, frozen=True):
    """The known properties of data: its records; `any` means any data that fits the policy.

    `media_type` and `stated` are known of an asset only. `formats` are the ways in which the data is delivered, `forms`
    the forms in which its rows can be taken, `place` the data plane that delivers it.
    """

    records: Records | None = None
    any: bool = False
    media_type: str | None = None
    stated: AssetStatement | None = None
    formats: tuple[str, ...] = (PULL, PUSH)
    forms: tuple[RowForm, ...] = ()
    place: PlaceOfData = PlaceOfData.HERE

    def transforms(self, operands: Registry) -> frozenset[str]:
        """Return the transforms that can be applied to the data."""
        return frozenset(operands.transforms.values()) if self.any or self.records else frozenset()

    @property
    def rows(self) -> bool:
        """Whether single records can be filtered."""
        return self.any or self.records is not None

    def states(self, iri: str) -> bool:
        """Return whether the value of an operand is known from the data."""
        if self.any or self.records is None:
            return self.any
        known = {*self.records.facts, *([CONSENT] if self.records.subject else [])}
        known |= {LEVEL} if self.records.level else set()
        return iri in known or (iri == GROUP_SIZE and self.records.smallest_group > 0)


ANY, NONE = KnownData(any=True), KnownData()


def to_data(asset: Asset | None) -> KnownData:
    """Return the known properties of an asset's data; without a description, the media type gives the format."""
    return NONE if asset is None else describe(asset, asset.records, asset.source)


def describe(asset: AssetDescription, records: Records | None, source: Mapping[str, Any]) -> KnownData:
    """Return the known properties of the data of an asset with these records; the files of a folder have none."""
    found = KnownData() if "glob" in source else data(records, asset.media_type)
    formats = (PULL,) if asset.live else (PULL, PUSH)
    place = find_place(source)
    return msgspec.structs.replace(
        found, media_type=asset.media_type, stated=asset.stated, formats=formats, forms=asset.forms, place=place
    )


def find_place(source: Mapping[str, Any]) -> PlaceOfData:
    """Return the place that the source of an asset names."""
    if source.get("kind") != "plane":
        return PlaceOfData.HERE
    return PlaceOfData.LEASED if source.get("leases", True) else PlaceOfData.OTHER


def data(records: Records | None, media_type: str) -> KnownData:
    """Return the known properties of data with a description, or with only a media type."""
    found = find_record_format(media_type)
    return KnownData(records or (Records(format=found) if found else None))


def is_from_data(operand: Operand) -> bool:
    """Return whether the value of an operand depends on the data of the policy."""
    return operand.per_record or operand.iri in {LEVEL, GROUP_SIZE}
