"""Adds the portal to the application of the broker's API."""

from fastapi import FastAPI

from connector.api.portal import catalog, ckan, feeds
from connector.api.portal.frame import PortalDesk


def add_portal(app: FastAPI, desk: PortalDesk) -> None:
    """Add the endpoints of the portal: catalogue, datasets, feeds, sitemap and CKAN API."""
    app.state.portal = desk
    for router in (catalog.router, feeds.router, ckan.router):
        app.include_router(router)
