"""What a reader may look up on any pages: the words, who may do what, and the accessibility statement."""

from starlette.responses import Response

from connector.ports.entities import UserRole
from connector.web.frame.visit import Visit, render

HELP, ACCESSIBILITY = "/hilfe", "/barrierefreiheit"
WORDS = ("space", "offer", "terms", "agreement", "delivery", "fresh")
OWN_WORDS = (*WORDS, "purpose", "class", "release", "need", "consent", "proof")
"""The words of the pages of a broker, and of those of a participant."""
WAYS = ("offer", "get", "decide")
PARTS = ("scope", "state", "limits", "made", "report", "enforce")

LIMITS = ("language", "maps", "easy", "files")
_ADDRESSES = {"report": "imprint", "enforce": "enforcement"}


async def show_help(visit: Visit) -> Response:
    """Explain the words; on the pages of a participant, the ways to go and the roles too."""
    return render(
        visit,
        "help.html",
        words=WORDS if visit.public else OWN_WORDS,
        ways=() if visit.public else WAYS,
        roles=() if visit.public else tuple(UserRole),
        canonical=_name(visit, HELP),
    )


async def show_accessibility(visit: Visit) -> Response:
    """Show the accessibility statement (BITV 2.0; Directive (EU) 2016/2102, Article 7)."""
    addresses = {part: visit.pages.statements.get(word) for part, word in _ADDRESSES.items()}
    canonical = _name(visit, ACCESSIBILITY)
    return render(visit, "accessibility.html", parts=PARTS, limits=LIMITS, addresses=addresses, canonical=canonical)


def _name(visit: Visit, path: str) -> str:
    """Return the one address under which a page for everybody is known; empty on the pages of a participant."""
    return visit.pages.here.origin + path if visit.public else ""
