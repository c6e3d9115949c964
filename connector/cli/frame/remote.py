"""The connector that a command calls: its address and key, its failures and its pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Columns
from connector.cli.frame.probe import format_origin
from connector.client.broker import BrokerClient
from connector.client.connector import Connector
from connector.client.frame.errors import ClientError, PagesRepeat, RequestRefused
from connector.client.frame.paging import PageTrail
from connector.language.catalogue import (
    LANGUAGES,
    find_translation,
    find_translations,
    match_language,
    say,
    translate_text,
)
from connector.views.common import Page

Item = TypeVar("Item")


@contextmanager
def connect(call: CommandCall) -> Iterator[Connector]:
    """Open a client of the connector; an error of the client becomes a Failure with the exit code that it names."""
    with _report_errors(), Connector(*find_management(call)) as connector:
        yield connector


@contextmanager
def connect_broker(call: CommandCall) -> Iterator[BrokerClient]:
    """Open a client of the broker's management API; an error of the client becomes a Failure."""
    with _report_errors(), BrokerClient(*find_management(call)) as broker:
        yield broker


@contextmanager
def _report_errors() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        texts = explain_error(error)
        if isinstance(error, RequestRefused) and error.renewable:
            texts = {language: _advise(language, text) for language, text in texts.items()}
        raise Failure(Code(error.exit_code), "errors.reported", reason=texts) from None


def _advise(language: str, text: str) -> str:
    """Return a refusal with the option that asks again."""
    stop = "" if text.endswith((".", "!", "?", "“")) else "."
    return f"{text}{stop} {say(match_language(language) or 'en', 'cli.ask-renew')}"


def explain_error(error: ClientError) -> dict[str, str]:
    """Return the reason of an error by language: that of the connector, else its translation, else one of its code."""
    texts = {"en": error.reason}
    for language in LANGUAGES:
        known = any(told for _, told in find_translations(language, error.reason))
        told = translate_text(language, error.reason) if known else find_translation(language, "codes", error.code)
        if told != error.code:
            texts[language] = told
    return texts | error.reasons


def find_management(call: CommandCall) -> tuple[str, str]:
    """Return the address and the key of the management API. Raises Failure if one is missing."""
    if not call.key:
        raise Failure(Code.USAGE, "errors.no-key")
    if call.connector:
        return call.connector, call.key
    if call.settings is None and not call.file.exists():
        raise Failure(Code.USAGE, "errors.no-connector")
    management = call.read_settings().management
    return format_origin(management.host, management.port), call.key


def print_listing(
    call: CommandCall,
    fetch: Callable[[int, str | None], Page[Item]],
    columns: Columns[Item],
    *,
    limit: int,
    after: str | None,
    everything: bool,
) -> None:
    """Print a page of a listing, or all pages from `after` on."""
    page, trail = fetch(limit, after), PageTrail()
    rows = list(page.items)
    try:
        while everything and (following := trail.follow(page)) is not None:
            page = fetch(limit, following)
            rows += page.items
    except PagesRepeat:
        raise Failure(Code.FAILED, "cli.pages-repeat") from None
    call.output.print_rows(rows, columns, after=page.next)


def choose_text(texts: dict[str, str], lang: str) -> str:
    """Return a text in the language of the call, else in a language of the catalogues, else in any."""
    return next((texts[tag] for tag in (lang, *LANGUAGES, *texts) if texts.get(tag)), "")
