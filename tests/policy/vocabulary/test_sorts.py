"""Facts take the sort of their operand."""

from decimal import Decimal

import pytest

from connector.policy.model.policy import DK, ODRL
from connector.policy.model.values import Duration, Iri, Number, Text
from connector.policy.vocabulary.sorts import coerce
from tests.policy.support import shipped


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("odrl:spatial", "https://w3id.org/dpv/loc#DE-BW", Iri("DE-BW")),
        ("odrl:purpose", "dpv:Marketing", Iri("https://w3id.org/dpv#Marketing")),
        ("dk:organisationType", "PUBLIC-body", Iri("public-body")),
        ("dk:organisationType", "club", None),
        ("dk:volume", "5", Number(Decimal(5), "http://qudt.org/vocab/unit/BYTE")),
        ("dk:dataAge", "P1D", Duration(0, 86_400_000)),
        ("dk:dataAge", "a day", None),
        ("dk:securityLevel", "high", None),
    ],
)
def test_facts_take_the_sort_of_their_operand(name: str, raw: str, expected: object) -> None:

    operand = shipped().operands[name.replace("odrl:", ODRL).replace("dk:", DK)]
    assert coerce(Text(raw), operand, shipped()) == expected
