"""The settings of one process: their model, their reading, and their reference."""

from connector.settings.model import (
    BrokerSettings,
    DataOriginSettings,
    DataSettings,
    DelegatedTier,
    IdentitySettings,
    KeySettings,
    LimitSettings,
    Location,
    LoggingSettings,
    ManagementSettings,
    Mode,
    NetSettings,
    ParticipantSettings,
    ProtocolSettings,
    Settings,
    SettingsError,
    StoreSettings,
    anchor,
)
from connector.settings.reading import load
from connector.settings.reference import render_markdown, render_template

__all__ = [
    "BrokerSettings",
    "DataOriginSettings",
    "DataSettings",
    "DelegatedTier",
    "IdentitySettings",
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
    "anchor",
    "load",
    "render_markdown",
    "render_template",
]
