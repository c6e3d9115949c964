"""The Python client of the management API: `Connector` is blocking, `AsyncConnector` asynchronous.

`WantedOffer` names what `get` gets; each error is a `ClientError`.
"""

from connector.client.connector import AsyncConnector as AsyncConnector
from connector.client.connector import Connector as Connector
from connector.client.frame.errors import ClientError as ClientError
from connector.client.frame.errors import Damaged as Damaged
from connector.client.frame.errors import FileThere as FileThere
from connector.client.frame.errors import InUse as InUse
from connector.client.frame.errors import InvalidRequest as InvalidRequest
from connector.client.frame.errors import KeyRefused as KeyRefused
from connector.client.frame.errors import NotFound as NotFound
from connector.client.frame.errors import NotReachable as NotReachable
from connector.client.frame.errors import PagesRepeat as PagesRepeat
from connector.client.frame.errors import PeerUnreachable as PeerUnreachable
from connector.client.frame.errors import RequestRefused as RequestRefused
from connector.client.frame.errors import StillWaiting as StillWaiting
from connector.client.get import GetResult as GetResult
from connector.client.get import WantedOffer as WantedOffer
