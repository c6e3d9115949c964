"""What lasts of the identifier of an offer: the part that deployed connectors renew is dropped, nothing else."""

from base64 import b64encode

import pytest

from connector.protocol.dsp.offer_ids import drop_serial

UUID, OTHER = "8f8e2f6e-7d0e-4d0c-9d7c-0c1d2e3f4a5b", "0a1b2c3d-7d0e-4d0c-9d7c-0c1d2e3f4a5b"


def joined(*parts: str) -> str:
    return ":".join(b64encode(part.encode()).decode() for part in parts)


def test_the_serial_is_dropped_and_definition_and_dataset_last() -> None:
    assert drop_serial(joined("cd", "air", UUID)) == drop_serial(joined("cd", "air", OTHER)) == joined("cd", "air")
    assert drop_serial(joined("cd", "air", UUID)) != drop_serial(joined("cd", "noise", UUID))
    assert drop_serial(joined("cd", "air", UUID)) != drop_serial(joined("cd-2", "air", UUID))


@pytest.mark.parametrize(
    "offer_id",
    [
        "",
        "urn:offer:1",
        f"urn:uuid:{UUID}",
        joined("cd", "air"),
        joined("cd", "air", "serial-1"),
        joined("cd", "air", UUID, UUID),
        f"cd:air:{UUID}",
        f"ä:ö:{b64encode(UUID.encode()).decode()}",
    ],
)
def test_an_identifier_in_another_form_lasts_as_it_is(offer_id: str) -> None:
    assert drop_serial(offer_id) == offer_id
