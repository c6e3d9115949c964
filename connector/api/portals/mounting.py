"""Adds the endpoints for portals to the application of the broker's API."""

from fastapi import FastAPI

from connector.api.portals import catalog, ckan, feeds, sparql
from connector.broker.describing.subject import PublicSite
from connector.ports.graph import GraphStore


def add_portals(app: FastAPI, site: PublicSite, graph: GraphStore | None = None) -> None:
    """Add the endpoints for portals: catalogue, datasets, feeds, sitemap, CKAN API and, with a graph, SPARQL."""
    app.state.site = site
    for router in (catalog.router, feeds.router, ckan.router):
        app.include_router(router)
    if graph is not None:
        app.state.sparql = sparql.make_desk(graph)
        app.include_router(sparql.router)
