"""Every output of a broker, found by walking through the routes of its application."""

import itertools
import re
from typing import Any

from starlette.routing import BaseRoute

from connector.broker import federated
from connector.broker.describing.subject import make_path
from tests.api.operating.conftest import ROADS, OperatorWorld

# What a route needs to be asked: values for the names in its path and its query.
VALUES: dict[str, list[str]] = {
    "dataset": ["roads"],
    "participant": [ROADS],
    "q": ["stra"],
    "suffix": ["ttl", "jsonld", "rdf", "trig"],
    "number": ["0"],
    "facets": ["true"],
}
ACTIONS = ["package_list", "package_search", "organization_list", "package_show?id=roads", "status_show"]
TITLE = "Straßenbaustellen"


async def list_showing(world: OperatorWorld) -> set[str]:
    """Return the outputs that show the title of the dataset `roads`."""
    shown = set()
    answered = 0
    for path in _list_paths(world):
        answer = await world.http.get(path)
        answered += answer.status_code == 200
        if TITLE in answer.text:
            shown.add(path)
    assert answered > 15
    page = await federated.provide(world.record.view(), participant="urn:broker", address="https://broker.example")
    if TITLE.encode() in page.body:
        shown.add("the catalogue of the Dataspace Protocol")
    if await federated.provide_dataset(world.record.view(), "roads"):
        shown.add("the dataset of the Dataspace Protocol")
    return shown


def _list_paths(world: OperatorWorld) -> list[str]:
    described: dict[str, Any] = world.app.openapi()["paths"]
    paths: list[str] = []
    for path, methods in described.items():
        names = [one["name"] for one in methods.get("get", {}).get("parameters", []) if one["in"] == "query"]
        query = "&".join(f"{name}={VALUES[name][0]}" for name in names if name in VALUES and name != "participant")
        owner = f"&participant={ROADS}" if path in {"/v1/datasets", "/v1/why"} else ""
        paths += [f"{path}?{query}{owner}"] if "get" in methods else []
    hidden = {one.path for one in _list_routes(world.app.router.routes) if not getattr(one, "include_in_schema", True)}
    for path in sorted(hidden):
        paths += _fill(path)
    return paths


def _list_routes(routes: list[BaseRoute]) -> list[Any]:
    found: list[Any] = []
    for route in routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        found += _list_routes(inner) if inner else [route]
    return found


def _fill(path: str) -> list[str]:
    if path.startswith("/datasets/"):
        own = make_path(ROADS, "roads")
        return [own, *(f"{own}.{suffix}" for suffix in ("ttl", "jsonld", "rdf", "schema.json"))]
    names = re.findall(r"{(\w+)}", path)
    choices = [ACTIONS if name == "name" else VALUES[name] for name in names]
    return [path.format_map(dict(zip(names, chosen, strict=True))) for chosen in itertools.product(*choices)]
