"""`restore`: the folder of a connector or a broker from a backup."""

from pathlib import Path
from typing import Annotated

import typer

from connector.app.parts import find_authority
from connector.cli.frame.command import create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.identity import is_of_broker
from connector.ports.store_errors import StoreError
from connector.settings import SettingsError, load

app = create_word()


@register(app, "restore", needs="nothing", example="datenkontor restore office-2026-11-30.tar office")
def restore(
    call: CommandCall,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to restore it to; it must be new or empty.")],
) -> None:
    """Restore a backup. Stop the old process first: two connectors with one identity disagree with their peers."""
    from connector.app.backup import BackupFault, restore_backup

    try:
        settings = restore_backup(file, folder)
    except BackupFault as fault:
        raise Failure(Code.FAILED, "errors.reported", reason={"en": str(fault)}) from None
    missing = _find_missing(settings)
    value = {"folder": str(folder), "settings": str(settings), "missing": missing}
    call.output.print_result(
        value, call.output.say("cli.restored", folder=folder, settings=settings, serve=_name_serve(settings))
    )
    if _is_authority(settings):
        call.output.print_hint(call.output.say("authority.restored", settings=settings))
    for path in missing:
        call.output.print_hint(call.output.say("setup.source-missing", path=path))


def _name_serve(file: Path) -> str:
    """Return the word that runs what was restored."""
    try:
        return "broker serve" if is_of_broker(file, load(file)) else "serve"
    except SettingsError:
        return "serve"


def _is_authority(file: Path) -> bool:
    """Return whether what was restored signs the participant list of an authority; members have seen a newer one."""
    try:
        return find_authority(load(file)) is not None
    except SettingsError:
        return False


def _find_missing(file: Path) -> tuple[str, ...]:
    """Return the sources of published assets that a backup does not contain; what cannot be read, the doctor says."""
    from connector.app.examining import list_missing

    try:
        return list_missing(load(file))
    except (SettingsError, StoreError):
        return ()
