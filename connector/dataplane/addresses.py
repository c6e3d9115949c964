"""The addresses of the kinds of sources and sinks, as the types that check them; a new kind is one line here.

The broker of a stream has a client of its own, which is an extra: its address is no type that this module can load.
"""

from collections.abc import Mapping

import msgspec

from connector.dataplane.address.describing import AddressForm, describe_address
from connector.dataplane.databases.query import SqlAddress
from connector.dataplane.databases.target import SqlTarget
from connector.dataplane.portals.ckan import CkanAddress
from connector.dataplane.portals.ngsi_ld import NgsiLdAddress
from connector.dataplane.portals.ogcapi import OgcApiAddress
from connector.dataplane.portals.sensorthings import SensorThingsAddress
from connector.dataplane.portals.wfs import WfsAddress
from connector.dataplane.sinks.http import HttpSinkAddress
from connector.dataplane.sinks.mqtt import MqttSinkAddress
from connector.dataplane.sinks.nats import NatsSinkAddress
from connector.dataplane.sinks.s3 import S3SinkAddress
from connector.dataplane.sinks.sftp import SftpSinkAddress
from connector.dataplane.sources.http import HttpAddress
from connector.dataplane.sources.s3 import S3Address
from connector.dataplane.sources.sftp import SftpAddress

ADDRESSES: Mapping[str, type[msgspec.Struct]] = {
    "http": HttpAddress,
    "ogcapi": OgcApiAddress,
    "wfs": WfsAddress,
    "ckan": CkanAddress,
    "sensorthings": SensorThingsAddress,
    "ngsi-ld": NgsiLdAddress,
    "sftp": SftpAddress,
    "s3": S3Address,
    "sql": SqlAddress,
}

SINK_ADDRESSES: Mapping[str, type[msgspec.Struct]] = {
    "sql": SqlTarget,
    "s3": S3SinkAddress,
    "sftp": SftpSinkAddress,
    "http": HttpSinkAddress,
    "mqtt": MqttSinkAddress,
    "nats": NatsSinkAddress,
}


def describe_addresses() -> dict[str, AddressForm]:
    """Return what the address of each kind of source has in it."""
    return {kind: describe_address(kind, form) for kind, form in ADDRESSES.items()}


def describe_sinks() -> dict[str, AddressForm]:
    """Return what the address of each kind of sink has in it; `member` is what the data plane sets."""
    return {kind: describe_address(kind, form, without=("member",)) for kind, form in SINK_ADDRESSES.items()}
