"""`card`: the identity card of a connector or a broker, written anew from its settings."""

from pathlib import Path
from typing import Annotated

import typer

from connector.authority import card as cards
from connector.authority.roster import RosterFault
from connector.cli.frame.command import YesOption, create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.identity import (
    build_card,
    keep_beside,
    load_own_key,
    make_key,
    may_be_broker,
    read_own_card,
    write_card,
    write_operator,
)
from connector.cli.setup.moving import change_file
from connector.cli.setup.plan import CARD
from connector.settings import Settings

app = create_word()


@register(
    app,
    "card",
    needs="settings",
    faults=(RosterFault,),
    example="""datenkontor card --settings firma/datenkontor.toml
    datenkontor card --new-key --yes""",
)
def card(
    call: CommandCall,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Make a new private key; the old one is kept beside it.")
    ] = False,
    search: Annotated[
        str | None, typer.Option(metavar="URL", help="Public URL of the search, for a broker (default: as before).")
    ] = None,
    yes: YesOption = False,
) -> None:
    """Write the identity card anew, after a change of the settings or with a new key.

    The settings stay; with --search they state the search too. Send the card to the data-space operator, and restart
    when a list with a new key is published.
    """
    settings, folder = call.read_settings(), call.file.resolve().parent
    if search is not None and not may_be_broker(call.file, settings):
        raise Failure(Code.USAGE, "errors.not-broker", path=folder / CARD)
    if new_key and settings.identity.hardware is not None:
        # A key in a file would be in the card, and nobody would sign with it.
        raise Failure(Code.USAGE, "authority.in-token", token=settings.identity.hardware.token)
    if new_key:
        call.output.confirm(call.output.say("setup.ask-new-key", path=settings.identity.key), yes)
    before = read_own_card(call.file)
    signs = _signs_the_list(settings)
    kept: list[Path | None] = []
    try:
        # What cannot be a card changes no file: it is built once before a new key is made.
        key = load_own_key(settings) if settings.identity.key.exists() else None
        if key is not None:
            build_card(settings, before, key, search)
        if new_key or key is None:
            kept.append(keep_beside(folder / CARD))
            key, old = make_key(settings.identity.key)
            kept.append(old)
        value = build_card(settings, before, key, search)
        path = write_card(folder, value)
        has_new = bool(kept)
        if has_new and signs:
            write_operator(settings.identity.operator_key, value)
    except OSError as error:
        raise Failure(
            Code.FAILED, "errors.not-writable", path=error.filename or folder, problem=error.strerror
        ) from None
    if search is not None and settings.broker.public_url != search:
        kept.append(change_file(call.file, {"broker": {"public_url": search}}))
    named = [str(entry) for entry in kept if entry is not None]
    call.output.print_result(
        {"file": str(path), "kept": named, "card": value},
        cards.render(value).decode().rstrip(),
        call.output.say("setup.card-written", path=path),
        *(call.output.say("setup.kept", path=entry) for entry in named),
    )
    if has_new and signs:
        call.output.print_hint(call.output.say("setup.new-operator-key", former=kept[0] or CARD))
    elif has_new:
        call.output.print_hint(call.output.say("setup.new-key"))


def _signs_the_list(settings: Settings) -> bool:
    """Return whether the participant's key is also that of the data-space operator."""
    try:
        own = load_own_key(settings).kid
        return own in {key.kid for key in cards.operator_keys(settings.identity.operator_key)}
    except RosterFault:
        return False
