"""Remarks are placed at the innermost line that is shown."""

from connector.controlplane.judging.library import operands
from connector.controlplane.usecases.policies import TranslatedRemark
from connector.web.frame.wording import PageWords
from connector.web.sentences.lines import list_lines
from connector.web.sentences.remarks import place_remarks

REGISTRY = operands()
WORDS = PageWords("de", REGISTRY.zone)


def _remark(rule: str) -> TranslatedRemark:
    return TranslatedRemark("error", "code", rule, {"de": f"Fehler {rule}", "en": f"Error {rule}"})


def test_a_remark_stands_at_the_innermost_line_above_its_place() -> None:
    policy = {"permission": [{"action": "use", "constraint": [
        {"leftOperand": "purpose", "operator": "isA", "rightOperand": "x"}
    ]}]}  # fmt: skip
    lines = list_lines(REGISTRY, WORDS, policy)
    places = ("permission/0/constraint/0/rightOperand", "permission/0/duty/5", "", "obligation/0")
    placed = place_remarks(WORDS, lines, [_remark(place) for place in places])
    assert {path: len(found) for path, found in placed.items()} == {
        "permission.0.constraint.0": 1, "permission.0": 1, "": 2,
    }  # fmt: skip
