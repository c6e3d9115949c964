"""`tenant`: other participants in the process of this one: add, list, suspend, resume, export, remove."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from connector.app.parts import read_clock
from connector.app.tenants.entering import TenantPlan, TenantRefused, add_tenant
from connector.app.tenants.leaving import await_removal, export_tenant, remove_here
from connector.app.tenants.listing import Tenant, TenantState, change_list, read_list
from connector.cli.frame.command import YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.ports.store_errors import StoreError
from connector.settings import Settings, SettingsError, load_tenant
from connector.views.conversion import moment

app = create_noun("Tenants: other participants in the process of this one.")

TenantArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the tenant.", show_default=False)]
WAIT_S = 60.0


class TenantLine(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant in a listing; `problem` is why its settings cannot be used, else empty."""

    name: str
    state: str
    id: str
    title: str
    address: str
    since: str
    problem: str = ""


@register(
    app,
    "add",
    needs="settings",
    example="""datenkontor tenant add parks --name 'Gartenbauamt' --settings city/datenkontor.toml
    datenkontor tenant add club --name 'Radclub' --public-url https://radclub.example""",
)
def add(
    call: CommandCall,
    tenant: Annotated[
        str, typer.Argument(metavar="NAME", help="Name in addresses: lower-case letters, digits, hyphens.")
    ],
    name: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Name of the participant (default: the name in addresses).")
    ] = None,
    id: Annotated[
        str | None, typer.Option(metavar="ID", help="Identifier of the participant (default: built from the name).")
    ] = None,
    public_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Own host (default: a path at the address of the process).")
    ] = None,
    pages: Annotated[
        str | None, typer.Option(metavar="URL", help="Own host of its pages; without one, it has no pages.")
    ] = None,
) -> None:
    """Add a tenant: its folder with settings, private key and identity card. A running process seats it at once.

    The management key is shown once. Hand the card to the data-space operator.
    """
    settings, folder = _find(call)
    plan = TenantPlan(name=tenant, title=name or tenant, id=id, public_url=public_url, pages=pages)
    try:
        added = add_tenant(settings, folder, plan, read_clock())
    except TenantRefused as refused:
        raise Failure(Code.USAGE, f"tenants.refused-{refused.code}", name=tenant[:100]) from None
    except (SettingsError, OSError) as fault:
        raise Failure(Code.FAILED, "errors.reported", reason={"en": str(fault)}) from None
    call.output.print_result(
        added,
        call.output.say("tenants.added", name=added.name, id=added.id, address=added.address),
        call.output.say("tenants.card", card=added.card),
        "",
        call.output.say("cli.init-key"),
        f"  export DATENKONTOR_KEY={added.key}",
    )


@register(app, "list", needs="settings", example="datenkontor tenant list --settings city/datenkontor.toml")
def list_tenants(call: CommandCall) -> None:
    """List the tenants with their state and address."""
    settings, folder = _find(call)
    call.output.print_rows(
        [_show(settings, folder, tenant) for tenant in _read(folder).values()],
        {
            "name": lambda line: line.name,
            "state": lambda line: line.state,
            "id": lambda line: line.id,
            "address": lambda line: line.address or line.problem,
        },
    )


@register(app, "suspend", needs="settings", example="datenkontor tenant suspend parks")
def suspend(call: CommandCall, tenant: TenantArgument, yes: YesOption = False) -> None:
    """Let a tenant take no part for a time: its peers are put off, its people cannot sign in. Its data stays."""
    call.output.confirm(call.output.say("tenants.ask-suspend", name=tenant), yes)
    _set_state(_find(call)[1], tenant, TenantState.SUSPENDED)
    call.output.print_result({"name": tenant, "state": "suspended"}, call.output.say("tenants.suspended", name=tenant))


