"""The status lists, as they are served: signed when somebody asks, and kept until they change or grow old."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from connector.controlplane.core.context import Context
from connector.ports.entities import STATUS_ENTRIES
from connector.ports.issuer import Issuer
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.issued import StatusListDraft, StatusPlace
from connector.protocol.dcp.status_list import PURPOSES, set_bits
from connector.views.credentials import CredentialStanding

ANEW_MS = 6 * 3_600_000
"""After this time a list is signed anew, in ms."""
VALID_MS = 48 * 3_600_000
"""How long a signed list is valid, in ms. Connectors look sooner; so long may others go on without the issuer."""
MAX_KEPT = 64

_KINDS = {"bitstring": ClaimsProfile.VC20, "statuslist2021": ClaimsProfile.VC11}
_STANDINGS = dict(zip(PURPOSES, (CredentialStanding.REVOKED, CredentialStanding.SUSPENDED), strict=True))


class _SignedList(NamedTuple):
    secured: str
    ended: tuple[int, ...]
    signed_at: int


class StatusPublisher:
    """Signs the status lists of an issuer. One for a process."""

    def __init__(self, context: Context, issuer: Issuer, address: str, *, purposes: Sequence[str] = PURPOSES) -> None:
        """`address` is the base URL of the Issuer Service. A credential has an entry for each of `purposes`."""
        self._purposes = purposes
        self._context = context
        self._issuer = issuer
        self._address = address
        self._kept: OrderedDict[str, _SignedList] = OrderedDict()

    def locate(self, profile: ClaimsProfile, number: int, index: int) -> StatusPlace:
        """Return the place of a credential: its index in the lists of its profile with a number."""
        kind = next(kind for kind, each in _KINDS.items() if each is profile)
        lists = {purpose: f"{self._address}/status/{kind}/{purpose}/{number}" for purpose in self._purposes}
        return StatusPlace(lists=lists, index=index)

    async def find(self, name: str) -> str | None:
        """Return the list with a name such as `bitstring/revocation/1` (a compact JWS); None if there is none."""
        (kind, purpose, number), context = _read_name(name), self._context
        in_use = await context.store.status_list_in_use(context.owner)
        if kind not in _KINDS or purpose not in _STANDINGS or in_use is None or not 0 < number <= in_use.number:
            return None
        # What has ended is read each time, so that no revocation waits for a list that is kept, here or elsewhere.
        ended, now = await context.store.ended_indices(context.owner, number, _STANDINGS[purpose]), context.now()
        kept = self._kept.get(name)
        if kept is None or kept.ended != tuple(ended) or not 0 <= now - kept.signed_at < ANEW_MS:
            kept = _SignedList(self._sign(name, purpose, ended, now), tuple(ended), now)
            self._kept[name] = kept
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return kept.secured

    def _sign(self, name: str, purpose: str, ended: Sequence[int], now: int) -> str:
        return self._issuer.sign_status_list(
            StatusListDraft(
                profile=_KINDS[name.partition("/")[0]],
                url=f"{self._address}/status/{name}",
                issuer=self._context.participant,
                purpose=purpose,
                bits=set_bits(ended, STATUS_ENTRIES // 8),
                valid_from=now,
                valid_until=now + VALID_MS,
            )
        )


def _read_name(name: str) -> tuple[str, str, int]:
    kind, _, rest = name.partition("/")
    purpose, _, number = rest.partition("/")
    spelled = number.isascii() and number.isdecimal() and len(number) < 10 and not number.startswith("0")
    return kind, purpose, int(number) if spelled else 0
