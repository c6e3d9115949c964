"""The own credentials and keys: what is stored and until when, what is asked of issuers, and how a key is changed."""

from starlette.responses import Response

from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.usecases.holding import keeping, requesting
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.web.frame.forms import read_form
from connector.web.frame.visit import Visit, go_to, make_link, name_party, read_query, render

PATH = "/betrieb/eigene-nachweise"
SOON_DAYS, SHOWN = 14, 50
_DAY_MS = 86_400_000


async def show_credentials(visit: Visit) -> Response:
    """List the credentials that this participant shows to others, and the requests for new ones."""
    return await _show(visit)


async def request(visit: Visit) -> Response:
    """Ask the issuer of a credential for it again: the new one takes the place of the old one."""
    form, service = await read_form(visit.request), _require(visit)
    held = await keeping.find(service, form.get("id", ""))
    try:
        await requesting.request(service, held.issuer, _name_types(held.types), (held.profile,), by=visit.person.name)
    except (Invalid, NotAllowed) as error:
        return await _show(visit, visit.words.translate(error.reason))
    return go_to(make_link(PATH, fertig="angefragt"))


async def _show(visit: Visit, fault: str = "") -> Response:
    service, context, now = visit.desk.credentials, visit.desk.context, visit.now
    held = await context.store.credentials(context.owner) if service else ()
    asked = sorted(await context.store.issuances(context.owner), key=lambda row: -row.at) if service else []
    return render(
        visit,
        "credentials.html",
        status=422 if fault else 200,
        held=[
            (one, keeping.find_standing(one, now), _name_types(one.types), name_party(visit, one.issuer))
            for one in held
        ],
        asked=[(row, name_party(visit, row.issuer)) for row in asked[:SHOWN]],
        more=len(asked) > SHOWN,
        used=service is not None,
        soon=now + SOON_DAYS * _DAY_MS,
        machine=await visit.desk.look_at_machine(),
        fault=fault,
        done=visit.words.find(f"operation.done-credential-{read_query(visit, 'fertig')}"),
    )


def _name_types(types: tuple[str, ...]) -> tuple[str, ...]:
    """Return the types by which a credential is asked for: all but the one that each has (VC 2.0, 4.5)."""
    return tuple(kind for kind in types if kind != "VerifiableCredential") or types


def _require(visit: Visit) -> CredentialService:
    if visit.desk.credentials is None:
        raise NotAllowed(
            "no-credentials", "This connector holds no credentials: its `identity.mechanism` is not `dcp`."
        )
    return visit.desk.credentials
