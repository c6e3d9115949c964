"""The Python client of the management API: `Connector` is blocking, `AsyncConnector` asynchronous."""

from connector.client.connector import AsyncConnector as AsyncConnector
from connector.client.connector import Connector as Connector