@register(app, "resume", needs="settings", example="datenkontor tenant resume parks")
def resume(call: CommandCall, tenant: TenantArgument) -> None:
    """Let a suspended tenant take part again."""
    _set_state(_find(call)[1], tenant, TenantState.ACTIVE)
    call.output.print_result({"name": tenant, "state": "active"}, call.output.say("tenants.resumed", name=tenant))


@register(app, "export", needs="settings", example="datenkontor tenant export parks parks.tar")
def export(
    call: CommandCall,
    tenant: TenantArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; it must not exist.")],
) -> None:
    """Write all that is a tenant's own into one file: rows as JSON lines, settings, key, offered and received files.

    Also while the process runs. Keep the file as safe as the private key.
    """
    settings, folder = _find(call)
    _require(folder, tenant)
    try:
        written = export_tenant(settings, folder, tenant, file)
    except FileExistsError:
        raise Failure(Code.FAILED, "tenants.file-exists", file=file) from None
    except (SettingsError, StoreError, OSError) as fault:
        raise Failure(Code.FAILED, "errors.reported", reason={"en": str(fault)}) from None
    rows = sum(written.rows.values())
    call.output.print_result(written, call.output.say("tenants.exported", file=file, rows=rows, files=written.files))


@register(app, "remove", needs="settings", example="datenkontor tenant remove parks --yes")
def remove(call: CommandCall, tenant: TenantArgument, yes: YesOption = False) -> None:
    """Remove a tenant with all its data: rows, audit log, keys, offered and received files. It cannot be undone.

    Export it before. Its agreements are not terminated at its counterparties.
    """
    settings, folder = _find(call)
    _require(folder, tenant)
    call.output.confirm(call.output.say("tenants.ask-remove", name=tenant), yes)
    _set_state(folder, tenant, TenantState.LEAVING)
    try:
        gone = remove_here(settings, folder, tenant) or await_removal(folder, tenant, WAIT_S)
    except (StoreError, OSError) as fault:
        raise Failure(Code.FAILED, "errors.reported", reason={"en": str(fault)}) from None
    if not gone:
        raise Failure(Code.FAILED, "tenants.still-leaving", name=tenant)
    call.output.print_result({"name": tenant, "state": "removed"}, call.output.say("tenants.removed", name=tenant))


def _find(call: CommandCall) -> tuple[Settings, Path]:
    """Return the settings and the folder of the tenants. Raises Failure."""
    settings = call.read_settings()
    if settings.tenants.folder is None:
        raise Failure(Code.FAILED, "tenants.no-folder", file=call.file)
    return settings, settings.tenants.folder


def _read(folder: Path) -> dict[str, Tenant]:
    try:
        return dict(read_list(folder))
    except SettingsError as fault:
        raise Failure(Code.FAILED, "errors.reported", reason={"en": str(fault)}) from None


def _require(folder: Path, name: str) -> None:
    if name not in _read(folder):
        raise Failure(Code.FAILED, "tenants.unknown", name=name[:100])


def _set_state(folder: Path, name: str, state: TenantState) -> None:
    """Change the state of a tenant. Raises Failure; one that leaves cannot come back."""
    try:
        with change_list(folder) as tenants:
            known = tenants.get(name)
            if known is None or (known.state is TenantState.LEAVING and state is not TenantState.LEAVING):
                raise Failure(Code.FAILED, "tenants.unknown", name=name[:100])
            tenants[name] = msgspec.structs.replace(known, state=state)
    except (SettingsError, OSError) as fault:
        raise Failure(Code.FAILED, "errors.reported", reason={"en": str(fault)}) from None


def _show(settings: Settings, folder: Path, tenant: Tenant) -> TenantLine:
    name, since = tenant.name, moment(tenant.since).isoformat()
    try:
        own = load_tenant(settings, name, folder / name)
    except SettingsError as fault:
        return TenantLine(name=name, state=tenant.state, id="", title="", address="", since=since, problem=str(fault))
    address = own.protocol.public_url + own.protocol.path
    said = own.participant
    return TenantLine(name=name, state=tenant.state, id=said.id, title=said.name, address=address, since=since)
