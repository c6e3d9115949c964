"""A file from a person's desk becomes the data of an offer: streamed to the disk, resumed after an interruption.

Without script, a form sends the file. The script sends it in one piece from the first byte that is missing, with its
name, size and date in the address, and asks after an interruption how much is stored.
"""

from collections.abc import AsyncIterator

import msgspec
from starlette.responses import JSONResponse, Response

from connector.controlplane.core.errors import UseCaseError
from connector.controlplane.usecases import users
from connector.controlplane.usecases.offering import offer_forms
from connector.dataplane.files.folder import UnsafePath, check_path
from connector.dataplane.uploads import Uploads, make_mark
from connector.ports.entities import OfferForm
from connector.ports.flow import Arrival, SourceError
from connector.web.chapters.new_offers.new_offer import show_step_of_data, take_source
from connector.web.frame.forms import FormFault, read_pieces
from connector.web.frame.multipart import open_file
from connector.web.frame.visit import Visit, go_to, read_query
from connector.web.offering.steps import find_step
from connector.web.rights import may_write

PATH = "/neues-angebot/hochladen"
OVERHEAD = 64 * 1024
"""What a form adds to the bytes of its file, at most."""
_BYTES = "application/octet-stream"


class SentFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file that the script sends: its name, its size in bytes, its mark, and the first byte that is sent now."""

    name: str
    size: int
    mark: str
    offset: int = 0


async def begin_upload(visit: Visit) -> Response:
    """Begin a form for a file that the script is about to send, and return its identifier."""
    if not may_write(visit.person.roles):
        raise FormFault("error-not-yours", 403)
    form = await offer_forms.begin(visit.desk.context, visit.person.name)
    return JSONResponse({"id": form.id, "path": find_step(form, "daten")})


async def show_stored(visit: Visit) -> Response:
    """Return how many bytes of a file are stored already."""
    form, sent = await _find(visit), _read_sent(visit)
    return JSONResponse({"stored": await _require_uploads(visit).count_stored(form.id, sent.mark)})


async def upload(visit: Visit) -> Response:
    """Store a file, look at it, and go on with its description."""
    if not may_write(visit.person.roles):
        raise FormFault("error-not-yours", 403)
    by_script = visit.request.headers.get("content-type") == _BYTES
    context, known = visit.desk.context, read_query(visit, "id")
    form = await _find(visit) if known else await offer_forms.begin(context, visit.person.name)
    try:
        form = await (_store_sent(visit, form) if by_script else _store_form(visit, form))
    except (SourceError, UseCaseError, FormFault) as error:
        sentence = _explain(visit, error)
        if by_script:
            return JSONResponse({"problem": sentence}, 422)
        if known:
            return show_step_of_data(visit, form, sentence)
        # What was begun for this file alone is empty without it.
        await offer_forms.drop(context, form)
        if visit.pages.uploads is not None:
            await visit.pages.uploads.drop(form.id)
        return show_step_of_data(visit, None, sentence)
    following = find_step(form, "beschreibung")
    return JSONResponse({"path": following}) if by_script else go_to(following)


async def _store_sent(visit: Visit, form: OfferForm) -> OfferForm:
    sent = _read_sent(visit)
    name, mark = _find_name(sent.name), sent.mark
    arrival = Arrival(flow_id=form.id, media_type="", size=sent.size, offset=sent.offset, name=name, version=mark)
    return await _store(visit, form, arrival, read_pieces(visit.request), name)


async def _store_form(visit: Visit, form: OfferForm) -> OfferForm:
    written, pieces = await open_file(visit.request.headers.get("content-type", ""), read_pieces(visit.request))
    name = _find_name(written)
    arrival = Arrival(flow_id=form.id, media_type="", name=name)
    return await _store(visit, form, arrival, pieces, name)


async def _store(visit: Visit, form: OfferForm, arrival: Arrival, pieces: AsyncIterator[bytes], name: str) -> OfferForm:
    """Store a file as the data of a form, in place of an earlier one. One that the form does not take is removed.

    A form may be finished while its file is on the way: what was released then is not touched.
    """
    uploads = _require_uploads(visit)
    source = await uploads.store(form.id, arrival, pieces)
    try:
        await _check_person(visit)
        taken = await take_source(visit, form, source, name)
    except (UseCaseError, FormFault):
        await uploads.remove(form.id, source)
        raise
    await uploads.remove(form.id, form.source or {})
    return taken


async def _check_person(visit: Visit) -> None:
    """Raise FormFault unless the person may still make offers: a file can be on its way for hours."""
    person = await users.find(visit.users, visit.person.name)
    if person.disabled_at is not None or not may_write(person.roles):
        raise FormFault("error-not-yours", 403)


async def _find(visit: Visit) -> OfferForm:
    return await offer_forms.find(visit.desk.context, read_query(visit, "id") or "")


def _read_sent(visit: Visit) -> SentFile:
    name, changed = read_query(visit, "name") or "", read_query(visit, "geaendert") or ""
    size, offset = (read_query(visit, field) or "0" for field in ("groesse", "ab"))
    if not all(text.isascii() and text.isdecimal() and len(text) < 16 for text in (size, offset)):
        raise FormFault("form-unreadable")
    return SentFile(name=name, size=int(size), offset=int(offset), mark=make_mark(name, int(size), changed))


def _find_name(name: str) -> str:
    """Return the name of a file as the disk gets it; one that a path cannot have is written anew."""
    last = name.replace("\\", "/").rpartition("/")[2].strip()
    plain = "".join(sign if sign.isalnum() or sign in " ._-()+" else "_" for sign in last).lstrip(".")[-120:].strip()
    try:
        return check_path(plain)
    except UnsafePath:
        return "data"


def _require_uploads(visit: Visit) -> Uploads:
    if visit.pages.uploads is None:
        raise FormFault("offering.upload-nowhere")
    return visit.pages.uploads


def _explain(visit: Visit, error: Exception) -> str:
    words = visit.words
    if isinstance(error, FormFault):
        return words.say(error.key)
    if isinstance(error, UseCaseError):
        return words.pick(error.reasons) or words.translate(error.reason)
    return words.translate(str(error))
