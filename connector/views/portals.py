"""Portals whose datasets a broker lists as references."""

from enum import StrEnum

PORTAL_NAME = r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"
PORTAL_URL = r"^https?://[^\s/?#@]+(/[^\s?#]*)?(\?[^\s#]*)?$"


class PortalKind(StrEnum):
    """How a portal is read: by the action API of CKAN, or by its catalogue in RDF (DCAT-AP)."""

    CKAN = "ckan"
    DCAT = "dcat"
