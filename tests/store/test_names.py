"""Names of sources in order: what is found is what a walk through all of them finds."""

from hypothesis import given
from hypothesis import strategies as st

from connector.ports.broker_store import CrawlSource, Liveness
from connector.store.names import SourceNames

names = st.sampled_from(["", "Amt", "AMT", "amt für Bäume", "Straße", "STRASSE", "Zoo"])
puts = st.lists(st.tuples(st.sampled_from("abcdef"), names), max_size=20)


@given(puts, names, st.integers(0, 4))
def test_names_are_those_that_were_put_last(written: list[tuple[str, str]], wanted: str, most: int) -> None:
    kept = SourceNames()
    for participant, name in written:
        kept.put(CrawlSource(participant=participant, name=name, address="", liveness=Liveness.ONLINE))
    known = {participant: name for participant, name in dict(written).items() if name}
    alike = [one for one in sorted(known) if known[one].casefold() == wanted.casefold()]
    assert kept.find(wanted) == alike
    folded = sorted({name.casefold() for name in known.values()})
    assert [name.casefold() for name in kept.list_first(most)] == folded[:most]
