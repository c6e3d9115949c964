"""Drafts of assets for tests: policies on the use of data, and personal data."""

from typing import Any

from connector.ports.entities import AssetStatement, DataClass
from connector.views.assets import AssetOrder

SOURCE = {"kind": "file", "path": "air.csv"}


def use(*constraints: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"permission": [{"action": "use", "constraint": list(constraints)}], **more}


def personal(
    policy: dict[str, Any], *, legal_basis: tuple[str, ...] = ("eu-gdpr:A6-1-e",), **stated: Any
) -> AssetOrder:
    return AssetOrder(
        title={"en": "Register"},
        source=SOURCE,
        policy=policy,
        data_class=DataClass.PERSONAL,
        stated=AssetStatement(legal_basis=legal_basis, **stated),
    )
