"""Where brokers may be, and with which account."""

import pytest

from connector.dataplane.address.secrets import refuse_secret
from connector.net.own.brokers import Brokers, check_broker_url, explain_broken
from connector.ports.flow import Cause, SourceError
from tests.dataplane.world import LOOPBACK

PORTS = {"mqtt": 1883, "mqtts": 8883}


def read(name: str, server: str) -> str:
    assert server == "127.0.0.1:1883"
    return {"good": '{"user": "a", "password": "kanarie"}', "odd": '{"pass": 1}'}[name]


async def test_a_broker_has_the_usual_port_and_its_account() -> None:
    place = await Brokers(LOOPBACK, read=read).find("mqtt://127.0.0.1", PORTS, "good")
    assert (place.host, place.port, place.tls) == ("127.0.0.1", 1883, None)
    assert place.account.password == "kanarie"
    assert "kanarie" not in repr(place)


async def test_with_tls_the_certificate_has_to_prove_the_host() -> None:
    place = await Brokers(LOOPBACK, read=refuse_secret).find("mqtts://127.0.0.1:9", PORTS)
    assert place.tls is not None
    assert place.tls.check_hostname


@pytest.mark.parametrize("url", ["mqtt://10.0.0.1", "mqtt://169.254.169.254", "mqtt://[::1]:1883"])
async def test_a_network_that_is_not_allowed_is_not_used(url: str) -> None:
    with pytest.raises(SourceError, match="may not be used") as error:
        await Brokers(LOOPBACK, read=refuse_secret).find(url, PORTS)
    assert error.value.cause is Cause.NOT_ALLOWED


async def test_an_account_that_cannot_be_read_is_told_by_its_name() -> None:
    with pytest.raises(SourceError, match="odd is no account"):
        await Brokers(LOOPBACK, read=read).find("mqtt://127.0.0.1", PORTS, "odd")
    with pytest.raises(SourceError, match="good is not known"):
        await Brokers(LOOPBACK, read=refuse_secret).find("mqtt://127.0.0.1", PORTS, "good")


def test_a_url_with_a_path_or_an_account_is_refused() -> None:
    for url in ("mqtt://x/y", "mqtt://user:pw@x", "ftp://x", None):
        with pytest.raises(SourceError):
            check_broker_url(url, PORTS)


def test_the_text_of_a_peer_is_not_repeated() -> None:
    assert explain_broken(ValueError("secret")) == "the connection was closed"
    assert explain_broken(TimeoutError()) == "no answer in time"
