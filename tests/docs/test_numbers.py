"""The pages on identity state numbers: each is that of the product."""

from datetime import timedelta

import pytest

from connector.app.trust.membership import RENEWED_MS
from connector.authority import inviting, roster
from connector.authority.acts import MAX_ACTS
from connector.authority.issuing import STATUS_VALID_MS
from connector.authority.keeping import CERTIFIED, CREDENTIAL_DAYS
from connector.binding.dsp.body import BODY_LIMIT, VALUES_LIMIT
from connector.controlplane.core.due import MOST_ATTEMPTS, find_retry
from connector.controlplane.usecases.holding.requesting import LOOK_MS
from connector.identity.dcp import resolver, statuses
from connector.identity.dcp.mechanism import SHOWN_MS
from connector.identity.listing.clocks import DIFFERENCE_S
from connector.identity.roster import GRACE_MS
from connector.identity.roster import LOOK_AGAIN_MS as LIST_AGAIN_MS
from connector.identity.seals import FRESH_S
from connector.identity.tokens import LEEWAY_S, MAX_LIFETIME_S
from connector.protocol.dcp.document import MAX_DOCUMENT
from connector.protocol.dcp.issuance import MAX_MESSAGE
from connector.protocol.dcp.presentations import MAX_QUERY, MAX_RESPONSE
from connector.protocol.dcp.requests import MAX_REQUEST
from connector.protocol.dcp.status_list import MAX_BYTES
from connector.protocol.dsp.codec import DEPTH_LIMIT
from connector.protocol.seals import LONGEST_FIELD
from tests.docs.pages import ROOT

DAY_MS, HOUR_MS, KIB, MIB = 86_400_000, 3_600_000, 1024, 1024 * 1024
AUTHORITY = (
    f"signs lists and credentials for {CERTIFIED.days} days",
    f"{CERTIFIED.days} days old",
    f"({roster.DEFAULT_VALIDITY.days} days)",
    f"within {inviting.DEFAULT_VALIDITY.days} days (`--days`)",
    f"the last status list ({STATUS_VALID_MS // HOUR_MS} hours)",
    f"the next one {RENEWED_MS // DAY_MS} days before the end",
    f"the newest {MAX_ACTS:,} acts",
    f"within {LEEWAY_S} seconds of what it states",
)
ATTACKS = (
    f"{MAX_BYTES // MIB} MiB at most come out",
    f"{MAX_DOCUMENT // KIB} KiB at most are read",
    f"{MAX_RESPONSE // MIB} MiB at most is read",
    f"{BODY_LIMIT // MIB} MiB at most are read, and {VALUES_LIMIT:,} values",
    f"{DEPTH_LIMIT} levels at most",
    f"{MAX_QUERY // KIB} KiB of a query or a request, {MAX_MESSAGE // KIB} KiB of what an issuer hands over",
    f"{LONGEST_FIELD:,} characters at most",
    f"from {DIFFERENCE_S:.0f} seconds on, since tokens count within {LEEWAY_S}",
)


@pytest.mark.parametrize(("page", "said"), [("authority", AUTHORITY), ("attacks", ATTACKS)])
def test_the_numbers_of_a_page_are_those_of_the_product(page: str, said: tuple[str, ...]) -> None:
    text = " ".join((ROOT / "docs" / f"{page}.md").read_text("utf-8").split())
    assert [each for each in said if each not in text] == []


def test_what_the_pages_say_in_words_is_so_too() -> None:
    # A credential is valid for a year, and what runs goes on for a day without the authority.
    assert (CREDENTIAL_DAYS, GRACE_MS) == (365, DAY_MS)
    # A token lives for ten minutes at most, and a seal counts for five.
    assert (MAX_LIFETIME_S, FRESH_S) == (600, 300)
    # What was shown, and a status list, count for five minutes.
    assert {SHOWN_MS, statuses.FRESH_MS} == {300_000}
    # One look in ten seconds: at documents, at status lists, at the participant list.
    assert {resolver.LOOK_AGAIN_MS, statuses.LOOK_AGAIN_MS, LIST_AGAIN_MS} == {10_000}
    # A query is as large as a request may be.
    assert MAX_QUERY == MAX_REQUEST
    # The first look at a request is after a quarter of an hour, and messages to who is away are sent for about a day.
    assert timedelta(milliseconds=LOOK_MS) == timedelta(minutes=15)
    tried = sum(find_retry(attempts, 0) for attempts in range(1, MOST_ATTEMPTS))
    assert DAY_MS * 0.9 < tried < DAY_MS * 1.1
