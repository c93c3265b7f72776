"""Small XMPP clients for tests: slixmpp over TCP, a raw websocket, BOSH. Each keeps every stanza it receives.

They do as little by themselves as possible: what a test sends is what goes out. Elements are `xml.etree` ones.
"""

from tests.clients.base import Client, RefusedError, error_of, statuses
from tests.clients.bosh import BoshClient
from tests.clients.tcp import TcpClient
from tests.clients.websocket import FramedClient

__all__ = ["BoshClient", "Client", "FramedClient", "RefusedError", "TcpClient", "error_of", "statuses"]
