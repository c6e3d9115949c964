"""A tenant is added: its folder with settings, key and identity card, then its place on the list of the process."""

import hashlib
import secrets
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from connector.app.tenants.listing import MOST, Tenant, change_list, check_name
from connector.authority import card as cards
from connector.identity.files import write_new
from connector.identity.keys import KeyFault
from connector.settings import Settings, SettingsError, load_tenant, render_template
from connector.settings.tenants import SETTINGS

KEY, CARD = "key.pem", "card.json"
_ID_PLACE = "did:web:{}"


class TenantPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a tenant is given: its name in paths and commands, its title for people, and what may be its own."""

    name: str
    title: str
    id: str | None = None
    public_url: str | None = None
    pages: str | None = None


class AddedTenant(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant that was added, with the management key that is shown once."""

    name: str
    id: str
    address: str
    card: str
    settings: str
    key: str


class TenantRefused(Exception):
    """A tenant cannot be added; `code` says why, in the words of `check_name`, or `taken` or `full`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def add_tenant(house: Settings, folder: Path, plan: TenantPlan, now: int) -> AddedTenant:
    """Write the folder of a tenant and put it on the list. `now` is in ms.

    Raises TenantRefused, SettingsError and OSError; then there is no tenant, and no file of it.
    """
    if fault := check_name(plan.name, house.protocol.path):
        raise TenantRefused(fault)
    with change_list(folder) as tenants:
        if plan.name in tenants:
            raise TenantRefused("taken")
        if len(tenants) >= MOST:
            raise TenantRefused("full")
        place = folder / plan.name
        if place.exists():
            raise TenantRefused("folder")
        draft = folder / f".{plan.name}.new"
        # Whoever was killed here has left it; nobody else writes while the list is being changed.
        _discard(draft)
        try:
            added = _write_folder(house, folder, draft, plan)
            draft.replace(place)
        except BaseException:
            _discard(draft)
            raise
        tenants[plan.name] = Tenant(name=plan.name, since=now)
    return added


def _write_folder(house: Settings, folder: Path, draft: Path, plan: TenantPlan) -> AddedTenant:
    public = (plan.public_url or f"{house.protocol.public_url.rstrip('/')}/{plan.name}").rstrip("/")
    identifier = plan.id or _name_place(house, public, plan.name)
    for part in (draft, draft / "offered", draft / "received"):
        part.mkdir(mode=0o700)
    try:
        key = cards.new_key(draft / KEY)
    except KeyFault as fault:
        raise SettingsError(str(fault)) from None
    secret = secrets.token_urlsafe(32)
    text = render_template(_build_values(house, plan, identifier, secret), title="")
    # What only the process decides would be refused here, as comments too.
    own = "\n".join(line for line in text.splitlines() if line and not line.startswith("#"))
    write_new(draft / SETTINGS, (_drop_empty(own) + "\n").encode(), mode=0o600)
    settings = load_tenant(house, plan.name, draft)
    data = settings.data.public_url or ""
    address = settings.protocol.public_url + settings.protocol.path
    card = cards.card(key, id=identifier, name=plan.title, address=address, data=(data,))
    write_new(draft / CARD, cards.render(card), mode=0o644)
    place = folder / plan.name
    return AddedTenant(
        name=plan.name,
        id=identifier,
        address=address,
        card=str(place / CARD),
        settings=str(place / SETTINGS),
        key=secret,
    )


def _build_values(house: Settings, plan: TenantPlan, identifier: str, secret: str) -> dict[str, Any]:
    identity = house.identity
    digest = hashlib.sha256(secret.encode()).hexdigest()
    values: dict[str, Any] = {
        "participant": {"id": identifier, "name": plan.title},
        "management": {"keys": [{"id": "admin", "sha256": digest, "scopes": ["admin"]}]},
        "data_root": "offered",
        "received": "received",
        "zone": house.zone,
        "identity": {
            "mechanism": identity.mechanism,
            "key": KEY,
            "roster": str(identity.roster),
            "operator_key": str(identity.operator_key),
            "profile": str(identity.profile),
        },
    }
    if plan.public_url:
        values["protocol"] = {"public_url": plan.public_url}
    if plan.pages:
        values["web"] = {"public_url": plan.pages}
    if house.broker.participant and house.broker.api:
        values["broker"] = {"participant": house.broker.participant, "api": house.broker.api}
    return values


def _name_place(house: Settings, public: str, name: str) -> str:
    """Return the identifier of a tenant: of the place where its document is, or a plain one on a list with keys."""
    if house.identity.mechanism != "dcp":
        return f"urn:participant:{name}"
    parts = urlsplit(public)
    place = [parts.netloc.replace(":", "%3A"), *filter(None, parts.path.split("/"))]
    return _ID_PLACE.format(":".join(place))


def _drop_empty(text: str) -> str:
    """Return a settings file without the headings of empty sections."""
    lines = text.splitlines()
    following = [*lines[1:], "["]
    return "\n".join(
        line
        for line, after in zip(lines, following, strict=True)
        if not (line.startswith("[") and after.startswith("["))
    )


def _discard(draft: Path) -> None:
    shutil.rmtree(draft, ignore_errors=True)
