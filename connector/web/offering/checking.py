"""What a check of a filled-in form finds, in words, each with the field in which it is mended."""

from typing import Any, Literal

import msgspec

from connector.controlplane.core import instants
from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.judging import acceptance
from connector.controlplane.judging.treating.treatments import asks_for_consent
from connector.controlplane.usecases import policies
from connector.controlplane.usecases.offering import asset_changes, assets, completeness
from connector.policy.analysis.lint import PersonalData
from connector.policy.compiling.compiled import Compiled
from connector.ports.entities import DataClass, Marking, OfferForm
from connector.views.assets import AssetOrder
from connector.web.frame.visit import Visit, make_link
from connector.web.offering.answers import explain_refusal, read_inspection, write_order
from connector.web.offering.audience import find_audience
from connector.web.offering.changing import describe_change
from connector.web.offering.steps import find_step
from connector.web.offering.template_cards import explain_terms
from connector.web.offering.terms_of_form import write_document, write_policy

_TERMS = frozenset(
    {"not-offerable", "policy", "reservation", "bad-parameter", "missing-parameter", "out-of-bounds", "wider"}
)
_DATA = frozenset({"source", "recipe", "recipe-input", "input-ended", "no-terms", "too-many-products", "no-deriver"})
_FIELDS = {"open-licence": "lizenz", "hvd-licence": "lizenz", "hvd-contact": "kontakt_email"}


class CheckFinding(msgspec.Struct, frozen=True):
    """One finding: an error keeps the offer from its release. `path` leads to the field in which it is mended."""

    level: Literal["error", "warning", "note"]
    text: str
    path: str


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a check; order and policy are None if they cannot be read at all."""

    findings: tuple[CheckFinding, ...]
    order: AssetOrder | None = None
    policy: dict[str, Any] | None = None

    @property
    def ready(self) -> bool:
        """Whether nothing keeps the offer from its release."""
        return not any(finding.level == "error" for finding in self.findings)


async def check_form(visit: Visit, form: OfferForm) -> Checked:
    """Check a form as its release does, and more: what a policy or a description lacks, and signs of persons."""
    words = visit.words
    if form.source is None:
        fault = CheckFinding("error", words.say("offering.no-data"), find_step(form, "daten"))
        return Checked(findings=(fault,))
    try:
        policy = write_policy(form)
    except Invalid as error:
        text, field = explain_terms(words, form, error)
        fault = CheckFinding("error", text, f"{find_step(form, 'bedingungen')}#{field}")
        return Checked(findings=(fault,))
    order, found = write_order(form, policy), read_inspection(form)
    unnamed = _find_unnamed(visit, form, order, policy)
    tried = [unnamed] if unnamed else await (_try_change(visit, form) if form.asset else _try_order(visit, form, order))
    findings = [
        *tried,
        *_check_policy(visit, form, order, policy),
        *_check_description(visit, form, order),
    ]
    audience = await find_audience(visit.desk.evaluator, words, policy)
    if audience.members and audience.count == len(audience.members) and not any(one.may for one in audience.members):
        findings.append(CheckFinding("warning", words.say("offering.for-nobody"), find_step(form, "bedingungen")))
    if found is not None and found.persons and order.data_class is not DataClass.PERSONAL:
        text = words.say("offering.persons-found", fields=", ".join(found.persons))
        findings.append(CheckFinding("warning", text, find_step(form, "beschreibung") + "#klasse"))
    # One cause is often found twice: by the policy alone, and by the policy for this data.
    unique = {finding.text: finding for finding in reversed(findings)}
    ordered = [
        finding for level in ("error", "warning", "note") for finding in unique.values() if finding.level == level
    ]
    return Checked(
        findings=tuple(ordered),
        order=order,
        policy=policy,
    )


def _find_unnamed(visit: Visit, form: OfferForm, order: AssetOrder, policy: dict[str, Any]) -> CheckFinding | None:
    """Return that no field names the persons whose consent the terms ask for, if so."""
    compiled = policies.try_compile(visit.desk.evaluator.library, policy)
    named = order.records is not None and order.records.subject
    if named or not isinstance(compiled, Compiled) or not asks_for_consent(compiled):
        return None
    field = "person" if order.data_class is DataClass.PERSONAL else "klasse"
    text = visit.words.say("offering.person-unnamed")
    return CheckFinding("error", text, f"{find_step(form, 'beschreibung')}#{field}")


async def _try_order(visit: Visit, form: OfferForm, order: AssetOrder) -> list[CheckFinding]:
    try:
        await assets.look(visit.desk.publisher, order)
    except (Invalid, NotAllowed) as error:
        return [_find_cause(visit, form, error)]
    return []


async def _try_change(visit: Visit, form: OfferForm) -> list[CheckFinding]:
    words = visit.words
    try:
        change = await describe_change(visit, form)
        if not change.members:
            return [CheckFinding("error", words.say("offering.no-change"), find_step(form, "beschreibung"))]
        if change.held_back:
            path = make_link("/angebote/zurueckziehen", id=form.asset)
            return [CheckFinding("error", words.say("offering.held-back"), path)]
        await asset_changes.preview(visit.desk.publisher, form.asset, change.members)
    except (Invalid, NotAllowed) as error:
        return [_find_cause(visit, form, error)]
    return []


def _find_cause(visit: Visit, form: OfferForm, error: Invalid | NotAllowed) -> CheckFinding:
    text, field = explain_refusal(visit.words, error.code, error.reason)
    if error.code in _TERMS:
        path = find_step(form, "bedingungen")
    elif error.code in _DATA:
        path = find_step(form, "daten")
    else:
        path = f"{find_step(form, 'beschreibung')}#{field}"
    return CheckFinding("error", visit.words.pick(error.reasons) or text, path)


def _check_policy(visit: Visit, form: OfferForm, order: AssetOrder, policy: dict[str, Any]) -> list[CheckFinding]:
    words, evaluator = visit.words, visit.desk.evaluator
    now, place = instants.instant(visit.desk.context.now()), find_step(form, "bedingungen")
    personal: PersonalData = "none"
    if order.data_class is DataClass.PERSONAL:
        personal = "special" if order.stated.marking is Marking.SPECIAL else "personal"
    found = [
        CheckFinding(remark.level, words.pick(remark.text), place)
        for remark in policies.examine(evaluator.library, policy, now, personal)
        # A note on a template of ours tells nobody what to do.
        if remark.level != "note" or form.policy is not None
    ]
    try:
        document = write_document(evaluator.library.operands, policy)
    except Invalid:
        return found
    unfit = acceptance.find_impersonal(evaluator, document, order.stated, order.data_class)
    if unfit:
        found.append(CheckFinding("error", words.pick(unfit.texts), place))
    return found


def _check_description(visit: Visit, form: OfferForm, order: AssetOrder) -> list[CheckFinding]:
    words, contact, place = visit.words, visit.desk.publisher.contact, find_step(form, "beschreibung")
    # The pages change neither the categories of high-value datasets nor what these need beside a licence.
    missing = completeness.list_missing(order, contact)
    found = [CheckFinding("error", words.say(f"offering.missing-{key}"), f"{place}#{_FIELDS[key]}") for key in missing]
    unstated = [words.say(f"offering.member-{name}") for name in completeness.list_unstated(order, contact)]
    if unstated:
        found.append(CheckFinding("note", words.say("offering.unstated", members=", ".join(unstated)), place))
    return found
