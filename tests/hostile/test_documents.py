"""The management API and the broker's, asked by schemathesis what their own OpenAPI documents allow and forbid.

Beside `test_management`, whose requests speak of what exists and so reach what lies behind the door: this one knows the
whole of JSON Schema and more ways to break it, and reads the document as generators of clients do. `OPERATIONS` sets
how many requests of either kind an operation gets by night.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any, Protocol

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.broker.test_api import Desk
from tests.hostile.test_management import furnished
from tests.pair.space import Space

BY_DAY = 3
BY_NIGHT = int(os.environ.get("OPERATIONS", "1000"))
# A client refuses a longer one.
LONGEST_URL = 60_000
CHECKS: list[Any] = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


# Who asks is known: what is tried is what is asked. `test_management` knocks without a key.
KNOWN = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})


class Asked(Protocol):
    """An application with an OpenAPI document, asked over HTTP by somebody who may do everything."""

    http: httpx.AsyncClient


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture(scope="module")
def management(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    made = runner.run(furnished(Space(tmp_path_factory.mktemp("management"))))
    made.http.headers["X-Api-Key"] = "chief"
    with pytest.MonkeyPatch.context() as patched:
        # The worker rests: nobody need wait for what is on its way.
        patched.setattr("connector.controlplane.usecases.manual_steps.PATIENCE_MS", 0)
        yield made
    runner.run(made.http.aclose())
    runner.run(made.connector.stop())


@pytest.fixture(scope="module")
def broker(runner: asyncio.Runner) -> Iterator[Asked]:
    made = Desk()
    runner.run(made.crawl())
    yield made
    runner.run(made.http.aclose())


def asked(runner: asyncio.Runner, api: Asked, count: int) -> Counter[str]:
    """Ask every operation `count` times what its document allows and as often what it forbids; count the answers."""
    document = runner.run(api.http.get("/openapi.json")).json()
    seen = Counter[str]()
    for found in schemathesis.openapi.from_dict(document, config=KNOWN).get_all_operations():
        operation = found.ok()
        _asked(runner, api, operation.as_strategy(schemathesis.GenerationMode.POSITIVE), count, seen)
        # A path is a text, and every text fits: it is not tried to break one.
        if operation.body or any(parameter.location != "path" for parameter in operation.iter_parameters()):
            try:
                _asked(runner, api, operation.as_strategy(schemathesis.GenerationMode.NEGATIVE), count, seen)
            except Unsatisfiable:
                seen["take anything"] += 1
    return seen


def _asked(runner: asyncio.Runner, api: Asked, cases: st.SearchStrategy[Any], count: int, seen: Counter[str]) -> None:
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def answered(case: schemathesis.Case) -> None:
        sent = requests.Request(**case.as_transport_kwargs(base_url=str(api.http.base_url))).prepare()
        headers = {name: value for name, value in sent.headers.items() if name != "Authorization"}
        if len(str(sent.url)) > LONGEST_URL:
            return  # no client sends it
        request = api.http.build_request(str(sent.method), str(sent.url), content=sent.body, headers=headers)
        answer = runner.run(api.http.send(request))
        # A broker that is not there, and a connector that is not ready: both say so, as the document does.
        assert answer.status_code < 500 or answer.status_code in {502, 503}, answer.text
        case.validate_response(answer, checks=CHECKS)
        seen[f"{answer.status_code // 100}xx"] += 1

    answered()


@pytest.mark.parametrize("name", ["management", "broker"])
def test_what_the_document_says_is_so(name: str, runner: asyncio.Runner, request: pytest.FixtureRequest) -> None:
    seen = asked(runner, request.getfixturevalue(name), BY_DAY)
    assert seen["2xx"] > 0
    assert seen["4xx"] > 0


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["management", "broker"])
def test_a_night_of_what_the_document_allows_and_forbids(
    name: str, runner: asyncio.Runner, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = asked(runner, request.getfixturevalue(name), BY_NIGHT)
    with capsys.disabled():
        print(f"\n{name}: {dict(sorted(seen.items()))}")
