"""`serve`: run a connector in the foreground until it is told to stop."""

from connector.cli.frame.command import command, single
from connector.cli.frame.context import CommandCall

app = single()


@command(app, "serve", needs="settings", example="datenkontor serve --settings tiefbauamt/datenkontor.toml")
def serve(call: CommandCall) -> None:
    """Run a connector until Ctrl-C or SIGTERM; one line says when it is ready and where it listens."""
    settings = call.read_settings()
    from connector.app.serve import serve as run

    run(settings)
