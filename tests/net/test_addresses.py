from ipaddress import ip_address
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from connector.net.addresses import (
    MAX_URL,
    NetPolicy,
    address_fault,
    check_callback,
    check_data_address,
    check_url,
    format_origin,
    join_host,
    net_policy,
    parse_url,
)
from connector.net.client import GuardedClient
from connector.net.errors import Blocked, Unreachable
from connector.net.serving.bounds import ServingBounds
from connector.protocol.dsp.identifiers import ID_LIMIT
from connector.protocol.dsp.paths import ROUTES, join, path

PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "2a00:1450::1"]
NOT_PUBLIC = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "5f00::1",
]


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_may_be_dialled(text):
    assert address_fault(ip_address(text), "peer.example", 443, NetPolicy()) is None


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(text):
    assert address_fault(ip_address(text), "peer.example", 443, NetPolicy())


@pytest.mark.parametrize("text", ["10.1.2.3", "127.0.0.1", "192.168.7.7", "fd12::7", "::1"])
def test_naming_a_host_and_port_allows_private_addresses_there_and_nowhere_else(text):
    policy = net_policy(hosts=["Peer.example:8443"])
    assert address_fault(ip_address(text), "peer.example", 8443, policy) is None
    assert address_fault(ip_address(text), "peer.example", 443, policy)
    assert address_fault(ip_address(text), "other.example", 8443, policy)


@pytest.mark.parametrize(
    "text", ["169.254.169.254", "::ffff:169.254.169.254", "100.100.100.200", "fe80::1", "ff02::1", "0.0.0.0"]
)
def test_naming_a_host_never_opens_metadata_services_or_multicast(text):
    assert address_fault(ip_address(text), "peer.example", 80, net_policy(hosts=["peer.example:*"]))


def test_a_listed_network_may_be_dialled_also_in_its_mapped_form():
    policy = net_policy(networks=["10.20.0.0/16"])
    assert address_fault(ip_address("10.20.3.4"), "x.example", 443, policy) is None
    assert address_fault(ip_address("::ffff:10.20.3.4"), "x.example", 443, policy) is None
    assert address_fault(ip_address("10.21.3.4"), "x.example", 443, policy)


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("ftp://peer.example/", "https://"),
        ("//peer.example/", "https://"),
        ("HTTPS://peer.example/", "https://"),
        ("https://user:pw@peer.example/", "user name"),
        ("https://peer.example%40evil.example/", "plain ASCII"),
        ("https://peer.example%23.evil.example/", "plain ASCII"),
        ("https://peer.example/#x", "fragment"),
        ("https://peer.example/?x", "query"),
        ("https://peer.example\\@evil.example/", "plain ASCII"),
        ("https://peer.example/a b", "plain ASCII"),
        ("https://peer.example/a\r\nX: y", "plain ASCII"),
        ("https://peer.example/\n", "plain ASCII"),
        ("https://peer.example/%zz", "plain ASCII"),
        ("https://städte.example/", "plain ASCII"),
        ("https://peer.example:0/", "port"),
        ("https://peer.example:65536/", "port"),
        ("https://peer.example:/", "plain ASCII"),
        ("https:///x", "plain ASCII"),
        ("https://-peer.example/", "host name"),
        ("https://peer..example/", "host name"),
        ("https://peer.example./", "host name"),
        ("https://" + "a" * 64 + ".example/", "host name"),
        ("https://127.1/", "IP address"),
        ("https://2130706433/", "IP address"),
        ("https://0x7f000001/", "IP address"),
        ("https://0x7f.1/", "IP address"),
        ("https://0177.0.0.1/", "IP address"),
        ("https://127.0.0.1.1/", "IP address"),
        ("https://1.2.3.256/", "IP address"),
        ("https://[::1/", "plain ASCII"),
        ("https://[:::1]/", "IP address"),
        ("https://[fe80::1%25eth0]/", "plain ASCII"),
        ("https://peer.example/a/../b", "segment"),
        ("https://peer.example/a/%2e%2E/b", "segment"),
        ("https://peer.example/.", "segment"),
        ("https://peer.example/" + "a" * 2048, "longer"),
    ],
)
def test_a_url_of_another_form_is_refused_with_the_reason(url, part):
    with pytest.raises(Blocked) as caught:
        parse_url(url)
    assert part in caught.value.reason


