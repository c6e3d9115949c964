"""`need`: needs for data at the broker. Participants post what they look for, and answer the needs of others."""

from typing import Annotated, Any

import msgspec
import typer

from connector.cli.frame.command import (
    AfterOption,
    AllOption,
    LimitOption,
    YesOption,
    create_noun,
    parse_end,
    parse_time,
    register,
)
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Columns, Output, strip_controls
from connector.cli.frame.remote import choose_text, connect, print_listing
from connector.views.needs import (
    AnswerKind,
    AnswerOrder,
    AnswerView,
    BudgetKind,
    NeedMatchView,
    NeedOrder,
    NeedView,
    NoticeView,
)

app = create_noun("Needs: data that participants look for, with the offers that match and the answers of others.")

NeedArgument = Annotated[str, typer.Argument(metavar="NEED", help="Identifier of the need.", show_default=False)]
NeedsPurpose = Annotated[
    str | None, typer.Option(metavar="PURPOSE", help="Purpose of use: term such as dpv:PublicBenefit, or label.")
]
NeedsField = Annotated[
    list[str] | None, typer.Option(metavar="FIELD", help="Field that a record must have. May be repeated.")
]
NeedsPlace = Annotated[
    str | None, typer.Option(metavar="PLACE", help="Place that the data is about: name, official key or IRI.")
]
NeedsBbox = Annotated[
    str | None, typer.Option(metavar="BOX", help="Box that the data is about: west,south,east,north in degrees.")
]
NeedsSince = Annotated[str | None, typer.Option(metavar="DATE", help="The data is about a time from this date on.")]
NeedsUntil = Annotated[str | None, typer.Option(metavar="DATE", help="The data is about a time up to this date.")]
NeedsFrequency = Annotated[
    str | None, typer.Option(metavar="CYCLE", help="Update cycle that is needed at least, such as daily.")
]
NeedOpens = Annotated[str | None, typer.Option(metavar="DATE", help="Begin of the need (default: now).")]
NeedCloses = Annotated[str | None, typer.Option(metavar="DATE", help="Last day of the need (default: in 90 days).")]
NeedsBudget = Annotated[
    str | None, typer.Option(metavar="BUDGET", help="free, open, or an amount with its currency, such as 250.00EUR.")
]
NeedsContact = Annotated[str | None, typer.Option(metavar="TEXT", help="Whom to write to; participants see it.")]


@register(
    app,
    "add",
    example="""datenkontor need add "Wie viele Fahrräder fahren stündlich über die Brücke?" --place 08212000
    datenkontor need add "Hourly bicycle counts" --purpose dpv:PublicBenefit --frequency daily --closes 2027-06-30""",
)
def add(
    call: CommandCall,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What the data has to answer.")],
    purpose: NeedsPurpose = None,
    field: NeedsField = None,
    place: NeedsPlace = None,
    bbox: NeedsBbox = None,
    since: NeedsSince = None,
    until: NeedsUntil = None,
    frequency: NeedsFrequency = None,
    opens: NeedOpens = None,
    closes: NeedCloses = None,
    budget: NeedsBudget = None,
    contact: NeedsContact = None,
) -> None:
    """Post a need at the broker; all participants see it until its last day, and are told if their data matches."""
    stated: dict[str, Any] = {"question": question, "purpose": purpose, "place": place, "bbox": bbox}
    stated |= {"since": since, "until": until}
    stated |= {"frequency": frequency, "contact": contact, "fields": field}
    order = _make_order(call, stated, opens=opens, closes=closes, budget=budget)
    with connect(call) as connector:
        need = connector.needs.add(order)
        until_words = call.output.format_end(need.closes)
        call.output.print_result(need, call.output.say("cli.need-added", id=need.id, until=until_words))
        matches = () if call.output.json else connector.needs.matches(need.id)
    if matches:
        call.output.print_hint(call.output.say("cli.need-matches", id=need.id, count=len(matches)))


@register(
    app,
    "list",
    example="""datenkontor need list
    datenkontor need list --mine --closed --json""",
)
def list_needs(
    call: CommandCall,
    mine: Annotated[bool, typer.Option("--mine", help="Only needs of this participant.")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="Also needs that are closed, expired or upcoming.")] = False,
    limit: LimitOption = 20,
    after: AfterOption = None,
    everything: AllOption = False,
) -> None:
    """List the needs at the broker, the newest first."""
    with connect(call) as connector:
        print_listing(
            call,
            lambda count, cursor: connector.needs.list(mine=mine, open=not closed, limit=count, after=cursor),
            {
                "id": lambda need: need.id,
                "question": lambda need: need.question,
                "owner": lambda need: need.owner,
                "state": lambda need: call.output.name_value(need.state),
                "until": lambda need: call.output.format_end(need.closes),
            },
            limit=limit,
            after=after,
            everything=everything,
        )


