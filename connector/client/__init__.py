"""The Python client of the management API: `Connector` blocks, `AsyncConnector` is awaited; both do the same."""

from connector.client.connector import AsyncConnector as AsyncConnector
from connector.client.connector import Connector as Connector
