"""`saved`: saved searches at the broker. `search --save` saves one."""

from typing import Annotated

import msgspec
import typer

from connector.cli.commands.search import print_results, store_results
from connector.cli.frame.command import YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Columns
from connector.cli.frame.remote import connect
from connector.client.connector import Connector
from connector.views.saved import SavedSearchView

app = create_noun("Saved searches: `search --save` saves one, and the broker tells each new or changed result once.")

SavedArgument = Annotated[
    str, typer.Argument(metavar="ID|NAME", help="Identifier or name of the saved search.", show_default=False)
]


@register(app, "list", example="datenkontor saved list")
def list_saved(call: CommandCall) -> None:
    """List the saved searches of this participant, the oldest first."""
    columns: Columns[SavedSearchView] = {
        "id": lambda saved: saved.id,
        "name": lambda saved: saved.name,
        "search": lambda saved: msgspec.json.encode(saved.parameters).decode(),
        "created": lambda saved: call.output.format_time(saved.created_at),
        "webhook": lambda saved: _describe_webhook(call, saved),
    }
    with connect(call) as connector:
        call.output.print_rows(connector.searches.list(), columns)


@register(
    app,
    "new",
    example="""datenkontor saved new "Radverkehr in Karlsruhe"
    datenkontor saved new 7f0c --keep --json""",
)
def list_new(
    call: CommandCall,
    saved: SavedArgument,
    keep: Annotated[bool, typer.Option("--keep", help="Show the same results again at the next call.")] = False,
) -> None:
    """List the results that are new or have changed since the last call; their numbers are those for `get`."""
    with connect(call) as connector:
        found = _find(connector, saved)
        new = connector.searches.new(found.id)
        store_results(call, new.items)
        if call.output.json:
            call.output.print_result(new)
        else:
            print_results(call, new.items)
        # What was not shown is new the next time too.
        if not keep:
            connector.searches.note_seen(found.id, new.next)
    if new.more and not call.output.json:
        call.output.print_hint(call.output.say("cli.more-new"))


@register(app, "rename", example='datenkontor saved rename 7f0c "Radverkehr"')
def rename(
    call: CommandCall,
    saved: SavedArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="New name of the saved search.")],
) -> None:
    """Give a saved search another name."""
    with connect(call) as connector:
        found = _find(connector, saved)
        changed = connector.searches.change(found.id, name, found.parameters)
    call.output.print_result(changed, call.output.say("cli.search-renamed", name=changed.name))


@register(app, "feed", example="datenkontor saved feed 7f0c --yes")
def renew_feed(call: CommandCall, saved: SavedArgument, yes: YesOption = False) -> None:
    """Make a new secret address for the Atom feed of a saved search; the old address ends."""
    with connect(call) as connector:
        found = _find(connector, saved)
        call.output.confirm(call.output.say("cli.ask-new-feed", name=found.name), yes)
        renewed = connector.searches.renew_feed(found.id)
    call.output.print_result(renewed, call.output.say("cli.feed-renewed", name=renewed.name, feed=renewed.feed))


@register(
    app,
    "webhook",
    example="""datenkontor saved webhook 7f0c https://city.example/hooks/radverkehr
    datenkontor saved webhook 7f0c --resume
    datenkontor saved webhook 7f0c --remove --yes""",
)
def set_webhook(
    call: CommandCall,
    saved: SavedArgument,
    url: Annotated[
        str | None,
        typer.Argument(metavar="[URL]", help="Address to post to: https, public or at your own address."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Try a webhook again that fails or is switched off.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the webhook.")] = False,
    yes: YesOption = False,
) -> None:
    """Let the broker post new results to an address, signed with a secret that is shown once."""
    if (url is not None) + resume + remove != 1:
        raise Failure(Code.USAGE, "errors.webhook-usage")
    with connect(call) as connector:
        found = _find(connector, saved)
        if resume:
            resumed = connector.searches.resume_webhook(found.id)
            call.output.print_result(resumed, call.output.say("cli.webhook-resumed", name=found.name))
            return
        if found.webhook is not None:
            call.output.confirm(call.output.say("cli.ask-end-webhook", name=found.name, url=found.webhook.url), yes)
        if url is None:
            removed = connector.searches.remove_webhook(found.id)
            call.output.print_result(removed, call.output.say("cli.webhook-removed", name=found.name))
            return
        changed = connector.searches.set_webhook(found.id, url)
    secret = changed.webhook.secret if changed.webhook else ""
    call.output.print_result(changed, call.output.say("cli.webhook-set", name=found.name, url=url, secret=secret or ""))


@register(app, "remove", example="datenkontor saved remove 7f0c --yes")
def remove(call: CommandCall, saved: SavedArgument, yes: YesOption = False) -> None:
    """Remove a saved search; its feed and its webhook end."""
    with connect(call) as connector:
        found = _find(connector, saved)
        call.output.confirm(call.output.say("cli.ask-remove-search", name=found.name), yes)
        removed = connector.searches.remove(found.id)
    call.output.print_result(removed, call.output.say("cli.search-removed", name=found.name))


def _describe_webhook(call: CommandCall, saved: SavedSearchView) -> str:
    """Return the state of the webhook of a saved search in words, with why it fails; empty without one."""
    if saved.webhook is None:
        return ""
    state = call.output.say(f"cli.webhook-{saved.webhook.state}")
    return f"{state}: {call.output.translate(saved.webhook.problem)}" if saved.webhook.problem else state


def _find(connector: Connector, wanted: str) -> SavedSearchView:
    """Return the saved search of an identifier or a name. Raises Failure if there is none, or several."""
    searches = connector.searches.list()
    found = [one for one in searches if one.id == wanted] or [one for one in searches if one.name == wanted]
    if len(found) != 1:
        raise Failure(Code.NOT_FOUND, "errors.no-saved-search", wanted=wanted[:100], count=len(found))
    return found[0]
