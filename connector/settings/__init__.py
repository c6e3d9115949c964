"""The settings of one process: their model, their reading, and their reference."""

from connector.settings.identity import HardwareSettings, IdentitySettings
from connector.settings.issuing import AuthoritySettings, CredentialSettings, IssuerSettings
from connector.settings.kinds import Location
from connector.settings.model import (
    DEFAULT_ZONE,
    LISTED_MECHANISMS,
    LOCAL_ZONE,
    BrokerSettings,
    DataOriginSettings,
    DataSettings,
    DelegatedTier,
    KeySettings,
    LimitSettings,
    LoggingSettings,
    ManagementSettings,
    Mode,
    NetSettings,
    ParticipantSettings,
    ProtocolSettings,
    Settings,
    SettingsError,
    TenantsSettings,
    anchor,
)
from connector.settings.people import WebSettings
from connector.settings.reading import load
from connector.settings.reference import change_values, render_markdown, render_template
from connector.settings.store import StoreSettings
from connector.settings.tenants import load_tenant, locate_data

__all__ = [
    "DEFAULT_ZONE",
    "LISTED_MECHANISMS",
    "LOCAL_ZONE",
    "AuthoritySettings",
    "BrokerSettings",
    "CredentialSettings",
    "DataOriginSettings",
    "DataSettings",
    "DelegatedTier",
    "HardwareSettings",
    "IdentitySettings",
    "IssuerSettings",
    "KeySettings",
    "LimitSettings",
    "Location",
    "LoggingSettings",
    "ManagementSettings",
    "Mode",
    "NetSettings",
    "ParticipantSettings",
    "ProtocolSettings",
    "Settings",
    "SettingsError",
    "StoreSettings",
    "TenantsSettings",
    "WebSettings",
    "anchor",
    "change_values",
    "load",
    "load_tenant",
    "locate_data",
    "render_markdown",
    "render_template",
]