def test_a_url_of_the_permitted_form_is_taken_apart():
    endpoint = parse_url("https://Peer.Example:8443/dsp/2025-1/.hidden/a..b/%2E%2Ea")
    assert (endpoint.origin, endpoint.path) == ("https://peer.example:8443", "/dsp/2025-1/.hidden/a..b/%2E%2Ea")
    assert parse_url("https://peer.example").port == 443
    assert parse_url("https://[2001:DB8:0::1]/").host == "2001:db8::1"
    assert parse_url("https://peer.example/?a=b&c=/?", query=True).query == "a=b&c=/?"
    assert parse_url("https://PEER.example/A?b=C", query=True).url == "https://peer.example:443/A?b=C"


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://[::ffff:127.0.0.1]/", "https://[::1]/", "https://169.254.169.254/latest/meta-data"],
)
def test_an_address_in_place_of_a_name_is_judged_at_once(url):
    with pytest.raises(Blocked, match="not a public address"):
        check_url(url, NetPolicy())


@pytest.mark.parametrize(
    ("url", "setting"),
    [
        ("https://peer.example:8443/", "net.ports"),
        ("http://peer.example/", "net.plain_http"),
        ("https://10.0.0.1/", "net.networks"),
    ],
)
def test_what_a_setting_refuses_names_the_setting(url, setting):
    with pytest.raises(Blocked, match=f"`{setting}`"):
        check_url(url, NetPolicy())


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://[2001:DB8:0:0:0:0:0:1]/", "https://[2001:db8::1]:443"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("https://[::ffff:93.184.216.34]", f"https://[{ip_address('::ffff:93.184.216.34')}]:443"),
    ],
)
def test_an_ipv6_address_has_one_spelling_in_brackets(url, origin):
    assert parse_url(url).origin == parse_url(origin).origin == origin
    assert join_host(parse_url(url).host, parse_url(url).port) == origin.partition("://")[2]


@pytest.mark.parametrize(
    "url",
    [
        "https://2001:db8::1/",
        "https://[2001:db8::1/",
        "https://[fe80::1%25eth0]/",
        "https://[fe80::1%eth0]/",
        "https://[v1.a]/",
        "https://[1.2.3.4]/",
        "https://[2001:db8::1]8443/",
        "https://[::1].example/",
        "https://[12345::1]/",
        "https://[1:2:3:4:5:6:7:8:9]/",
        "https://[]/",
    ],
)
def test_what_is_no_ipv6_address_in_brackets_is_refused(url):
    with pytest.raises(Blocked):
        parse_url(url)


def test_a_named_ipv6_address_is_allowed_in_each_spelling_and_at_its_port_alone():
    policy = net_policy(ports=[443], hosts=["[FD00::7]:8443"], plain_http=["[::1]:*"])
    assert check_url("https://[fd00:0::7]:8443/", policy).host == "fd00::7"
    for url in ("https://[fd00::7]/", "https://[fd00::8]:8443/", "http://[::1]:80/"):
        with pytest.raises(Blocked):
            check_url(url, policy)
    with pytest.raises(Blocked, match=r"Plain http to \[fd00::7\]:8443"):
        check_url("http://[fd00::7]:8443/", policy)
    assert check_url("http://[::1]:80/", net_policy(hosts=["[::1]:*"], plain_http=["[::1]:*"])).port == 80


@pytest.mark.parametrize("url", ["https://[::ffff:10.0.0.1]/", "https://[::ffff:a00:1]/", "https://[::10.0.0.1]/"])
def test_an_ipv4_address_inside_ipv6_is_judged_as_the_ipv4_address_and_never_by_its_name(url):
    for policy in (NetPolicy(), net_policy(hosts=["10.0.0.1:*"])):
        with pytest.raises(Blocked, match="not a public address"):
            check_url(url, policy)


def test_scheme_and_port_are_allowed_by_the_operator_alone():
    policy = net_policy(ports=[443, 8443], plain_http=["plain.example:8080"])
    assert check_url("https://peer.example:8443/", policy).port == 8443
    assert check_url("http://plain.example:8080/", policy).scheme == "http"
    for url in (
        "https://peer.example:22/",
        "http://peer.example/",
        "http://plain.example/",
        "http://plain.example:443/",
    ):
        with pytest.raises(Blocked):
            check_url(url, policy)


