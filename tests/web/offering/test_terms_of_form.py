"""The terms of a form: what was written, else the template; in one form, whatever a document looked like."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.library import operands
from connector.policy.model.errors import PolicyError
from connector.web.offering.terms_of_form import find_policy, normalise, write_document, write_policy
from tests.web.offering.test_answers import make_form

REGISTRY = operands()


def test_written_sentences_count_before_the_template() -> None:
    form = make_form(vorlage="downloads")
    assert "odrl:count" in str(write_policy(form))
    written = msgspec.structs.replace(form, policy=b'{"permission": []}')
    assert write_policy(written) == {"permission": []}


def test_a_template_with_a_missing_parameter_has_no_policy_yet() -> None:
    assert find_policy(make_form(vorlage="paid")) is None
    with pytest.raises(Invalid):
        write_policy(make_form(vorlage="paid"))


@pytest.mark.parametrize(
    "policy",
    [
        {"permission": [{"action": "use"}]},
        {
            "@context": "http://www.w3.org/ns/odrl.jsonld",
            "@type": "Offer",
            "uid": "urn:x",
            "permission": {"action": "use"},
        },
        {"odrl:permission": [{"odrl:action": "odrl:use"}]},
    ],
)
def test_a_document_is_edited_in_one_form(policy: dict[str, Any]) -> None:
    assert normalise(policy)["permission"] == [{"action": "use"}]
    assert normalise(normalise(policy)) == normalise(policy)


def test_what_is_no_policy_is_refused() -> None:
    with pytest.raises(PolicyError):
        normalise({"permission": 7})
    with pytest.raises(Invalid):
        write_document(REGISTRY, {"permission": 7})
