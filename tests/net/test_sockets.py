"""A closed connection that sends nothing on."""

import os
import socket

from connector.net.sockets import drop_when_closed


def test_a_connection_that_drops_is_reset_instead_of_being_sent_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        near = socket.create_connection(listening.getsockname())
        far, _ = listening.accept()
        drop_when_closed(near.fileno())
        near.close()
        with far:
            try:
                assert far.recv(1) == b"never"
            except ConnectionResetError:
                return
    raise AssertionError("the connection was closed in peace")


def test_a_descriptor_that_is_closed_is_left_alone() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    drop_when_closed(reading)
    os.close(reading)
