"""The names that the examples in the docstrings of the policy engine use without defining them.

- `DK`, `ODRL`: the namespaces. `registry`: the shipped registry; `template`: the text of a shipped template.
- `noon`, `request`, `world`: a Monday, a request to use `urn:data` by `urn:firm`, and a world without facts.
- `constraint`, `normal`: a constraint such as `odrl:count lteq 5`, as a document and in the normal form.
- `document`, `compiled`: an Agreement with one permission under such constraints, as a document and compiled.
- `load`, `push_down`, `explain`, `fold_or`, `compare_versions`, `find_ways`: functions of the engine.
"""

from typing import Any

from connector.policy.analysis.difference import compare_versions
from connector.policy.analysis.why import find_ways
from connector.policy.comparing.kleene import fold_or
from connector.policy.compiling.compile import compile_policy
from connector.policy.compiling.compiled import Compiled
from connector.policy.compiling.inheriting import push_down
from connector.policy.deciding.decide import explain
from connector.policy.model.policy import DK, ODRL, AtomicConstraint
from connector.policy.model.situation import Request, World
from connector.policy.reading.load import load
from tests.policy.support import NOON, ROOT, shipped


def constraint(text: str) -> dict[str, Any]:
    """Return `<left operand> <operator> <right operand>` as a constraint of a document."""
    left, operator, right = text.split()
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def document(*constraints: str, kind: str = "Agreement", action: str = "use", **members: Any) -> dict[str, Any]:
    """Return a policy document with one permission; `duty` becomes part of the permission."""
    permission: dict[str, Any] = {"action": action}
    if constraints:
        permission["constraint"] = [constraint(text) for text in constraints]
    if "duty" in members:
        permission["duty"] = members.pop("duty")
    head = {"@type": kind, "@id": "urn:policy", "target": "urn:data", "assigner": "urn:city", "assignee": "urn:firm"}
    return {**head, "permission": [permission], **members}


def compiled(*constraints: str, **members: Any) -> Compiled:
    """Return such a policy compiled; a prohibition wins over a permission."""
    return compile_policy(load(document(*constraints, **members)), shipped(), conflict="prohibit")


def normal(text: str) -> AtomicConstraint:
    """Return one constraint in the normal form."""
    found = compiled(text).policy.permission[0].constraint[0]
    assert isinstance(found, AtomicConstraint)
    return found


def list_names() -> dict[str, object]:
    """Return the names of the examples."""
    return {
        "DK": DK,
        "ODRL": ODRL,
        "registry": shipped(),
        "template": (ROOT / "policies/templates/delete-after-use.toml").read_text(encoding="utf-8"),
        "noon": NOON,
        "request": Request("use", "urn:data", "urn:firm", NOON),
        "world": World(),
        "constraint": constraint,
        "normal": normal,
        "document": document,
        "compiled": compiled,
        "load": load,
        "push_down": push_down,
        "explain": explain,
        "fold_or": fold_or,
        "compare_versions": compare_versions,
        "find_ways": find_ways,
    }
