"""SPARQL 1.1 over the published datasets: queries by GET and POST, never an update.

SPARQL 1.1 Protocol, section 2.1. One query of each caller runs and a few wait; all callers share the workers.
"""

import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from connector.api.broker import AtBroker, Known, find_address
from connector.api.frame.errors import ApiError
from connector.api.frame.shares import leave_share
from connector.api.portals.frame import READ, AcceptHeader, AtSite, choose_form
from connector.broker.graphing import name_graph
from connector.net.limits import ConcurrencyLimit
from connector.net.slots import Slots
from connector.ports.graph import GraphQuestion, GraphStore, SparqlRefused

LONGEST_QUERY = 10_000
RETRY_S = 5
# The queries that wait for the workers, in all and of one caller.
WAITING, WAITING_PER_CALLER = 32, 4
_RUNNING, _RUNNING_PER_CALLER = 2, 1

_TABLES = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
_GRAPHS = ("text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples")
# The plain types that clients ask for mean the forms of SPARQL.
_TABLE_FORMS = {media: media for media in _TABLES} | {"application/json": _TABLES[0], "application/xml": _TABLES[1]}
_GRAPH_FORMS = {media: media for media in _GRAPHS} | {"application/json": _GRAPHS[1], "application/xml": _GRAPHS[2]}

# What may contain the word: a full IRI, a variable, and the local part of a prefixed name such as `dcat:accessService`.
_NAMES = re.compile(r"<https?://[\w./~#-]*>|[?$]\w+|(?<![\w?$:.%-])[A-Za-z][A-Za-z0-9_-]*:\w*", re.ASCII)

# The clause that chooses the graphs of a query (SPARQL 1.1, section 13.2).
_FROM = re.compile(r"(?<![\w?$:.-])from\s+(?:named\s+)?(?:<|[\w.-]*:)", re.IGNORECASE)

# What contains no brackets of the query: texts, IRIs and comments (SPARQL 1.1, sections 19.4 and 19.8).
_TEXTS = re.compile(
    r"""\"{3}(?:[^"\\]|\\.|"(?!""))*+(?:\"{3}|)|'{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3}|)"""
    r"""|"(?:[^"\\\n\r]|\\.)*+"?|'(?:[^'\\\n\r]|\\.)*+'?|<[^<>"{}|^`\\\s]*>|#[^\n\r]*""",
    re.DOTALL,
)
_SIGNS = re.compile(r"[!^+-]{40}")
_DEEPEST = 100

router = APIRouter(include_in_schema=False)


class SparqlDesk(msgspec.Struct, frozen=True, kw_only=True):
    """The graph, and the counts of its callers."""

    graph: GraphStore
    admitted: ConcurrencyLimit
    running: Slots


