"""`serve`: run a connector in the foreground until it is stopped."""

from datetime import datetime
from functools import partial

from connector.cli.frame.command import create_word, register
from connector.cli.frame.context import CommandCall

app = create_word()


@register(app, "serve", needs="settings", example="datenkontor serve --settings tiefbauamt/datenkontor.toml")
def serve(call: CommandCall) -> None:
    """Run a connector until Ctrl-C or SIGTERM; one line reports that it is ready, with its addresses."""
    settings = call.read_settings()
    from connector.app.serve import serve as run

    run(settings, partial(tell_first, call))


def tell_first(call: CommandCall, link: str, until: datetime) -> None:
    """Print the link for the first sign-in to the pages."""
    print(call.output.say("setup.first-link", link=link, until=call.output.format_time(until)), flush=True)
