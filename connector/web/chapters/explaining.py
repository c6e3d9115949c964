"""What a reader may look up on any pages: the words, who may do what, and the accessibility statement."""

from starlette.responses import Response

from connector.ports.entities import UserRole
from connector.web.frame.origin import split_address
from connector.web.frame.visit import Visit, find_operator, render

HELP, ACCESSIBILITY = "/hilfe", "/barrierefreiheit"
WORDS = ("space", "offer", "terms", "agreement", "delivery", "fresh")
OWN_WORDS = (*WORDS, "purpose", "class", "release", "need", "consent", "proof")
"""The words of the pages of a broker, and of those of a participant."""
WAYS = ("offer", "get", "decide")
_LONGEST_ADDRESS = 2000
QUESTIONS = ("citizen", "join")
"""What somebody asks who is not a participant."""
PARTS = ("scope", "state", "limits", "made", "report", "enforce")

LIMITS = ("language", "maps", "easy", "files")


async def show_help(visit: Visit) -> Response:
    """Explain the words; on the pages of a participant, the ways to go and the roles too."""
    return render(
        visit,
        "help.html",
        words=WORDS if visit.public else OWN_WORDS,
        ways=() if visit.public else WAYS,
        roles=() if visit.public else tuple(UserRole),
        questions=QUESTIONS if visit.public else (),
        operator=find_operator(visit, visit.words.say("sharing.help-join")) if visit.public else "",
        canonical=_name(visit, HELP),
    )


async def show_accessibility(visit: Visit) -> Response:
    """Show the accessibility statement (BITV 2.0; Directive (EU) 2016/2102, Article 7)."""
    words, statements = visit.words, visit.pages.statements
    letter = words.say("sharing.accessibility-letter", page=_find_page_before(visit))
    addresses = {
        "report": find_operator(visit, words.say("sharing.accessibility-report"), letter),
        "enforce": statements.get("enforcement", ""),
    }
    return render(
        visit,
        "accessibility.html",
        parts=PARTS,
        limits=LIMITS,
        addresses=addresses,
        email=statements.get("contact", ""),
        canonical=_name(visit, ACCESSIBILITY),
    )


def _find_page_before(visit: Visit) -> str:
    """Return the address of the page of ours that a person comes from, without what its query says; empty for none."""
    here, before = visit.pages.here, split_address(visit.request.headers.get("referer", "")[:_LONGEST_ADDRESS])
    known = before.netloc.lower() in here.hosts and before.path != ACCESSIBILITY
    return here.origin + before.path if known else ""


def _name(visit: Visit, path: str) -> str:
    """Return the one address under which a page for everybody is known; empty on the pages of a participant."""
    return visit.pages.here.origin + path if visit.public else ""
