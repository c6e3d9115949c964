"""Help in the language of the call: the code declares it in English, and the catalogue has its translations."""

import inspect
from collections.abc import Sequence
from typing import Any, ClassVar

from typer._click.formatting import HelpFormatter

from connector.language.catalogue import Language, find_translation, say

_EXAMPLE = "Example:"


class TranslatedHelp(HelpFormatter):
    """Writes help in a language: its headings, and what typer adds to the help of an option."""

    language: ClassVar[Language] = "en"

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        super().write_usage(prog, args, prefix or say(self.language, "usage.prefix"))

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        super().write_heading(say(self.language, f"usage.{heading.lower()}"))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write names with their help."""
        translated = [(first, self._translate_row(second)) for first, second in rows]
        super().write_dl(translated, col_max, col_spacing)

    def _translate_row(self, text: str) -> str:
        told, sign, extras = text.partition("  [")
        for key in ("default", "variable", "required"):
            extras = extras.replace(say("en", f"usage.{key}"), say(self.language, f"usage.{key}"))
        return find_translation(self.language, "options", told) + sign + extras


def translate_help(command: Any, language: Language) -> Any:
    """Translate the help of a command, of its options and of its verbs, and return the command."""
    command.help = translate_paragraphs(command.help, language)
    command.short_help = translate_paragraphs(command.short_help, language)
    if command.epilog:
        command.epilog = command.epilog.replace(_EXAMPLE, say(language, "usage.example"))
    command.options_metavar = say(language, "usage.any-options")
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = find_translation(language, "options", " ".join(parameter.help.split()))
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = say(language, "usage.any-command")
    for verb in getattr(command, "commands", {}).values():
        translate_help(verb, language)
    formatter = type("TranslatedHelp", (TranslatedHelp,), {"language": language})
    command.context_class = type("TranslatedContext", (command.context_class,), {"formatter_class": formatter})
    return command


def translate_paragraphs(text: str | None, language: Language) -> str | None:
    """Return the help of a command in a language, each paragraph as one line."""
    if not text:
        return text
    paragraphs = [" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n")]
    return "\n\n".join(find_translation(language, "help", part) for part in paragraphs)
