import msgspec
import pytest

from connector.controlplane.judging.library import operands
from connector.dataplane.kinds import load_transforms
from connector.policy.vocabulary.registry import build


def test_the_transforms_are_those_of_the_registry_in_its_order() -> None:
    assert list(load_transforms(operands())) == [
        "drop",
        "convert",
        "generalise",
        "pseudonymise",
        "aggregate",
        "cohorts",
        "suppress",
    ]


def test_a_row_without_its_module_is_an_error_at_the_start() -> None:
    action = msgspec.structs.replace(operands().by_transform["drop"], iri="dk:melt", transform="melt", requires=())
    with pytest.raises(ImportError, match="melt"):
        load_transforms(build((), (action,)))