def make_desk(graph: GraphStore) -> SparqlDesk:
    """Return the values of the route for a graph."""
    return SparqlDesk(
        graph=graph,
        admitted=ConcurrencyLimit(total=WAITING, per_key=WAITING_PER_CALLER, crowded=WAITING // 2),
        running=Slots(total=_RUNNING, per_origin=_RUNNING_PER_CALLER),
    )


class AskingCaller(msgspec.Struct, frozen=True):
    """Who asks: the key under which its queries are counted, and the graphs that it sees."""

    key: str
    graphs: tuple[str, ...]


async def _find_asking(request: Request, desk: AtBroker, caller: Known, site: AtSite) -> AskingCaller:
    graphs = tuple(name_graph(site.site, key) for key in await site.record.keys())
    return AskingCaller(caller.participant if caller is not None else find_address(request, desk), graphs)


AsksGraphs = Annotated[AskingCaller, Depends(_find_asking)]


@router.api_route("/sparql", methods=READ)
async def query(request: Request, asking: AsksGraphs, accept: AcceptHeader = "") -> Response:
    """Answer the query of the parameter `query`."""
    return await _answer(request, asking, accept, request.url.query)


@router.post("/sparql")
async def post_query(request: Request, asking: AsksGraphs, accept: AcceptHeader = "") -> Response:
    """Answer the query of a form, or of the body as it is."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if len(body) > 4 * LONGEST_QUERY:
        raise _refuse_length()
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise ApiError(400, "encoding", "The query is not UTF-8: encode it again.") from None
    if kind == "application/x-www-form-urlencoded":
        return await _answer(request, asking, accept, text)
    if kind == "application/sparql-query":
        return await _ask(request, asking, accept, text)
    if kind == "application/sparql-update":
        raise _refuse_update()
    reason = "Unknown content type: send application/sparql-query or application/x-www-form-urlencoded."
    raise ApiError(415, "content-type", reason)


async def _answer(request: Request, asking: AskingCaller, accept: str, form: str) -> Response:
    fields = dict(parse_qsl(form, max_num_fields=20)) if form.count("&") < 20 else {}
    if "update" in fields:
        raise _refuse_update()
    if fields.keys() & {"default-graph-uri", "named-graph-uri"}:
        raise _refuse_dataset("parameters")
    return await _ask(request, asking, accept, fields.get("query", ""))


async def _ask(request: Request, asking: AskingCaller, accept: str, text: str) -> Response:
    check_query(text)
    question = GraphQuestion(text, _choose(accept, _TABLE_FORMS), _choose(accept, _GRAPH_FORMS), asking.graphs)
    sparql: SparqlDesk = request.app.state.sparql
    key = asking.key
    # Queries have limits of their own: what lasts seconds takes no place from the searches of its caller.
    leave_share(request)
    if not sparql.admitted.enter(key):
        reason = "Too many queries are waiting: try again later."
        raise ApiError(429, "too-many", reason, retry_after_s=RETRY_S)
    try:
        await sparql.running.enter(key)
        try:
            found = await sparql.graph.ask(question)
        finally:
            sparql.running.leave(key)
    except SparqlRefused as refused:
        retry = RETRY_S if refused.code == "building" else 0
        raise ApiError(refused.status, refused.code, refused.reason, retry_after_s=retry) from None
    finally:
        sparql.admitted.leave(key)
    return Response(found.body, media_type=found.media_type, headers={"Vary": "Accept"})


def check_query(text: str) -> None:
    """Refuse a query that is empty, too long, would ask another server or chooses its graphs. Raises ApiError.

    The worker could not ask one either: it cannot open a connection. This says why.
    """
    if not text.strip():
        raise ApiError(400, "no-query", "There is no query: send it as the parameter query.")
    if len(text) > LONGEST_QUERY:
        raise _refuse_length()
    for name in _NAMES.findall(text):
        if name[0] not in "<?$" and "service" in name.partition(":")[0].lower():
            raise _refuse_service()
    if "service" in _NAMES.sub(" ", text).lower():
        raise _refuse_service()
    if _FROM.search(text):
        raise _refuse_dataset("FROM")
    if find_depth(text) > _DEEPEST:
        raise ApiError(400, "nested", f"The query is nested deeper than {_DEEPEST} levels: write it flatter.")


def find_depth(text: str) -> int:
    """Return how deep the brackets of a query are nested; those of texts, IRIs and comments do not count.

    >>> find_depth("SELECT * { ?s ?p '{((' , <urn:a> # ((("), find_depth("ASK { FILTER(!(1)) }")
    (1, 3)
    """
    depth = deepest = 0
    bare = _TEXTS.sub(" ", text)
    for sign in bare:
        if sign in "({[":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in ")}]":
            depth -= 1
    return _DEEPEST + 1 if _SIGNS.search("".join(bare.split())) else deepest


def _choose(accept: str, forms: Mapping[str, str]) -> str:
    try:
        return choose_form(accept, forms)
    except ApiError:
        return ""


def _refuse_length() -> ApiError:
    return ApiError(413, "too-large", f"The query is longer than {LONGEST_QUERY} characters: shorten it.")


def _refuse_update() -> ApiError:
    return ApiError(403, "update", "Updates are not offered: the broker publishes what its participants offer.")


def _refuse_dataset(chosen_by: str) -> ApiError:
    return ApiError(400, "dataset", f"Graphs are not chosen by {chosen_by}: write GRAPH into the query.")


def _refuse_service() -> ApiError:
    reason = "SERVICE would ask another server, which is not offered: leave the word out, in texts and comments too."
    return ApiError(403, "service", reason)