@register(app, "show", example="datenkontor need show 7f0c")
def show(call: CommandCall, need: NeedArgument) -> None:
    """Show a need with all that it states."""
    with connect(call) as connector:
        found = connector.needs.show(need)
    call.output.print_details(found, _describe(call.output, found))


@register(app, "change", example="datenkontor need change 7f0c --closes 2027-06-30 --budget free")
def change(
    call: CommandCall,
    need: NeedArgument,
    question: Annotated[str | None, typer.Option(metavar="TEXT", help="What the data has to answer.")] = None,
    purpose: NeedsPurpose = None,
    field: NeedsField = None,
    place: NeedsPlace = None,
    bbox: NeedsBbox = None,
    since: NeedsSince = None,
    until: NeedsUntil = None,
    frequency: NeedsFrequency = None,
    opens: NeedOpens = None,
    closes: NeedCloses = None,
    budget: NeedsBudget = None,
    contact: NeedsContact = None,
) -> None:
    """Change a need of this participant; what is not named stays, and an empty text removes it."""
    stated: dict[str, Any] = {"question": question, "purpose": purpose, "place": place, "bbox": bbox}
    stated |= {"since": since, "until": until}
    stated |= {"frequency": frequency, "contact": contact, "fields": field}
    with connect(call) as connector:
        before = connector.needs.show(need)
        order = _make_order(call, stated, opens=opens, closes=closes, budget=budget, before=before)
        found = connector.needs.change(need, order)
    call.output.print_result(found, call.output.say("cli.need-changed", id=found.id))


@register(
    app,
    "close",
    example="""datenkontor need close 7f0c --served-by 11ab
    datenkontor need close 7f0c --yes""",
)
def close(
    call: CommandCall,
    need: NeedArgument,
    served_by: Annotated[
        str | None, typer.Option(metavar="ANSWER", help="Answer that served the need (default: none did).")
    ] = None,
    yes: YesOption = False,
) -> None:
    """Close a need of this participant: it takes no more answers, and who answered it is told."""
    call.output.confirm(call.output.say("cli.ask-close-need", id=need), yes)
    with connect(call) as connector:
        found = connector.needs.close(need, served_by)
    call.output.print_result(found, call.output.say("cli.need-closed", id=found.id))


@register(
    app,
    "answer",
    example="""datenkontor need answer 7f0c "We offer it since today." --dataset urn:dataset:counts
    datenkontor need answer 7f0c "We count from May on." --ready 2027-05-01
    datenkontor need answer 7f0c "We do not have it." --none""",
)
def answer(
    call: CommandCall,
    need: NeedArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the owner of the need reads.")],
    dataset: Annotated[
        str | None, typer.Option(metavar="DATASET", help="Dataset that this participant offers for it.")
    ] = None,
    ready: Annotated[str | None, typer.Option(metavar="DATE", help="Day from which on there will be an offer.")] = None,
    none: Annotated[bool, typer.Option("--none", help="This participant does not have the data.")] = False,
) -> None:
    """Answer a need of another participant: with an offer, the day from which there will be one, or none."""
    if [dataset is not None, ready is not None, none].count(True) != 1:
        raise Failure(Code.USAGE, "errors.need-answer")
    kind = AnswerKind.OFFER if dataset else AnswerKind.DRAFT if ready else AnswerKind.NONE
    at = parse_time(ready, call.output.zone)
    with connect(call) as connector:
        made = connector.needs.answer(need, AnswerOrder(kind=kind, text=text, dataset=dataset or "", ready_at=at))
    call.output.print_result(made, call.output.say("cli.need-answered", id=made.id))


@register(app, "answers", example="datenkontor need answers 7f0c")
def list_answers(call: CommandCall, need: NeedArgument) -> None:
    """List the answers to a need, the oldest first: all to an own need, the own ones to another."""
    columns: Columns[AnswerView] = {
        "id": lambda one: one.id,
        "participant": lambda one: one.participant,
        "kind": lambda one: call.output.say(f"cli.answer-{one.kind}"),
        "dataset": lambda one: strip_controls(one.dataset),
        "ready": lambda one: call.output.format_time(one.ready_at),
        "text": lambda one: one.text,
    }
    with connect(call) as connector:
        call.output.print_rows(connector.needs.answers(need), columns)


