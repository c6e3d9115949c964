"""A visit: one request of a person with a language and, after the sign-in, a user. Pages are answered from it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cache, partial, wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from connector.broker.operating.acts import ActRefused
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed, PeerFailed, UseCaseError
from connector.controlplane.judging.library import Library
from connector.controlplane.usecases import users
from connector.controlplane.usecases.accounts import browsers
from connector.controlplane.usecases.users import SignedIn, UserRegister
from connector.dataplane.uploads import Uploads
from connector.desk.board import ask_broker
from connector.desk.broker import BrokerOffice
from connector.desk.house import HouseShares
from connector.desk.values import Desk
from connector.language.catalogue import LANGUAGES, Language, choose_language, say
from connector.net.limits import ConcurrencyLimit
from connector.net.slots import CallerShares
from connector.ports.entities import PageBounds, User, UserRole
from connector.ports.identity import Directory, find_name
from connector.ports.passwords import Busy
from connector.ports.seals import SigningUnavailable
from connector.ports.store_errors import Conflict, StoreDamaged, StoreError, StoreFull
from connector.web.frame.attempts import SignInAttempts
from connector.web.frame.files import find_file_path
from connector.web.frame.forms import AUTOSAVE, FormFault, find_typed, is_form, read_form
from connector.web.frame.logins import PagesLogin
from connector.web.frame.origin import PagesOrigin, list_cookies, split_address
from connector.web.frame.unseen import show_unseen
from connector.web.frame.wording import MANY, PageWords
from connector.web.letters import make_letter

T = TypeVar("T")
LANGUAGE_COOKIE = "dk-lang"
_STATUS: dict[type[UseCaseError], int] = {NoSuchEntity: 404, NotAllowed: 409, Invalid: 422, PeerFailed: 502}
_WITHOUT_STORE: dict[type[StoreError], str] = {StoreFull: "error-store-full", StoreDamaged: "error-store-damaged"}
_DAY_S = 86_400
_SIGN_IN, _KNOWN_DAYS = "/anmelden", 180
PASSWORD_FIELDS = ("passwort", "bisher")
"""What the names of fields with a password begin with."""


NO_SECRETS: Mapping[str, tuple[str, ...]] = {}
NO_STATEMENTS: Mapping[str, str] = {}


class PagesDesk(msgspec.Struct, frozen=True, kw_only=True):
    """The values that pages work with: those of the desk, the address, the name of the provider, and the attempts.

    `desk` is that of a participant, or that of a broker. `users` are the people who sign in, `library` has the zone
    and the words of terms. `admit` counts a request of nobody, and returns how many seconds its address has to wait.
    `shares` are those of the readers of a broker. `name_caller` returns the address that a request is counted under.
    `shared` is what each person may take of what the broker grants a participant.
    `stopping` is set when the process is about to stop, and `streams` has the places for streams of events. `uploads`
    are the files that people upload; None without a root of the served data. `secrets` are the names of the secrets for
    sources, with the servers (`host:port`) to which each may be sent. `login` is the login of the organisation; None if
    people have none.
    `statements` are the addresses of its imprint and of its word on data protection, and its e-mail address.
    """

    desk: Desk | BrokerOffice
    users: UserRegister
    library: Library
    here: PagesOrigin
    provider: str
    attempts: SignInAttempts
    name_caller: Callable[[Request], str]
    stopping: asyncio.Event
    streams: ConcurrencyLimit
    shared: HouseShares
    uploads: Uploads | None = None
    secrets: Mapping[str, tuple[str, ...]] = NO_SECRETS
    login: PagesLogin | None = None
    admit: Callable[[Request], int] = lambda _: 0
    shares: CallerShares | None = None
    statements: Mapping[str, str] = NO_STATEMENTS

    @property
    def directory(self) -> Directory:
        """The participant list."""
        return self.desk.directory if isinstance(self.desk, BrokerOffice) else self.desk.evaluator.directory


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One request: its values, its words, the user if somebody has signed in, and how many requests wait."""

    request: Request
    pages: PagesDesk
    words: PageWords
    user: User | None = None
    waiting: int = 0

    @property
    def desk(self) -> Desk:
        """The values of the use cases of a participant."""
        assert isinstance(self.pages.desk, Desk)
        return self.pages.desk

    @property
    def broker(self) -> BrokerOffice:
        """The values of a broker."""
        assert isinstance(self.pages.desk, BrokerOffice)
        return self.pages.desk

    @property
    def users(self) -> UserRegister:
        """The people who sign in here."""
        return self.pages.users

    @property
    def person(self) -> User:
        """The user of a page that needs one."""
        assert self.user is not None
        return self.user

    @property
    def now(self) -> int:
        """The time, in ms."""
        return self.users.context.now()

    @property
    def public(self) -> bool:
        """Whether these are the pages of a broker, which have pages for everybody."""
        return isinstance(self.pages.desk, BrokerOffice)

    @property
    def language(self) -> Language:
        """The language of the reader."""
        return self.words.language

    async def ask(
        self,
        kind: type[T],
        method: str,
        path: str,
        query: dict[str, Any] | None = None,
        body: msgspec.Struct | None = None,
    ) -> T:
        """Return what the broker answers the person, within her share. Raises NotAllowed and UseCaseError."""
        async with self.pages.shared.take_place(self.person.name):
            return await ask_broker(self.desk.broker, kind, method, path, query, body)


