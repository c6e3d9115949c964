"""The parameters of a search are those that the broker can filter by."""

from connector.api.frame.search_parameters import SearchParameters
from connector.ports.search_index import Facet


def test_there_is_a_parameter_for_each_facet() -> None:
    assert {facet.value for facet in Facet} <= set(SearchParameters.model_fields)
    assert all(SearchParameters.model_fields[facet].default == [] for facet in Facet)