@register(app, "matches", example="datenkontor need matches 7f0c")
def list_matches(call: CommandCall, need: NeedArgument) -> None:
    """List the offers that match a need now, the best first, with the reasons in words."""
    columns: Columns[NeedMatchView] = {
        "score": lambda one: f"{one.score:.2f}",
        "title": lambda one: choose_text(one.title, call.output.lang),
        "publisher": lambda one: one.publisher,
        "dataset": lambda one: strip_controls(one.dataset),
        "reasons": lambda one: "; ".join(_list_reasons(one, call.output.lang)),
    }
    with connect(call) as connector:
        call.output.print_rows(connector.needs.matches(need), columns)


@register(app, "news", example="datenkontor need news --after 41")
def list_news(
    call: CommandCall,
    after: Annotated[int, typer.Option(min=0, metavar="NUMBER", help="Number of the last news that is known.")] = 0,
) -> None:
    """List what this participant is told: matches and answers to its needs, and needs that its data matches."""
    columns: Columns[NoticeView] = {
        "number": lambda one: one.number,
        "at": lambda one: call.output.format_time(one.at),
        "need": lambda one: one.need,
        "news": lambda one: choose_text(one.text, call.output.lang),
        "provider": lambda one: one.provider,
        "dataset": lambda one: strip_controls(one.dataset),
    }
    with connect(call) as connector:
        call.output.print_rows(connector.needs.notices(after), columns)


def _list_reasons(match: NeedMatchView, lang: str) -> list[str]:
    return [", ".join(map(strip_controls, match.words)), *(choose_text(one.text, lang) for one in match.reasons)]


def _describe(output: Output, need: NeedView) -> dict[str, Any]:
    """Return what a need states, with the names of its details."""
    budget = f"{need.amount} {need.currency}" if need.amount else output.say(f"cli.budget-{need.budget}")
    stated = {
        "id": need.id,
        "question": need.question,
        "owner": need.owner,
        "state": output.name_value(need.state),
        "purpose": choose_text(need.purpose_in_words, output.lang) or need.purpose,
        "fields": ", ".join(need.fields),
        "place": need.place,
        "box": _write_box(need),
        "since": output.format_time(need.since),
        "until": output.format_time(need.until),
        "frequency": need.frequency,
        "opens": output.format_time(need.opens),
        "closes": output.format_end(need.closes),
        "budget": budget,
        "contact": need.contact,
        "served by": need.served_by,
    }
    return {name: value for name, value in stated.items() if value}


def _write_box(need: NeedView) -> str:
    return ",".join(f"{side:g}" for side in need.box or ())


def _make_order(
    call: CommandCall,
    stated: dict[str, Any],
    *,
    opens: str | None,
    closes: str | None,
    budget: str | None,
    before: NeedView | None = None,
) -> NeedOrder:
    """Return the need that options state, over the one `before`. Raises Failure."""
    given = {name: value for name, value in stated.items() if value is not None}
    zone = call.output.zone
    terms = {"opens": parse_time(opens, zone), "closes": parse_end(closes, zone)}
    given |= {name: at for name, at in terms.items() if at is not None} | _read_budget(budget)
    given |= {"fields": tuple(given["fields"])} if "fields" in given else {}
    if before is None:
        return NeedOrder(**given)
    known = {name: value for name, value in msgspec.structs.asdict(before).items() if name in _KEPT}
    known |= {"bbox": _write_box(before) or None}
    known |= {name: at.isoformat() for name in ("since", "until") if (at := getattr(before, name))}
    return NeedOrder(**(known | given))


_KEPT = (
    "question",
    "purpose",
    "fields",
    "place",
    "frequency",
    "opens",
    "closes",
    "budget",
    "amount",
    "currency",
    "contact",
)
_CURRENCY = 3


def _read_budget(text: str | None) -> dict[str, Any]:
    """Return the members of a budget: `free`, `open`, or an amount with its currency."""
    if text is None:
        return {}
    if text in {BudgetKind.FREE, BudgetKind.OPEN}:
        return {"budget": BudgetKind(text), "amount": "", "currency": ""}
    amount, currency = text[:-_CURRENCY].strip(), text[-_CURRENCY:].upper()
    return {"budget": BudgetKind.AMOUNT, "amount": amount, "currency": currency}