PageFunction = Callable[[Visit], Awaitable[Response]]


def open_page(function: PageFunction, roles: frozenset[UserRole] | None) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of a page: it needs a user with one of `roles`; with None, it is open to everybody.

    What a use case refuses is answered with a page that says so.
    """

    @wraps(function)
    async def answer(request: Request) -> Response:
        visit = begin_visit(request)
        try:
            visit = msgspec.structs.replace(visit, user=await _find_user(visit))
            if roles is not None and visit.user is None:
                return await _send_to_sign_in(visit)
            if roles is not None and not users.has_role(visit.person, roles):
                return show_error(visit, 403, visit.words.say("error-role"))
            if visit.user is not None:
                visit = msgspec.structs.replace(visit, waiting=await count_waiting(visit))
            return await function(visit)
        except (UseCaseError, ActRefused, StoreError, FormFault, Busy, SigningUnavailable) as error:
            return _explain(visit, error)

    return answer


def begin_visit(request: Request) -> Visit:
    """Return a visit of nobody yet, in the language of the reader."""
    pages: PagesDesk = request.state.pages
    words = PageWords(read_language(request), pages.library.operands.zone, partial(find_name, pages.directory))
    return Visit(request=request, pages=pages, words=words)


def read_language(request: Request) -> Language:
    """Return the language that a browser was told to remember, else the one that its reader likes best."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    remembered = next((known for known in LANGUAGES if known == chosen), None)
    return remembered or choose_language(request.headers.get("accept-language", ""))


