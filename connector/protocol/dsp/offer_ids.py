"""Identifiers of offers as deployed connectors write them: a new one in every answer, for the same offer.

Such an identifier has three parts, each in base64: the contract definition, the dataset and a UUID (a serial), which
alone changes. The specification demands neither that an identifier lasts nor that it has parts (Catalog Protocol).
"""

import re
from base64 import b64decode

_UUID = re.compile(rb"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def drop_serial(offer_id: str) -> str:
    """Return what lasts of an offer's identifier: all but a serial, or the whole if it has none.

    >>> drop_serial("Y2Q=:YWly:OGY4ZTJmNmUtN2QwZS00ZDBjLTlkN2MtMGMxZDJlM2Y0YTVi")
    'Y2Q=:YWly'
    >>> drop_serial("urn:offer:1")
    'urn:offer:1'
    """
    parts = offer_id.split(":")
    try:
        _definition, _dataset, serial = [b64decode(part, validate=True) for part in parts]
    except ValueError:
        return offer_id
    return ":".join(parts[:2]) if _UUID.fullmatch(serial) else offer_id
