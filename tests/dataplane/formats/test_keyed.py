import hmac

from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.formats.keyed import make_codes
from connector.ports.secret import Secret


@given(key=st.binary(min_size=1, max_size=80), texts=st.lists(st.text(st.characters()), max_size=3))
def test_a_code_is_the_one_of_the_standard_library(key: bytes, texts: list[str]) -> None:
    compute = make_codes(key)
    for text in texts:
        assert compute(text) == hmac.new(key, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def test_a_reference_computed_here_is_the_one_of_the_consent_register() -> None:
    secret = Secret(bytes(32))
    assert make_codes(secret.key_of_people("city"))("Anna Li") == secret.person("city", " Anna  Li")
