"""Messages to webhooks, against the example of the standard and a receiver's own computation."""

import base64
import hmac
import json
from datetime import UTC, datetime

from connector.protocol.webhooks import sign, sign_message, write_secret

KEY = b"k" * 32
AT = datetime(2026, 7, 1, 12, 0, 0, 999_000, tzinfo=UTC)


def test_the_example_of_the_standard_has_its_signature() -> None:
    secret, named = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    made = sign(secret, named, "1614265330", b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_can_check_identifier_time_and_body() -> None:
    message = sign_message(write_secret(KEY), "m-1", "x.new", {"a": "ü"}, AT)
    headers = message.headers
    signed = b"m-1." + headers["webhook-timestamp"].encode() + b"." + message.body
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(hmac.digest(KEY, signed, 'sha256')).decode()}"
    assert headers["webhook-timestamp"] == str(int(AT.timestamp()))
    assert json.loads(message.body) == {"type": "x.new", "timestamp": "2026-07-01T12:00:00.999000Z", "data": {"a": "ü"}}
