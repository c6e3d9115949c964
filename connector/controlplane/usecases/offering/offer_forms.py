"""Offers that people fill in on the pages, step by step: begun, saved, found again, given up.

What a person typed is kept as it is, so that nothing is lost when a session ends or a step is left. A form is saved
over the version that was read: of two windows, the second one learns of the first.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

import msgspec

from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.core.pages import walk
from connector.ports.changes import DropOfferForm, PutOfferForm
from connector.ports.entities import Asset, OfferForm
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.machines.transfer_machine import FlowState

MOST_FORMS = 200
MOST_OF_ONE = 50
"""The most forms at which one person alone has worked: nobody keeps others from theirs."""
MOST_ANSWERS, LONGEST_ANSWERS = 400, 200_000
_ENDED: Final = frozenset({FlowState.COMPLETED, FlowState.TERMINATED})
_ONE_CLICK_MS = 60_000
"""The time in which the same answers are those of a form that was sent twice."""
_CHANGED = "Somebody saved the form since: read it again, then repeat the change."


class KeptSources(msgspec.Struct, frozen=True):
    """The identifiers of forms and assets that there are, and all sources that something is still read from."""

    ids: frozenset[str]
    sources: tuple[dict[str, Any], ...]


async def begin(context: Context, by: str, *, change_of: Asset | None = None, **given: Any) -> OfferForm:
    """Begin a form for a user, also for the change of an asset, with given members. Raises NotAllowed, Invalid."""
    forms = await context.store.offer_forms(context.owner)
    known = next((form for form in forms if change_of is not None and form.asset == change_of.id), None)
    if known is not None:
        raise NotAllowed("form-begun", f"A change of {known.asset} has begun already: go on with it, or give it up.")
    if len(forms) >= MOST_FORMS:
        raise NotAllowed("too-many-forms", f"There are {MOST_FORMS} forms that nobody finished: give some of them up.")
    if sum(form.editors == (by,) for form in forms) >= MOST_OF_ONE:
        raise NotAllowed("too-many-forms", f"You have {MOST_OF_ONE} forms that are not finished: give some of them up.")
    form = OfferForm(
        owner=context.owner,
        id=context.new_id(),
        editors=(by,),
        begun_at=context.now(),
        saved_at=context.now(),
        version=1,
        asset=change_of.id if change_of else "",
        asset_version=change_of.version if change_of else 0,
        **given,
    )
    _check_bounds(form)
    await context.store.commit([PutOfferForm(form, None)])
    return form


async def begin_once(context: Context, by: str, answers: Mapping[str, str]) -> OfferForm:
    """Begin a form with answers, or return the one that the same click of a user has begun already.

    Raises NotAllowed, Invalid.
    """
    for form in await context.store.offer_forms(context.owner):
        same = form.editors == (by,) and not form.asset and answers.items() <= form.answers.items()
        if answers and same and context.now() - form.begun_at < _ONE_CLICK_MS:
            return form
    return await begin(context, by, answers=dict(answers))


async def find(context: Context, form_id: str) -> OfferForm:
    """Return a form. Raises NoSuchEntity."""
    found = await context.store.offer_form(context.owner, form_id)
    if found is None:
        raise NoSuchEntity("no-form", "This offer is not being filled in any more: it is finished, or was given up.")
    return found


async def find_change(context: Context, asset_id: str) -> OfferForm | None:
    """Return the form in which an asset is being changed, or None."""
    forms = await context.store.offer_forms(context.owner)
    return next((form for form in forms if form.asset == asset_id), None)


async def list_forms(context: Context) -> list[OfferForm]:
    """Return all forms, the last saved first."""
    return sorted(await context.store.offer_forms(context.owner), key=lambda form: (-form.saved_at, form.id))


async def save(
    context: Context, form: OfferForm, by: str, *, seen: int, answers: Mapping[str, str] | None = None, **changed: Any
) -> OfferForm:
    """Save answers beside the others, and changed members, over the version that was `seen`.

    Returns the stored form; nothing is stored if nothing changes. Raises NotAllowed if another one was saved since, or
    Invalid if it is too long.
    """
    if form.version != seen:
        raise NotAllowed("changed", _CHANGED)
    after = msgspec.structs.replace(form, answers={**form.answers, **(answers or {})}, **changed)
    if after == form:
        return form
    editors = (*(name for name in form.editors if name != by), by)
    after = msgspec.structs.replace(after, editors=editors, saved_at=context.now(), version=form.version + 1)
    _check_bounds(after)
    try:
        await context.store.commit([PutOfferForm(after, form.version)])
    except Conflict:
        raise NotAllowed("changed", _CHANGED) from None
    return after


async def let_go(context: Context, before: int, is_upload: Callable[[str, dict[str, Any]], bool]) -> None:
    """Take their uploads from forms that nobody has saved since a time (ms). What was typed stays.

    A form that changes an asset has the data of the asset again. `is_upload` is whether a source was uploaded for the
    form with an identifier.
    """
    for form in await context.store.offer_forms(context.owner):
        if form.saved_at < before and form.source and is_upload(form.id, form.source):
            asset = await context.store.asset(context.owner, form.asset) if form.asset else None
            source = asset.source if asset else None
            after = msgspec.structs.replace(form, source=source, found=b"", version=form.version + 1)
            # Somebody was quicker, and goes on with the form.
            with suppress(Conflict):
                await context.store.commit([PutOfferForm(after, form.version)])


async def list_sources(context: Context) -> KeptSources:
    """Return what files of forms are still for: forms with data of their own, offers, and deliveries that go on."""
    store, owner = context.store, context.owner
    forms = [form for form in await store.offer_forms(owner) if form.source is not None]
    assets = {asset.id: asset.source async for asset in walk(partial(store.assets, owner, oldest_first=True))}
    flows = [flow for state in FlowState if state not in _ENDED for flow in await store.flows(owner, state=state)]
    read_from = [
        *(form.source for form in forms),
        *assets.values(),
        *(flow.source for flow in flows),
    ]
    return KeptSources(
        ids=frozenset([*(form.id for form in forms if form.source != assets.get(form.asset)), *assets]),
        sources=tuple(source for source in read_from if source is not None),
    )


def make_end(form: OfferForm) -> DropOfferForm:
    """Return the end of a form as it was read: in the commit of what was made of it, so that only one of them ends."""
    return DropOfferForm(form.owner, form.id, form.version)


async def drop(context: Context, form: OfferForm) -> None:
    """Remove a form that is given up. Raises NotAllowed if it was saved or finished since."""
    try:
        await context.store.commit([make_end(form)])
    except Conflict:
        raise NotAllowed("changed", _CHANGED) from None


def _check_bounds(form: OfferForm) -> None:
    length = sum(len(name) + len(text) for name, text in form.answers.items()) + len(form.policy or b"")
    if len(form.answers) > MOST_ANSWERS or length > LONGEST_ANSWERS:
        raise Invalid("too-long", "The form is too long: shorten its texts or its terms.")
