"""Adds the portal to the application of the broker's API."""

from fastapi import FastAPI

from connector.api.portal import catalog, ckan, feeds, sparql
from connector.api.portal.frame import PortalDesk
from connector.ports.graph import GraphStore


def add_portal(app: FastAPI, desk: PortalDesk, graph: GraphStore | None = None) -> None:
    """Add the endpoints of the portal: catalogue, datasets, feeds, sitemap, CKAN API and, with a graph, SPARQL."""
    app.state.portal = desk
    for router in (catalog.router, feeds.router, ckan.router):
        app.include_router(router)
    if graph is not None:
        app.state.sparql = sparql.make_desk(graph)
        app.include_router(sparql.router)
