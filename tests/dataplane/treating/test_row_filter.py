import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import DK, AtomicConstraint
from connector.policy.model.values import Iri
from connector.ports.flow import Untreatable
from connector.ports.treatment import Records, Treatment
from tests.dataplane.records import (
    content,
    deliver,
    treated,
)

DPV = "https://w3id.org/dpv#"


AGREED = AtomicConstraint(
    left=DK + "consentStatus",
    operator="isAnyOf",
    right=(Iri(DPV + "ConsentGiven"), Iri(DPV + "RenewedConsentGiven")),
)


IN_GERMANY = AtomicConstraint(left=DK + "recordRegion", operator="isPartOf", right=(Iri("DE"),))


async def test_records_are_left_out_by_what_their_fields_say() -> None:
    regions = Records(format="csv", facts={DK + "recordRegion": "land"})
    data = b"id,land\n1,DE-BW\n2,FR\n3,\n4,Atlantis\n5,DE\n"
    only = Treatment(records=regions, rows=RowFilter(keep=(IN_GERMANY,)))
    assert await content([data], only) == b"id,land\n1,DE-BW\n5,DE\n"
    outside = Treatment(records=regions, rows=RowFilter(drop=((IN_GERMANY,),)))
    assert await content([data], outside) == b"id,land\n2,FR\n", "what is not known is left out as well"
    with pytest.raises(Untreatable, match="'land'"):
        await content([b"id\n1\n"], only)


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["", "DE", "DE-BW", "FR", "x"]), st.sampled_from(["", "given", "withdrawn"]))
    ),
    outside=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_the_records_that_leave_are_those_that_a_person_would_pick(rows: list[tuple[str, str]], outside: bool) -> None:
    states = {"given": DPV + "ConsentGiven", "withdrawn": DPV + "ConsentWithdrawn", "": ""}
    facts = {DK + "recordRegion": "land", DK + "consentStatus": "state"}
    rule = RowFilter(keep=(AGREED,), drop=((IN_GERMANY,),)) if outside else RowFilter(keep=(AGREED, IN_GERMANY))
    data = "land,state\n" + "".join(f"{land},{states[state]}\n" for land, state in rows)
    made = deliver(data.encode(), Treatment(records=Records(format="csv", facts=facts), rows=rule)).decode()
    fitting = {"FR"} if outside else {"DE", "DE-BW"}
    expected = [f"{land},{states[state]}" for land, state in rows if land in fitting and state == "given"]
    assert made.splitlines()[1:] == expected


REGION = Records(format="csv", facts={DK + "recordRegion": "land"})
NORTH = AtomicConstraint(left=DK + "recordRegion", operator="eq", right=(Iri("DE-NW"),))
NEGATIVE = [
    RowFilter(keep=(AtomicConstraint(left=NORTH.left, operator="neq", right=NORTH.right),)),
    RowFilter(keep=(AtomicConstraint(left=NORTH.left, operator="isNoneOf", right=(Iri("DE-NW"), Iri("DE-HE"))),)),
    RowFilter(drop=((NORTH,),)),
    RowFilter(drop=((AtomicConstraint(left=NORTH.left, operator="isPartOf", right=NORTH.right),),)),
]


@pytest.mark.parametrize("rows", NEGATIVE)
@pytest.mark.parametrize("written", ["de-nw", "NRW", "Nordrhein-Westfalen", "05", "DEA", "Köln"])
async def test_a_record_whose_region_is_no_term_never_passes_as_another_region(rows: RowFilter, written: str) -> None:
    treatment = Treatment(records=REGION, rows=rows)
    data = f"id,land\n1,DE-NW\n2,DE-BY\n3,{written}\n4,\n5, DE-NW \n".encode()
    async with treated([data], treatment).open({}) as found:
        assert b"".join([chunk async for chunk in found.chunks]) == b"id,land\n2,DE-BY\n"
        assert found.unread == "some", "the receiver learns that records were left out"


async def test_a_name_of_the_policy_itself_is_compared_as_it_is_written() -> None:
    own = AtomicConstraint(left=NORTH.left, operator="eq", right=(Iri("urn:district:7"),))
    data = b"id,land\n1,urn:district:7\n2,urn:district:8\n3,DE-BY\n"
    assert await content([data], Treatment(records=REGION, rows=RowFilter(keep=(own,)))) == (
        b"id,land\n1,urn:district:7\n"
    )
    # Its district may lie in Bavaria: no record is certainly another one.
    assert await content([data], Treatment(records=REGION, rows=RowFilter(drop=((own,),)))) == b"id,land\n"