def test_a_callback_belongs_to_the_origin_its_sender_is_listed_with():
    policy = net_policy(ports=[443, 8443])
    home = "https://peer.example/dsp"
    assert check_callback("https://PEER.example:443/callbacks/7", policy, home).path == "/callbacks/7"
    for url in ("https://evil.example/dsp", "https://peer.example:8443/dsp", "https://peer.example.evil.example/"):
        with pytest.raises(Blocked, match="origin"):
            check_callback(url, policy, home)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/public?delete=all",
        "https://peer.example:8443/public",
        "https://data.peer.example.evil.example/",
        "https://[2606:4700::1111]/public",
    ],
)
def test_a_data_address_has_one_of_the_listed_origins_of_its_sender(url):
    policy = net_policy(ports=[443, 8443])
    listed = ["https://peer.example/dsp/2025-1", "https://data.peer.example:8443/flows"]
    assert check_data_address("https://PEER.example/public?x=1", policy, listed).path == "/public"
    assert check_data_address("https://data.peer.example:8443/a/b", policy, listed).port == 8443
    with pytest.raises(Blocked, match=r"net\.data_origins"):
        check_data_address(url, policy, listed)
    with pytest.raises(Blocked):
        check_data_address("https://peer.example/public", policy, [])


@pytest.mark.parametrize(
    "entry", ["peer.example", "peer.example:x", "127.1:80", "peer_.example:80", "http://peer.example:80"]
)
def test_an_entry_of_the_allow_list_that_could_be_misread_is_refused(entry):
    with pytest.raises(ValueError, match="not of the form"):
        net_policy(hosts=[entry])


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="htps:/@#?[]%.0123456789abxX-\\&=~ \n\t", max_size=40).map(lambda tail: "https://" + tail))
def test_what_is_accepted_is_read_the_same_by_the_library_that_dials(url):
    try:
        endpoint = parse_url(url, query=True)
    except Blocked:
        return
    read = URL(endpoint.url, encoded=True)
    assert (read.scheme, read.raw_host, read.port, read.raw_user) == (
        endpoint.scheme,
        endpoint.host,
        endpoint.port,
        None,
    )


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("::1", "https://[::1]:8443"),
        ("2001:db8::7", "https://[2001:db8::7]:8443"),
        ("a.example", "https://a.example:8443"),
    ],
)
def test_an_origin_has_an_ipv6_address_in_brackets(host, origin):
    assert format_origin("https", host, 8443) == origin
    assert parse_url(origin).origin == origin


@pytest.mark.parametrize("sign", ["a", "/", "ü", "€", "🌳"])
@pytest.mark.parametrize("route", [route for route in ROUTES if route.names_process], ids=lambda route: route.template)
async def test_every_process_that_a_peer_may_name_can_be_reached_at_every_address_it_may_have(route, sign):
    policy, bounds = net_policy(), ServingBounds()
    address = "https://peer.example/" + "a" * (MAX_URL - len("https://peer.example/"))
    check_url(address, policy)
    pid = sign * (ID_LIMIT // len(sign.encode()))
    url = join(address, path(route.kind, route.to, pid))
    asked = []

    async def send(call):
        asked.append(call.endpoint)
        raise Unreachable("nobody is there")

    with pytest.raises(Unreachable):
        await GuardedClient(policy, SimpleNamespace(send=send)).request("GET", url)
    assert len(asked[0].path) <= bounds.url


def test_an_address_that_one_policy_allows_is_judged_anew_by_the_next() -> None:
    url = "http://127.0.0.1:8080/dsp"
    open_policy = net_policy(hosts=["127.0.0.1:*"], plain_http=["127.0.0.1:*"])
    for policy, allowed in ((open_policy, True), (net_policy(), False), (open_policy, True), (NetPolicy(), False)):
        for _ in range(2):
            if allowed:
                assert check_url(url, policy).host == "127.0.0.1"
            else:
                with pytest.raises(Blocked):
                    check_url(url, policy)


def test_a_literal_and_a_name_of_the_same_text_do_not_share_a_verdict() -> None:
    policy = net_policy(networks=["fd00::/8"], ports=[443])
    assert check_url("https://[fd00::1]/dsp", policy).literal is not None
    with pytest.raises(Blocked):
        check_url("https://[fe80::1]/dsp", policy)
    assert check_url("https://fd00.example/dsp", policy).literal is None
