"""`policy`: check, explain, compare and try out policies, and fill in templates.

Only `decide` and the policies of assets, negotiations and agreements need a connector; all else reads files.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.assets.finding import apply_to_asset
from connector.cli.frame.command import YesOption, create_noun, parse_time, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.finding import find_participant
from connector.cli.frame.output import Output
from connector.cli.frame.remote import connect
from connector.cli.frame.zone import find_zone
from connector.cli.policies.files import read_policy, read_text, translate_errors, write_policy
from connector.cli.policies.templates import SetOption, fill_template
from connector.client import Connector
from connector.controlplane.enforcing.executors.table import build_executors
from connector.controlplane.judging.library import Library, operands, template, template_names
from connector.controlplane.usecases import policies
from connector.controlplane.usecases.trying import cases, trials
from connector.policy.compiling.compile import ENFORCED_HERE
from connector.policy.reading.templates import Template
from connector.views.policies import ExplanationView, TrialOrder, TrialView

app = create_noun("Policies: check, explain, compare, try out, fill in from templates.")
templates = create_noun("Templates of policies.")
app.add_typer(templates, name="template")

EXAMPLE = "urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10"
PolicyArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="ODRL policy: JSON, or Turtle in a `.ttl` file; - is standard input.")
]
TemplateArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the template.")]
ParticipantOption = Annotated[
    str | None, typer.Option("--participant", metavar="ID|NAME", help="Participant that requests the action.")
]
ActionOption = Annotated[str, typer.Option("--action", metavar="ACTION", help="Action, such as odrl:use.")]
TargetOption = Annotated[str | None, typer.Option("--target", metavar="ID", help="Dataset that the action is about.")]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="Time of the action, such as 2026-05-04T12:00Z (default: now)."),
]
AgreedAtOption = Annotated[
    str | None,
    typer.Option("--agreed-at", metavar="TIME", help="Time of the agreement (default: the time of the action)."),
]
FactOption = Annotated[
    list[str] | None,
    typer.Option("--fact", metavar="NAME=VALUE", help="Fact, such as purpose=dpv:AcademicResearch. May be repeated."),
]
DoneOption = Annotated[
    list[str] | None,
    typer.Option("--done", metavar="ACTION", help="Action of a duty that is fulfilled. May be repeated."),
]


class Personal(StrEnum):
    """The kind of personal data that a policy is about."""

    NONE = "none"
    PERSONAL = "personal"
    SPECIAL = "special"


@register(
    app,
    "lint",
    needs="nothing",
    example="""datenkontor policy lint terms.json
    datenkontor policy lint terms.json --personal personal --json""",
)
def lint(
    call: CommandCall,
    file: PolicyArgument,
    personal: Annotated[Personal, typer.Option(help="Kind of personal data in the target.")] = Personal.NONE,
) -> None:
    """Check a policy: errors that prevent an offer, and warnings.

    Exit code 1 if the policy cannot be offered.
    """
    remarks = policies.examine(_load_library(call), _read_file(file), datetime.now(UTC), personal.value)
    errors = sum(remark.level == "error" for remark in remarks)
    lang = call.output.lang
    lines = [
        f"{call.output.name_value(remark.level)}: {remark.text[lang]}{f' [{remark.rule}]' if remark.rule else ''}"
        for remark in remarks
    ]
    call.output.print_result({"ok": not errors, "remarks": remarks}, *lines)
    if errors:
        raise Failure(Code.FAILED, "cli.policy-bad", file=file, count=errors)
    call.output.print_hint(call.output.say("cli.policy-good", file=file))


@register(
    app,
    "explain",
    example=f"""datenkontor policy explain terms.json --lang de
    datenkontor policy explain --asset Luftqualität
    datenkontor policy explain --negotiation {EXAMPLE}""",
)
def explain(
    call: CommandCall,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="ODRL policy: JSON, or Turtle in a `.ttl` file; - is standard input."),
    ] = None,
    asset: Annotated[str | None, typer.Option(metavar="ID|TITLE", help="Asset with the policy to explain.")] = None,
    negotiation: Annotated[
        str | None, typer.Option(metavar="ID", help="Negotiation with the policy to explain: its newest one.")
    ] = None,
    agreement: Annotated[str | None, typer.Option(metavar="ID", help="Agreement to explain.")] = None,
) -> None:
    """Explain a policy in plain language: purposes, prohibitions, times, duties and price.

    Only the policy of an asset, a negotiation or an agreement needs a connector.
    """
    if sum(given is not None for given in (file, asset, negotiation, agreement)) != 1:
        raise Failure(Code.USAGE, "errors.one-policy")
    found: policies.PolicyExplanation | ExplanationView
    if file is not None:
        found = policies.explain(_load_library(call), _read_file(file))
    else:
        with connect(call) as connector:
            (found,) = connector.policies.explain([_fetch_policy(connector, asset, negotiation, agreement)]).items
    lang = call.output.lang
    if found.problem is not None:
        raise Failure(Code.FAILED, "errors.reported", reason=found.problem)
    lines = [f"{line.label[lang]}: {line.text[lang]}" for line in found.card]
    call.output.print_result(found, found.sentence[lang], "", *lines)


def _fetch_policy(
    connector: Connector, asset: str | None, negotiation: str | None, agreement: str | None
) -> dict[str, Any]:
    """Return the policy of an asset, a negotiation or an agreement: of the one that is given."""
    if asset is not None:
        return apply_to_asset(connector, asset, connector.assets.show).policy
    if negotiation is not None:
        return connector.negotiations.show(negotiation).offer
    return connector.agreements.show(agreement or "").policy


@register(app, "compare", needs="nothing", example="datenkontor policy compare offered.json asked.json")
def compare(
    call: CommandCall,
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Older version, or the offer.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Newer version, or the request.")],
) -> None:
    """Compare two policies: the changes, and whether the second stays within the first."""
    with translate_errors():
        found = policies.compare(_load_library(call), _read_file(old), _read_file(new))
    lang = call.output.lang
    within = {
        "contained": call.output.say("cli.within"),
        "not-contained": call.output.say("cli.beyond"),
        "unknown": call.output.say("cli.within-unknown"),
    }[found.contained]
    reasons = [reason[lang] for reason in found.reasons]
    call.output.print_result(
        found, found.text[lang], *(f"- {change.text[lang]}" for change in found.changes), within, *reasons
    )


@register(app, "test", needs="nothing", example="datenkontor policy test policies/examples/12-n-times.toml")
def test(
    call: CommandCall,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="TOML with [policy] and [[case]], such as policies/examples.")
    ],
) -> None:
    """Decide the cases of a policy and compare the results with the expected ones.

    Exit code 1 if a result differs.
    """
    outcomes: list[tuple[Path, cases.Outcome]] = []
    for file in files:
        with translate_errors(file):
            wanted = cases.parse(read_text(file))
            library = Library(
                operands(find_zone(wanted.zone)), ENFORCED_HERE | frozenset(wanted.accept), executors=build_executors()
            )
            outcomes += [(file, outcome) for outcome in cases.run(library, wanted)]
    bad = sum(outcome.problem is not None for _, outcome in outcomes)
    lines = [
        f"{call.output.format_mark(found.problem is None)} {file.name}: {found.says} "
        f"({found.problem or call.output.name_value(found.verdict)})"
        for file, found in outcomes
    ]
    items = [{"file": str(file), "case": outcome} for file, outcome in outcomes]
    call.output.print_result({"ok": not bad, "items": items}, *lines)
    if bad:
        raise Failure(Code.FAILED, "cli.cases-bad", count=bad, total=len(outcomes))
    call.output.print_hint(call.output.say("cli.cases-good", count=len(outcomes)))


@register(
    app,
    "simulate",
    needs="nothing",
    example="""datenkontor policy simulate terms.json --fact purpose=dpv:AcademicResearch --at 2026-05-04T12:00Z
    datenkontor policy simulate terms.json --participant urn:participant:firma --fact count=4 --done odrl:inform""",
)
def simulate(
    call: CommandCall,
    file: PolicyArgument,
    who: ParticipantOption = None,
    action: ActionOption = "use",
    target: TargetOption = None,
    at: AtOption = None,
    agreed_at: AgreedAtOption = None,
    fact: FactOption = None,
    done: DoneOption = None,
) -> None:
    """Try out a policy: whether an action is permitted at a time, why, and what would change it.

    An offer is evaluated as the agreement that it would become. Exit code 4 if the policy denies the action.
    """
    when, made = parse_time(at, call.output.zone) or datetime.now(UTC), parse_time(agreed_at, call.output.zone)
    situation = trials.TrialSituation(
        at=when,
        participant=who or "urn:uuid:participant",
        action=action,
        target=target or "urn:uuid:dataset",
        agreed_at=made,
        facts=_parse_facts(fact),
        performed=_date_duties(done, when),
    )
    with translate_errors():
        found = trials.answer(_load_library(call), _read_file(file), situation)
    _report_decision(call, found)


@register(
    app,
    "decide",
    example=f"""datenkontor policy decide --asset {EXAMPLE} --participant firma
    datenkontor policy decide --agreement {EXAMPLE} --at 2026-12-31T23:59Z""",
)
def decide(
    call: CommandCall,
    asset: Annotated[str | None, typer.Option(metavar="ID|TITLE", help="Asset with the policy to evaluate.")] = None,
    agreement: Annotated[str | None, typer.Option(metavar="ID", help="Agreement to evaluate.")] = None,
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="ODRL policy to evaluate.")] = None,
    who: ParticipantOption = None,
    action: ActionOption = "use",
    target: TargetOption = None,
    at: AtOption = None,
    agreed_at: AgreedAtOption = None,
    fact: FactOption = None,
    done: DoneOption = None,
) -> None:
    """Let a connector decide on an action, with the facts that it has: claims, policies and uses.

    The decision is not counted or stored. Exit code 4 if the policy denies the action.
    """
    when, made = parse_time(at, call.output.zone), parse_time(agreed_at, call.output.zone)
    with connect(call) as connector:
        order = TrialOrder(
            policy=read_policy(policy),
            asset=asset and apply_to_asset(connector, asset, connector.assets.show).id,
            agreement=agreement,
            participant=find_participant(connector, who) if who else None,
            action=action,
            target=target,
            at=when,
            agreed_at=made,
            facts=_parse_facts(fact),
            performed=_date_duties(done, when or datetime.now(UTC)),
        )
        found = connector.policies.decide(order)
    _report_decision(call, found)


@register(templates, "list", needs="nothing", example="datenkontor policy template list")
def list_templates(call: CommandCall) -> None:
    """List the templates."""
    lang = call.output.lang
    call.output.print_rows(
        [template(name) for name in template_names()],
        {
            "name": lambda entry: entry.name,
            "title": lambda entry: getattr(entry.title, lang),
            "parameters": lambda entry: [parameter.name for parameter in entry.parameter],
        },
    )


@register(templates, "show", needs="nothing", example="datenkontor policy template show downloads")
def show_template(call: CommandCall, name: TemplateArgument) -> None:
    """Show a template: its use, its parameters and their bounds."""
    with translate_errors():
        found = template(name)
    call.output.print_details(found, _build_fields(found, call.output))


@register(
    templates,
    "use",
    needs="nothing",
    example="""datenkontor policy template use downloads --set downloads=7 -o terms.json
    datenkontor policy template use emergency-services --set roles=fire-brigade --set roles=rescue""",
)
def use_template(
    call: CommandCall,
    name: TemplateArgument,
    sets: SetOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="File for the policy (default: standard output)."),
    ] = None,
    yes: YesOption = False,
) -> None:
    """Fill in a template: print the policy as JSON, or write it to a file."""
    policy = fill_template(name, sets)
    if output is None:
        Output(json=True, lang=call.output.lang).print_result(policy)
        return
    write_policy(call, output, policy, yes=yes)
    call.output.print_result(policy, policies.explain(_load_library(call), policy).sentence[call.output.lang])


def _report_decision(call: CommandCall, found: trials.TrialDecision | TrialView) -> None:
    """Print a decision; exit with code 4 if it is a denial."""
    lang = call.output.lang
    good = found.verdict == "permit"
    verdict = call.output.say("cli.permitted") if good else call.output.say("cli.denied")
    lines = [f"{call.output.format_mark(good)} {verdict}"]
    if not good:
        lines += [*found.reasons[lang], *found.ways[lang]]
    if found.duties[lang]:
        lines.append(call.output.say("cli.duties", duties=", ".join(found.duties[lang])))
    for turn in found.turns:
        then = call.output.say("cli.permitted") if turn.verdict == "permit" else call.output.say("cli.denied")
        lines.append(call.output.say("cli.turns", at=call.output.format_time(turn.at), verdict=then))
    call.output.print_result(found, *lines)
    if not good:
        raise typer.Exit(Code.REFUSED)


def _build_fields(found: Template, output: Output) -> dict[str, object]:
    """Return the title and the use of a template, and each parameter under the option that sets it."""
    lang = output.lang
    shown: dict[str, object] = {"title": getattr(found.title, lang), "why": getattr(found.why, lang)}
    for entry in found.parameter:
        bounds = f"{entry.least} … {entry.greatest}" if entry.least or entry.greatest else ""
        default = entry.default if isinstance(entry.default, str) else ", ".join(entry.default)
        parts = [output.name_value(entry.sort), bounds, ", ".join(entry.choices), f"= {default}" if default else ""]
        shown[f"--set {entry.name}"] = f"{getattr(entry, lang)} ({'; '.join(part for part in parts if part)})"
    return shown


def _load_library(call: CommandCall) -> Library:
    """Return the policies as a connector in the zone of this call reads them."""
    return Library(operands(call.output.zone), executors=build_executors())


def _read_file(file: Path) -> dict[str, Any]:
    return read_policy(file) or {}


def _date_duties(actions: list[str] | None, when: datetime) -> dict[str, datetime]:
    """Date fulfilled duties just before the action: a duty of the same moment does not come before it."""
    # Nothing is before the first year, which the decision refuses.
    return dict.fromkeys(actions or (), when - timedelta(seconds=when.year > 1))


def _parse_facts(given: list[str] | None) -> dict[str, tuple[str, ...]]:
    facts: dict[str, tuple[str, ...]] = {}
    for pair in given or ():
        name, sign, value = pair.partition("=")
        if not sign:
            raise Failure(Code.USAGE, "errors.fact-value", pair=pair)
        facts[name] = (*facts.get(name, ()), value)
    return facts
