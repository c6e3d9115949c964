"""`policy`: rules in plain words: examined, explained, compared, tried out, made from templates.

All but `decide` work on files alone and need no connector.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.frame.command import YesOption, command, group, instant
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output, moment
from connector.cli.frame.remote import connect, participant, read_policy
from connector.cli.frame.templates import SetOption, read_sets, translate_errors, write_policy
from connector.client.chapters.policies import Decided
from connector.controlplane.enforcing.executors.table import build_executors
from connector.controlplane.judging.library import Library, operands, template, template_names
from connector.controlplane.usecases import policies
from connector.controlplane.usecases.trying import cases, trials
from connector.policy.compiling.compile import ENFORCED_HERE
from connector.policy.reading.templates import Template

app = group("Terms in plain words: examined, explained, compared, tried out, made from templates.")
templates = group("Policies to fill in.")
app.add_typer(templates, name="template")

EXAMPLE = "urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10"
PolicyArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="An ODRL policy: JSON, or Turtle in a .ttl file; - is standard input.")
]
TemplateArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the template.")]
ParticipantOption = Annotated[str | None, typer.Option("--participant", metavar="ID", help="Who asks.")]
ActionOption = Annotated[str, typer.Option("--action", metavar="ACTION", help="What is to be done, as odrl:use.")]
TargetOption = Annotated[str | None, typer.Option("--target", metavar="ID", help="With which dataset.")]
AtOption = Annotated[str | None, typer.Option("--at", metavar="TIME", help="When, as 2026-05-04T12:00Z; else now.")]
AgreedAtOption = Annotated[
    str | None, typer.Option("--agreed-at", metavar="TIME", help="When it was agreed; else at that time.")
]
FactOption = Annotated[
    list[str] | None,
    typer.Option("--fact", metavar="NAME=VALUE", help="What is known, as purpose=dpv:AcademicResearch; several times."),
]
DoneOption = Annotated[
    list[str] | None, typer.Option("--done", metavar="ACTION", help="A duty that was performed; several times.")
]


class Personal(StrEnum):
    """What personal data a policy is about."""

    NONE = "none"
    PERSONAL = "personal"
    SPECIAL = "special"


@command(
    app,
    "lint",
    needs="nothing",
    example="""datenkontor policy lint terms.json
    datenkontor policy lint terms.json --personal personal --json""",
)
def lint(
    call: CommandCall,
    file: PolicyArgument,
    personal: Annotated[Personal, typer.Option(help="What personal data it is about.")] = Personal.NONE,
) -> None:
    """Examine a policy: what would keep it from being offered, and what is odd.

    Ends with 1 where it would not be offered.
    """
    remarks = policies.examine(_library(), _read(file), datetime.now(UTC), personal.value)
    errors = sum(remark.level == "error" for remark in remarks)
    lang = call.output.lang
    lines = [f"{remark.level}: {remark.text[lang]}{f' [{remark.rule}]' if remark.rule else ''}" for remark in remarks]
    call.output.result({"ok": not errors, "remarks": remarks}, *lines)
    if errors:
        raise Failure(Code.FAILED, call.output.say("policy-bad", file=file, count=errors))
    call.output.hint(call.output.say("policy-good", file=file))


@command(app, "explain", needs="nothing", example="datenkontor policy explain terms.json --lang de")
def explain(call: CommandCall, file: PolicyArgument) -> None:
    """Say a policy in plain words: what for, what not, how long, which duties, what it costs."""
    found = policies.explain(_library(), _read(file))
    lang = call.output.lang
    if found.problem is not None:
        raise Failure(Code.FAILED, found.problem[lang])
    lines = [f"{line.label[lang]}: {line.text[lang]}" for line in found.card]
    call.output.result(found, found.sentence[lang], "", *lines)


@command(app, "compare", needs="nothing", example="datenkontor policy compare offered.json asked.json")
def compare(
    call: CommandCall,
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The older version, or what is offered.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The newer version, or what is asked for.")],
) -> None:
    """Say what changed between two policies, and whether the second stays within the first."""
    with translate_errors():
        found = policies.compare(_library(), _read(old), _read(new))
    lang = call.output.lang
    within = {
        "contained": call.output.say("within"),
        "not-contained": call.output.say("beyond"),
        "unknown": call.output.say("within-unknown"),
    }[found.contained]
    reasons = [reason[lang] for reason in found.reasons]
    call.output.result(
        found, found.text[lang], *(f"- {change.text[lang]}" for change in found.changes), within, *reasons
    )


@command(app, "test", needs="nothing", example="datenkontor policy test policies/examples/12-n-times.toml")
def test(
    call: CommandCall,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="TOML: [policy] and [[case]] as the examples.")],
) -> None:
    """Decide the cases of a policy and compare with what is expected.

    Ends with 1 where a case comes out otherwise.
    """
    outcomes: list[tuple[Path, cases.Outcome]] = []
    for file in files:
        with translate_errors(file):
            wanted = cases.parse(_text(file))
            library = Library(operands(), ENFORCED_HERE | frozenset(wanted.accept), build_executors())
            outcomes += [(file, outcome) for outcome in cases.run(library, wanted)]
    bad = sum(outcome.problem is not None for _, outcome in outcomes)
    lines = [
        f"{call.output.mark(found.problem is None)} {file.name}: {found.says} ({found.problem or found.verdict})"
        for file, found in outcomes
    ]
    items = [{"file": str(file), "case": outcome} for file, outcome in outcomes]
    call.output.result({"ok": not bad, "items": items}, *lines)
    if bad:
        raise Failure(Code.FAILED, call.output.say("cases-bad", bad=bad, count=len(outcomes)))
    call.output.hint(call.output.say("cases-good", count=len(outcomes)))


@command(
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
    """Say whether somebody may do something at a time, why, what would change it, and when time alone does.

    An offer is tried as the agreement it would become. Ends with 4 where it is denied.
    """
    when, made = instant(at) or datetime.now(UTC), instant(agreed_at)
    situation = trials.TrialSituation(
        at=when,
        participant=who or "urn:uuid:participant",
        action=action,
        target=target or "urn:uuid:dataset",
        agreed_at=made,
        facts=_facts(fact),
        performed=_done(done, when),
    )
    with translate_errors():
        found = trials.answer(_library(), _read(file), situation)
    _answer(call, found)


@command(
    app,
    "decide",
    example=f"""datenkontor policy decide --asset {EXAMPLE} --participant firma
    datenkontor policy decide --agreement {EXAMPLE} --at 2026-12-31T23:59Z""",
)
def decide(
    call: CommandCall,
    asset: Annotated[str | None, typer.Option(metavar="ID", help="Under the terms of this asset of ours.")] = None,
    agreement: Annotated[str | None, typer.Option(metavar="ID", help="Under this agreement.")] = None,
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="Under this ODRL policy.")] = None,
    who: ParticipantOption = None,
    action: ActionOption = "use",
    target: TargetOption = None,
    at: AtOption = None,
    agreed_at: AgreedAtOption = None,
    fact: FactOption = None,
    done: DoneOption = None,
) -> None:
    """Ask a connector whether somebody may do something, with what it knows: claims, terms, what was used.

    Nothing is counted or kept. Ends with 4 where it is denied.
    """
    when, made = instant(at), instant(agreed_at)
    with connect(call) as connector:
        found = connector.policies.decide(
            policy=read_policy(policy),
            asset=asset,
            agreement=agreement,
            participant=participant(connector, who) if who else None,
            action=action,
            target=target,
            at=when,
            agreed_at=made,
            facts=_facts(fact),
            performed=_done(done, when or datetime.now(UTC)),
        )
    _answer(call, found)


@command(templates, "list", needs="nothing", example="datenkontor policy template list")
def list_templates(call: CommandCall) -> None:
    """List the templates."""
    lang = call.output.lang
    call.output.rows(
        [template(name) for name in template_names()],
        {
            "name": lambda entry: entry.name,
            "title": lambda entry: getattr(entry.title, lang),
            "parameters": lambda entry: [parameter.name for parameter in entry.parameter],
        },
    )


@command(templates, "show", needs="nothing", example="datenkontor policy template show downloads")
def show_template(call: CommandCall, name: TemplateArgument) -> None:
    """Show a template: why one would pick it, its parameters and their bounds."""
    with translate_errors():
        found = template(name)
    call.output.details(found, _fields(found, call.output.lang))


@command(
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
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the policy there.")
    ] = None,
    yes: YesOption = False,
) -> None:
    """Fill in a template: print the policy as JSON, or write it to a file."""
    with translate_errors():
        policy = policies.fill_template(name, read_sets(name, sets))
    if output is None:
        Output(json=True, lang=call.output.lang).result(policy)
        return
    write_policy(call, output, policy, yes=yes)
    call.output.result(policy, policies.explain(_library(), policy).sentence[call.output.lang])


def _answer(call: CommandCall, found: trials.TrialDecision | Decided) -> None:
    """Show a decision; end with 4 where it is a denial."""
    lang = call.output.lang
    good = found.verdict == "permit"
    verdict = call.output.say("permitted") if good else call.output.say("denied")
    lines = [f"{call.output.mark(good)} {verdict}"]
    if not good:
        lines += [*found.reasons[lang], *found.ways[lang]]
    if found.duties[lang]:
        lines.append(call.output.say("to-do", duties=", ".join(found.duties[lang])))
    for turn in found.turns:
        then = call.output.say("permitted") if turn.verdict == "permit" else call.output.say("denied")
        lines.append(call.output.say("turns", at=moment(turn.at), verdict=then))
    call.output.result(found, *lines)
    if not good:
        raise typer.Exit(Code.REFUSED)


def _fields(found: Template, lang: str) -> dict[str, object]:
    shown: dict[str, object] = {"title": getattr(found.title, lang), "why": getattr(found.why, lang)}
    for entry in found.parameter:
        bounds = f"{entry.least} … {entry.greatest}" if entry.least or entry.greatest else ""
        default = entry.default if isinstance(entry.default, str) else ", ".join(entry.default)
        parts = [entry.sort, bounds, ", ".join(entry.choices), f"= {default}" if default else ""]
        shown[entry.name] = f"{getattr(entry, lang)} ({'; '.join(part for part in parts if part)})"
    return shown


def _library() -> Library:
    return Library(operands(), executors=build_executors())


def _read(file: Path) -> dict[str, Any]:
    return read_policy(file) or {}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(Code.USAGE, f"The file {file} cannot be read: {error}.") from None


def _done(actions: list[str] | None, when: datetime) -> dict[str, datetime]:
    """Take what is said to be done as done just before: what happens at the same moment does not come first."""
    return dict.fromkeys(actions or (), when - timedelta(seconds=1))


def _facts(given: list[str] | None) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pair in given or ():
        name, sign, value = pair.partition("=")
        if not sign:
            raise Failure(Code.USAGE, f"A fact is NAME=VALUE, and {pair} is not.")
        found[name] = (*found.get(name, ()), value)
    return found
