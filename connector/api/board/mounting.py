"""The endpoints of the board, added to those of a broker."""

from fastapi import FastAPI

from connector.api.board import needs, saved, streams, webhooks
from connector.api.board.frame import BoardDesk


def add_board(app: FastAPI, desk: BoardDesk) -> None:
    """Add the endpoints of the board to the application of a broker."""
    app.state.board = desk
    for chapter in (needs, saved, streams, webhooks):
        app.include_router(chapter.router)