def render(visit: Visit, template: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page: a template with values, in the language of the reader."""
    headers = {"Content-Language": visit.words.language, "Vary": "Accept-Language, Cookie"}
    return HTMLResponse(fill(visit, template, refused=status == 422, **values), status, headers=headers)


def fill(visit: Visit, template: str, **values: Any) -> str:
    """Return the mark-up of a template with values, in the language of the reader."""
    page = _make_environment().get_template(template)
    languages = [(code, say(code, "pages.language-name")) for code in LANGUAGES if code != visit.words.language]
    given = {
        "visit": visit,
        "w": visit.words,
        "name_of": partial(name_party, visit),
        "user": visit.user,
        "now": visit.now,
        "public": visit.public,
        "way_back": find_way_back(visit.request),
    }
    return page.render(**given, file=find_file_path, link=make_link, languages=languages, **values)


def find_way_back(request: Request) -> str:
    """Return the path of the page that a person sees; of a form that was sent and found wrong, that of the form.

    A browser says where a form was (`Referer`); only the path counts, so that it leads nowhere else.
    """
    seen = split_address(str(request.url) if request.method in {"GET", "HEAD"} else request.headers.get("referer", ""))
    path = f"{seen.path}?{seen.query}" if seen.query else seen.path
    return path if path.startswith("/") and not path.startswith("//") else "/"


def find_operator(visit: Visit, subject: str, body: str = "") -> str:
    """Return the address at which people reach who runs these pages: a letter, else the imprint; empty for none."""
    email = visit.pages.statements.get("contact")
    return make_letter(email, subject, body) if email else visit.pages.statements.get("imprint", "")


def make_link(path: str, /, **query: object) -> str:
    """Return a path of these pages with its query; what is None is left out.

    >>> make_link("/eingang", nach="5", stand=None)
    '/eingang?nach=5'
    """
    given = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def go_to(path: str) -> Response:
    """Return the answer after a change: the browser loads a page, so that going back sends no form again."""
    return RedirectResponse(path, 303)


def read_token(request: Request, here: PagesOrigin) -> str | None:
    """Return the token of the session that a request has."""
    names = list_cookies(here).values()
    return next((token for name in names if (token := request.cookies.get(name))), None)


def set_session(answer: Response, here: PagesOrigin, signed_in: SignedIn) -> Response:
    """Give the browser the token of a session, the language of its user, and a mark by which it is known again."""
    for place, name in list_cookies(here).items():
        answer.set_cookie(name, signed_in.token, path="/", secure=place == "host", httponly=True, samesite="lax")
    if mark := browsers.make_mark(signed_in.user):
        age, name = _KNOWN_DAYS * _DAY_S, _name_mark(here)
        answer.set_cookie(name, mark, max_age=age, path=_SIGN_IN, secure=here.secure, httponly=True, samesite="strict")
    chosen = next((language for language in LANGUAGES if language == signed_in.user.language), None)
    return set_language(answer, here, chosen) if chosen else answer


def read_mark(request: Request, here: PagesOrigin) -> str:
    """Return the mark of a browser in which somebody has signed in before; empty if it has none."""
    return request.cookies.get(_name_mark(here), "")


def drop_session(answer: Response, here: PagesOrigin) -> Response:
    """Let the browser forget the token."""
    for place, name in list_cookies(here).items():
        answer.delete_cookie(name, path="/", secure=place == "host", httponly=True, samesite="lax")
    return answer


def _name_mark(here: PagesOrigin) -> str:
    return f"__Secure-{here.cookie}-known" if here.secure else f"{here.cookie}-known"


async def end_session(visit: Visit) -> None:
    """End the session of this browser, if it has one."""
    token = read_token(visit.request, visit.pages.here)
    if token:
        await users.sign_out(visit.users, token)


def set_language(answer: Response, here: PagesOrigin, language: Language) -> Response:
    """Let the browser remember a language."""
    answer.set_cookie(
        LANGUAGE_COOKIE, language, max_age=365 * _DAY_S, path="/", secure=here.secure, httponly=True, samesite="lax"
    )
    return answer


def show_error(
    visit: Visit, status: int, sentence: str, advice: str = "", kept: Mapping[str, str] | None = None
) -> Response:
    """Return the page of an error; `kept` are the fields of a form that a person can send again from there."""
    values = {"code": status, "sentence": sentence, "advice": advice, "kept": kept or {}}
    return render(visit, "error.html", status=status, **values)


async def recognise(visit: Visit) -> Visit:
    """Return a visit with the user who has signed in and what waits; as it is if the store cannot say."""
    try:
        found = msgspec.structs.replace(visit, user=await _find_user(visit))
        return msgspec.structs.replace(found, waiting=await count_waiting(found)) if found.user else found
    except StoreError:
        return visit


async def _find_user(visit: Visit) -> User | None:
    token = read_token(visit.request, visit.pages.here)
    # A browser opens a stream again and again by itself: that is nothing a person does.
    seen = visit.request.headers.get("accept") != "text/event-stream"
    return await users.find_session(visit.users, token, seen=seen) if token else None


async def count_waiting(visit: Visit) -> int:
    """Return how many requests wait, at most `MANY`; at a broker none does."""
    if visit.public:
        return 0
    context = visit.desk.context
    holds, _ = await context.store.holds(context.owner, PageBounds(limit=MANY))
    return len(holds)


async def _send_to_sign_in(visit: Visit) -> Response:
    """Let a person sign in first; the texts of a form that was sent come along, so that none is lost."""
    request = visit.request
    if request.method in {"GET", "HEAD"}:
        query = f"?{request.url.query}" if request.url.query else ""
        wanted = request.url.path + query
        return go_to(make_link("/anmelden", zu=None if wanted == "/" else wanted))
    fields = await read_form(request) if is_form(request) else {}
    kept = _leave_passwords(fields)
    if not kept or AUTOSAVE in fields:
        return go_to("/anmelden")
    values = {"wanted": request.url.path, "name": "", "fault": visit.words.say("sign-in-over"), "kept": kept}
    return render(visit, "sign_in.html", status=401, **values)


def _explain(visit: Visit, error: Exception) -> Response:
    words = visit.words
    if isinstance(error, UseCaseError):
        sentence = words.pick(error.reasons) or words.translate(error.reason)
        return show_error(visit, _STATUS.get(type(error), 422), sentence, words.find(f"advice-{error.code}"))
    if isinstance(error, ActRefused):
        sentence = words.find(f"brokering.refused-{error.code}") or words.translate(error.reason)
        return show_error(visit, 404 if error.missing else 409, sentence)
    if isinstance(error, FormFault):
        return show_error(visit, error.status, words.say(error.key))
    if isinstance(error, Conflict):
        return show_error(visit, 409, words.say("error-changed"))
    if isinstance(error, Busy):
        return show_error(visit, 503, words.say("error-busy"))
    if isinstance(error, SigningUnavailable):
        return show_error(visit, 503, words.say("error-key-away"))
    assert isinstance(error, StoreError)
    return _explain_store(visit, error)


def _explain_store(visit: Visit, error: StoreError) -> Response:
    """Say why nothing can be stored now; what was typed can be sent again from the page, so that none is lost."""
    sentence = visit.words.say(_WITHOUT_STORE.get(type(error), "error-store"))
    typed = find_typed(visit.request)
    kept = _leave_passwords(typed)
    return show_error(visit, 503, sentence, kept=kept if len(kept) == len(typed) and AUTOSAVE not in typed else None)


def _leave_passwords(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a form without passwords: they are typed again."""
    return {name: text for name, text in fields.items() if not name.startswith(PASSWORD_FIELDS)}


@cache
def _make_environment() -> Environment:
    return Environment(
        loader=PackageLoader("connector.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=show_unseen,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def name_party(visit: Visit, participant: str) -> str:
    """Return the name of a participant; if the participant list has none, what its identifier says to people."""
    return find_name(visit.pages.directory, participant) or visit.words.party(participant)


async def name_people(visit: Visit, names: Iterable[str]) -> dict[str, str]:
    """Return the names of people by what they sign in with; of an account that is gone, there is none."""
    context = visit.users.context
    found = {name: await context.store.user(context.owner, name) for name in sorted(set(names))}
    return {name: user.person for name, user in found.items() if user}


def read_query(visit: Visit, name: str) -> str | None:
    """Return a value of the query; None if it is missing or empty."""
    return visit.request.query_params.get(name) or None


def read_start(visit: Visit, most: int) -> int:
    """Return how many entries of a list were shown before (`nach`), `most` at the most; 0 for what no page says."""
    text = read_query(visit, "nach") or ""
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
