"""What several tests of the client send."""

from typing import Any

import httpx

from connector.client import AsyncConnector
from connector.views.assets import AssetOrder
from tests.support.plane import Desk

SOURCE = {"kind": "file", "path": "air.csv"}


def awaited(desk: Desk) -> AsyncConnector:
    transport = httpx.ASGITransport(desk.app, raise_app_exceptions=False)
    return AsyncConnector("http://connector", "writer", transport=transport)


def draft(**members: Any) -> AssetOrder:
    return AssetOrder(**{"title": {"de": "Luft"}, "source": SOURCE, **members})
