"""Keys as one text: the examples of the standards are read, and no other spelling is."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.multikey import MAX_MULTIKEY, read_multikey

# The identifiers of the did:key method specification, 8, are keys of this form.
EXAMPLES = {
    "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK": ("Ed25519", 32),
    "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv": ("P-256", 33),
    "z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9": ("P-384", 49),
    "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme": ("secp256k1", 33),
}


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_of_the_standard_is_read(text: str) -> None:
    curve, content = read_multikey(text)
    assert (curve, len(content)) == EXAMPLES[text]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "z6Mk",
        "u7QGPOkYYzPGrEPyEHQrqIdjTZ-zVsXLaGTQ3RQvdTHcQ",
        "6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "z16MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doKK",
        "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2dol",
        "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc",
        "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do0",
        "z" + "2" * MAX_MULTIKEY,
    ],
    ids=["empty", "no key", "cut", "base64", "no base", "a zero before", "longer", "not base58", "X25519", "0", "long"],
)
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ClaimFault):
        read_multikey(text)


@given(some.text(max_size=MAX_MULTIKEY + 2) | some.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghij", max_size=80))
def test_noise_is_a_key_or_the_documented_error(text: str) -> None:
    with suppress(ClaimFault):
        assert read_multikey(f"z{text}").content
