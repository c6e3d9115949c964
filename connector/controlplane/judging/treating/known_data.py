"""The known properties of the data of a policy: the description of its records, or only its media type."""

import msgspec

from connector.policy.model.policy import DK, ODRL
from connector.policy.vocabulary.registry import Operand, Registry
from connector.ports.entities import Asset
from connector.ports.treatment import Records
from connector.views.assets import find_record_format

CONSENT, LEVEL, GROUP_SIZE, PURPOSE = DK + "consentStatus", DK + "aggregationLevel", DK + "groupSize", ODRL + "purpose"


class KnownData(msgspec.Struct, frozen=True):
    """The known properties of data: its records; `any` means any data that fits the policy."""

    records: Records | None = None
    any: bool = False

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
    if asset is None or "glob" in asset.source:
        return NONE
    return data(asset.records, asset.media_type)


def data(records: Records | None, media_type: str) -> KnownData:
    """Return the known properties of data with a description, or with only a media type."""
    found = find_record_format(media_type)
    return KnownData(records or (Records(format=found) if found else None))


def is_from_data(operand: Operand) -> bool:
    """Return whether the value of an operand depends on the data of the policy."""
    return operand.per_record or operand.iri in {LEVEL, GROUP_SIZE}
