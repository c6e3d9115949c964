"""The call of a command: the form of its output, the settings, and the connector that it calls."""

from dataclasses import dataclass
from pathlib import Path

from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.settings import Settings, SettingsError, load

SETTINGS_FILE = Path("datenkontor.toml")


def find_settings(given: Path | None) -> Path:
    """Return the settings file: the given one, else that of the working directory."""
    return given or SETTINGS_FILE


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandCall:
    """One call of a command."""

    output: Output
    settings: Path | None = None
    connector: str | None = None
    key: str | None = None

    @property
    def file(self) -> Path:
        """The settings file: the given one, else that of the working directory."""
        return find_settings(self.settings)

    def read_settings(self) -> Settings:
        """Read the settings. Raises Failure."""
        try:
            return load(self.file)
        except SettingsError as error:
            raise Failure(Code.FAILED, "errors.reported", reason={"en": str(error)}) from None
