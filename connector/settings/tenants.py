"""The settings of tenants: where their folders are, and what the settings file of one of them may say.

A tenant is a participant of its own in the process of another one. Its file has what is its own; the store, the
listeners and the allowed connections are those of the process.
"""

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from connector.net.addresses import format_origin
from connector.settings.model import Settings, SettingsError, anchor
from connector.settings.reading import check, convert, read_file

SETTINGS = "datenkontor.toml"
STORE = "store.sqlite"
"""Names the files beside the store that are the tenant's own. The store itself is that of the process."""
_OWN = frozenset(
    {
        "participant", "data_root", "received", "derived", "zone", "received_days", "partial_days", "approve", "accept",
        "secrets", "names", "mail", "identity", "issuer", "limits", "broker",
    }
)  # fmt: skip
_PARTS = {
    "protocol": frozenset({"public_url"}),
    "management": frozenset({"keys"}),
    "net": frozenset({"data_origins"}),
    "web": frozenset({"public_url", "passwords", "imprint", "privacy", "enforcement", "contact", "oidc"}),
}
"""Of these sections, a tenant has only some members for itself."""


def load_tenant(house: Settings, name: str, folder: Path) -> Settings:
    """Return the settings of the tenant `name`, from the file in its folder and those of the process.

    Raises SettingsError for a file that cannot be used, also if it says what only the process decides.
    """
    file = folder / SETTINGS
    values = read_file(file)
    _refuse_foreign(values, file)
    own_place = "public_url" in values.get("protocol", {})
    origin = house.protocol.public_url.rstrip("/")
    values.setdefault("protocol", {}).setdefault("public_url", origin)
    values.setdefault("zone", house.zone)
    values["mode"] = house.mode.value
    read = convert(values, file)
    own = anchor(read, folder.resolve())
    public = own.protocol.public_url.rstrip("/") if own_place else f"{origin}/{name}"
    whole = replace(
        own,
        protocol=replace(house.protocol, public_url=public),
        data=replace(house.data, public_url=f"{locate_data(house)}/{name}", accel=None),
        management=replace(house.management, keys=own.management.keys),
        web=replace(own.web, host=house.web.host, port=house.web.port if own.web.public_url else None),
        store=replace(house.store, path=folder.resolve() / STORE),
        net=replace(house.net, data_origins=own.net.data_origins),
        logging=house.logging,
    )
    check(whole, file)
    return whole


def locate_data(house: Settings) -> str:
    """Return the public URL of the data-plane listener, which tenants share. Raises SettingsError if it has none."""
    data, scheme = house.data, "https" if house.net.certificate else "http"
    if data.public_url is None and data.port == 0:
        raise SettingsError("data.public_url is missing: with tenants, name the address of the data-plane listener.")
    return (data.public_url or format_origin(scheme, data.host, data.port)).rstrip("/")


def _refuse_foreign(values: dict[str, Any], file: Path) -> None:
    for section, value in values.items():
        if section in _OWN:
            continue
        members = value if isinstance(value, dict) else {}
        foreign = [f"{section}.{name}" for name in members if name not in _PARTS.get(section, ())]
        if section in _PARTS and members and not foreign:
            continue
        name = foreign[0] if foreign else section
        raise SettingsError(f"In {file}, {name} is a setting of the whole process: remove it from that of a tenant.")
