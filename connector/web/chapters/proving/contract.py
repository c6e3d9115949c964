"""The record of a contract: what the audit log says of it as a time line, and the contract as a file and a paper."""

import hashlib

import msgspec
from starlette.responses import Response

from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.usecases import agreements
from connector.controlplane.usecases.agreements import AgreementSummary
from connector.controlplane.usecases.proving.evidence import make_evidence
from connector.controlplane.usecases.proving.history import HistoryEntry, list_people, tell_history
from connector.desk.agreements import write_agreement
from connector.protocol.dsp.common import Role
from connector.web.frame.files import name_download
from connector.web.frame.paper import NoPaper, Paper, PaperPart, print_paper
from connector.web.frame.visit import Visit, name_party, name_people, read_query, render, show_error
from connector.web.showing.entries import ToldEntry, tell_entry
from connector.web.showing.sealed import tell_seal
from connector.web.terms import describe_terms

_LONGEST_FOOT = 100
_LONGEST_TITLE, _DIGITS = 60, 12


async def show_history(visit: Visit) -> Response:
    """Show what the audit log says of an agreement, oldest first."""
    agreement = await find_agreement(visit.desk.context, read_query(visit, "id") or "")
    (summary,) = await agreements.describe(visit.desk.evaluator, [agreement])
    history = await tell_history(visit.desk.context, agreement)
    people = await find_people(visit, history.entries)
    told = [(entry.transfer, _tell(visit, entry, people)) for entry in history.entries]
    return render(visit, "history.html", summary=summary, agreement=agreement, told=told, whole=history.whole)


async def export_agreement(visit: Visit) -> Response:
    """Answer with an agreement as JSON, for a program or an archive."""
    agreement = await find_agreement(visit.desk.context, read_query(visit, "id") or "")
    (summary,) = await agreements.describe(visit.desk.evaluator, [agreement])
    headers = _name_file(visit, "proving.contract-file", summary, "json")
    return Response(write_agreement(summary), media_type="application/json", headers=headers)


async def export_evidence(visit: Visit) -> Response:
    """Answer with what both sides have signed of an agreement, which anybody can verify without a connector."""
    agreement = await find_agreement(visit.desk.context, read_query(visit, "id") or "")
    made = await make_evidence(visit.desk.context, visit.desk.seals, agreement.key)
    (summary,) = await agreements.describe(visit.desk.evaluator, [agreement])
    body = msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"
    headers = _name_file(visit, "proving.evidence-file", summary, "json")
    return Response(body, media_type="application/json", headers=headers)


def _name_file(visit: Visit, key: str, summary: AgreementSummary, ending: str) -> dict[str, str]:
    """Return the header field that names a file by the agreement that it is about."""
    agreement = summary.agreement
    title = visit.words.pick(summary.title, agreement.dataset)[:_LONGEST_TITLE]
    return name_download(visit.words.say(key), title, agreement.id[-_DIGITS:], ending=ending)


async def find_people(visit: Visit, entries: tuple[HistoryEntry, ...]) -> dict[str, str]:
    """Return the names of the people of entries, by what they sign in with."""
    return await name_people(visit, list_people(entries))


def _tell(visit: Visit, entry: HistoryEntry, people: dict[str, str]) -> ToldEntry:
    operands = visit.desk.evaluator.library.operands
    return tell_entry(visit.words, entry.leaf, entry.fields, people, operands)


async def print_agreement(visit: Visit) -> Response:
    """Answer with an agreement as PDF, with its JSON attached; without the extra, say how to get it."""
    agreement = await find_agreement(visit.desk.context, read_query(visit, "id") or "")
    (summary,) = await agreements.describe(visit.desk.evaluator, [agreement])
    paper = await _write_paper(visit, summary)
    try:
        made = await print_paper(paper, write_agreement(summary), agreement.agreed_at)
    except NoPaper as fault:
        return show_error(visit, 503, visit.words.say(fault.key), visit.words.say("proving.print"))
    headers = _name_file(visit, "proving.contract-file", summary, "pdf")
    return Response(made, media_type="application/pdf", headers=headers)


async def _write_paper(visit: Visit, summary: AgreementSummary) -> Paper:
    """Return what the paper of an agreement says: parties, dates, terms and state, in the reader's language."""
    words, agreement = visit.words, summary.agreement
    terms = await describe_terms(visit.desk.evaluator.library, words, agreement.document)
    usage = await visit.desk.context.store.usage(agreement.owner, agreement.key)
    own, other = visit.pages.provider, name_party(visit, agreement.counterparty)
    provider, consumer = (own, other) if agreement.role is Role.PROVIDER else (other, own)
    facts = [("provider", provider), ("consumer", consumer), ("agreed-at", words.time(agreement.agreed_at))]
    if agreement.finalized_at is not None:
        facts.append(("finalized-at", words.time(agreement.finalized_at)))
    until = words.end(summary.expires_at) if summary.expires_at else words.say("agreement-open-end")
    state = words.say(f"agreement-{summary.state}")
    used = words.say("agreement-used", count=usage.uses, size=words.size(usage.bytes_moved))
    digest = hashlib.sha256(agreement.document).hexdigest()
    named = tuple((words.say(f"proving.{key}"), text) for key, text in facts)
    return Paper(
        language=words.language,
        title=words.say("proving.paper-title", title=words.pick(summary.title, agreement.dataset)),
        lead=(words.say("proving.paper-lead"),),
        parts=(
            PaperPart(words.say("proving.paper-parties"), named),
            PaperPart(
                words.say("agreement-agreed"),
                tuple((line.label, line.text) for line in terms.lines) or ((terms.problem,),),
            ),
            PaperPart(
                words.say("column-state"),
                ((words.say("column-state"), state), (words.say("column-until"), until), (used,)),
            ),
            PaperPart(
                words.say("proving.paper-proof"),
                (
                    (words.say("agreement-id"), agreement.id),
                    (words.say("proving.digest"), digest),
                    (words.say("proving.seals"), (await tell_seal(visit, agreement))[1]),
                ),
            ),
        ),
        foot=words.say("proving.paper-foot", id=agreement.id[:_LONGEST_FOOT]),
        attached="contract.json",
        attached_as=words.say("proving.paper-attached"),
    )
