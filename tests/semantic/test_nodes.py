"""The forms of JSON-LD: one policy expanded, flattened or compacted by any context is one policy."""

import json
from random import Random
from typing import Any

import pytest
from pyld import jsonld  # type: ignore[import-untyped]  # it has no stubs

from connector.controlplane.judging.policy_input import compact, write_wire
from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import ODRL
from connector.semantic.contexts import load_context
from tests.policy.generate import document
from tests.policy.spellings import CONTEXT, PLAIN
from tests.policy.support import shipped

Json = dict[str, Any]
ODRL_CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
TERMS = CONTEXT | {name: {"@id": f"odrl:{name}", "@type": "@vocab"} for name in ("conflict",)}
TERMS |= {"assignee": {"@id": "odrl:assignee", "@type": "@id"}}
THEIRS = {"darf": ODRL + "permission", "wenn": {"@id": ODRL + "constraint", "@container": "@set"}, "o": ODRL}
RULES = ("permission", "prohibition", "obligation")


def sort(value: Any) -> Any:
    """Write every set of a policy in one order: RDF has none, and a processor may change it."""
    if isinstance(value, dict):
        return {name: sort(entry) for name, entry in value.items()}
    return sorted(map(sort, value), key=str) if isinstance(value, list) else value


def wire(policy: Json) -> Json:
    written = write_wire(policy, shipped())
    return {name: sort(entry) for name, entry in written.items() if name in RULES}


def list_forms(policy: Json) -> dict[str, Any]:
    """Return the forms of JSON-LD of a policy under the context of the tests."""
    expanded, flattened = jsonld.expand(policy), jsonld.flatten(policy)
    standard = load_context(ODRL_CONTEXT)["@context"]
    return {
        "expanded": {"@graph": expanded},
        "flattened": {"@graph": flattened},
        "flattened backwards": {"@graph": flattened[::-1]},
        "flattened and compacted": jsonld.flatten(policy, TERMS),
        "compacted": jsonld.compact(expanded, TERMS),
        "compacted to a graph": jsonld.compact(expanded, TERMS, {"graph": True}),
        "compacted by names of their own": jsonld.compact(flattened, THEIRS),
        "compacted by the standard": {**jsonld.compact(expanded, standard), "@context": ODRL_CONTEXT},
        "flattened by the standard": {**jsonld.flatten(policy, standard), "@context": ODRL_CONTEXT},
    }


def refused(policy: Json) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        compact(policy)
    assert caught.value.sentence.endswith(".")
    return caught.value


@pytest.mark.parametrize("seed", range(40))
def test_every_form_of_one_policy_is_written_alike(seed: int) -> None:
    drawn = json.loads(json.dumps(document(Random(seed))).replace("urn:shelf", "urn:a"))
    policy = {**drawn, "@type": "Offer", "@context": TERMS}
    expected = wire(policy)
    for name, form in list_forms(policy).items():
        assert wire(form) == expected, name


def test_a_policy_alone_in_an_array_or_graph_is_that_policy() -> None:
    assert compact({"@graph": [PLAIN]}) == PLAIN


NODES: list[Json] = jsonld.flatten({**PLAIN, "@context": CONTEXT})
OTHER: Json = {"@id": "urn:x:other", "@type": [ODRL + "Offer"], ODRL + "permission": [{"@id": "_:b1"}]}


def test_several_policies_are_refused_with_their_number() -> None:
    fault = refused({"@graph": [*NODES, OTHER]})
    assert (fault.code, "2 policies" in fault.sentence) == ("no-policy", True)
    assert "2 policies" in refused({"@context": CONTEXT, "@graph": [PLAIN, {**PLAIN, "@id": "urn:x:p"}]}).sentence


def test_a_document_without_a_policy_is_refused() -> None:
    assert refused({"@graph": []}).code == "no-policy"
    things = [{"@id": f"urn:x:{name}", ODRL + "source": [{"@id": "urn:x:s"}]} for name in "ab"]
    assert refused({"@graph": things}).code == "no-policy"


def test_what_is_said_of_something_else_is_refused_by_its_name() -> None:
    fault = refused({"@graph": [*NODES, {"@id": "urn:x:rest", ODRL + "action": [{"@id": ODRL + "use"}]}]})
    assert (fault.code, "urn:x:rest" in fault.sentence) == ("not-the-policy", True)
    assert refused({"@graph": [*NODES, {ODRL + "action": [{"@id": ODRL + "use"}]}]}).code == "not-the-policy"


def test_nodes_in_a_circle_end_with_a_sentence() -> None:
    circle = [
        {"@id": "urn:p", "@type": [ODRL + "Set"], ODRL + "permission": [{"@id": "_:r"}]},
        {"@id": "_:r", ODRL + "action": [{"@id": ODRL + "use"}], ODRL + "duty": [{"@id": "_:d"}]},
        {"@id": "_:d", ODRL + "action": [{"@id": ODRL + "inform"}], ODRL + "consequence": [{"@id": "_:d"}]},
    ]
    assert refused({"@graph": circle}).code == "circle"


def test_references_that_multiply_stay_bounded() -> None:
    rungs = [
        {
            "@id": f"urn:c:{place}",
            ODRL + "and": [{"@id": f"urn:c:{place + 1}"}, {"@list": [{"@id": f"urn:c:{place + 1}"}]}],
        }
        for place in range(30)
    ]
    last = {"@id": "urn:c:30", ODRL + "leftOperand": [{"@id": ODRL + "count"}]}
    rule = {"@id": "_:r", ODRL + "action": [{"@id": ODRL + "use"}], ODRL + "constraint": [{"@id": "urn:c:0"}]}
    policy = {"@id": "urn:p", "@type": [ODRL + "Set"], ODRL + "permission": [{"@id": "_:r"}]}
    assert refused({"@graph": [policy, rule, *rungs, last]}).code in {"too-large", "too-deep"}
