"""The query of a table: names are quoted, values are bound, and what a database does not have is an error."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.address.members import read_members
from connector.dataplane.address.parameters import ChosenValue, SourceParameter
from connector.dataplane.databases.query import SqlAddress, build_postgres, build_sqlite, check_query, quote_table
from connector.ports.flow import SourceError

TYPES = {"id": "int8", "na me": "text", "place": "geometry"}


def address(**more: Any) -> SqlAddress:
    return read_members({"kind": "sql", "path": "a.sqlite", "table": "public.trees", **more}, SqlAddress, "sql")


def test_a_query_has_bound_values_and_quoted_names() -> None:
    choices = {"from": ChosenValue(SourceParameter(type="integer", field="id", compare=">="), "7")}
    columns, query, values = build_postgres(address(order=["na me"]), TYPES, choices)
    assert columns == ("id", "na me", "place")
    assert values == ["7"]
    assert 't."id" >= $1::text::bigint' in query
    assert 'ORDER BY t."na me" LIMIT 1000001' in query
    assert "ST_AsGeoJSON" in query
    columns, query, bound = build_sqlite(address(columns=["id"], most_rows=5), TYPES, choices)
    assert (columns, bound) == (("id",), [7])
    assert query == 'SELECT t."id" FROM "public"."trees" AS t WHERE t."id" >= ? LIMIT 6'


@given(st.text(max_size=80))
def test_a_name_never_leaves_its_quotes(name: str) -> None:
    try:
        made = address(table=name)
        check_query(made)
    except SourceError:
        return
    assert re.fullmatch(r'"[^"]+"(\."[^"]+")?', quote_table(made.table))


@pytest.mark.parametrize("more", [{"columns": ["x"]}, {"order": ["x"]}])
def test_a_column_that_is_not_there_is_an_error(more: dict[str, Any]) -> None:
    for build in (build_postgres, build_sqlite):
        with pytest.raises(SourceError, match="no column x"):
            build(address(**more), TYPES, {})
        with pytest.raises(SourceError, match="not there"):
            build(address(), {}, {})
