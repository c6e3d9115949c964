"""What a peer has acknowledged is known at once, and belongs to one stored version of the process."""

import msgspec

from connector.controlplane.core.acknowledged import Acknowledgements
from tests.controlplane.processes.bargain import requested, terms

STORED = requested(terms("dpv:Marketing"), version=3)
KNOWN = msgspec.structs.replace(STORED, state="AGREED")


def test_the_stored_version_is_known_as_acknowledged() -> None:
    kept = Acknowledgements()
    kept.keep(STORED, KNOWN, "acknowledged")
    assert kept.apply(STORED) is KNOWN
    assert kept.apply(None) is None


def test_a_later_version_replaces_what_is_kept() -> None:
    kept = Acknowledgements()
    kept.keep(STORED, KNOWN, "acknowledged")
    later = msgspec.structs.replace(STORED, version=4)
    assert kept.apply(later) is later
    assert kept.apply(STORED) is STORED, "nothing is kept of a process that has gone on"


def test_a_read_that_is_older_than_what_is_kept_does_not_end_it() -> None:
    kept = Acknowledgements()
    kept.keep(STORED, KNOWN, "acknowledged")
    earlier = msgspec.structs.replace(STORED, version=2)
    assert kept.apply(earlier) is earlier
    assert kept.apply(STORED) is KNOWN
    assert kept.list_kept() == [KNOWN]


def test_a_commit_ends_what_is_kept() -> None:
    kept = Acknowledgements()
    kept.keep(STORED, KNOWN, "acknowledged")
    kept.drop(STORED.id)
    assert kept.find(STORED) is None
