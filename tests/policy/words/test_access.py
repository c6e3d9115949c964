"""What is checked at each access is told before a contract is made."""

import pytest

from connector.language.catalogue import Language
from connector.policy.words.access import list_rechecked
from connector.policy.words.card import card
from tests.policy.support import agreement, atom, build, rule

LATER = [
    atom("odrl:dateTime", "lt", "2027-01-01"),
    {"or": [atom("odrl:count", "lteq", "5"), atom("dk:paymentState", "eq", "settled")]},
    atom("odrl:purpose", "isA", "dpv:PublicBenefit"),
    atom("odrl:event", "eq", "urn:fair"),
]
PARTY = [atom("dk:role", "eq", "planner"), atom("odrl:spatial", "isPartOf", "DE"), atom("dk:securityLevel", "gteq", 2)]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Checked at each access: number of uses"), ("de", "Bei jedem Zugriff geprüft: Anzahl der Nutzungen")],
)
def test_a_card_lists_what_can_change_after_signing_not_party_or_purpose(language: Language, sentence: str) -> None:
    policy = build(agreement(rule(*PARTY, LATER[1]), prohibition=[rule(LATER[2], action="odrl:distribute")]))
    assert any(entry.startswith(sentence) for line in card(policy, language).lines for entry in line.sentences)
    assert len(list_rechecked(policy, language)) == 2
    assert list_rechecked(build(agreement(rule(*PARTY))), language) == ()
    assert len(list_rechecked(build(agreement(rule(*PARTY, *LATER))), language)) == 4
