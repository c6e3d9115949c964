"""What a callbackAddress, an endpoint or any other URL of a peer may be: first its form, then the operator's policy.

Pure: no name is resolved here. `Pinned` in `dial` checks every resolved address with `address_fault`. The networks are
listed one by one, because `ipaddress.is_global` is True for translation prefixes and multicast.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from connector.net.errors import Blocked

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

MAX_URL = 2048

_PATH = r"(?:/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*)"
_QUERY = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*"
_URL = re.compile(
    r"(https?)://(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::([0-9]{1,5}))?" + f"({_PATH})?(?:[?]({_QUERY}))?"
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMERIC = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")  # as a last label: an IPv4 address in some spelling
_DOT_SEGMENT = re.compile(r"/(?:\.|%2[Ee]){1,2}(?=/|$)")
_HOST_PORT = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+):([0-9]{1,5}|\*)")
_DEFAULT_PORTS = {"https": 443, "http": 80}

# Never allowed by naming a host: link-local holds the metadata services of clouds, multicast reaches many.
_NEVER_BY_NAME = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fd00:ec2::254/128",
        "fe80::/10",
        "ff00::/8",
    )
)
_NOT_PUBLIC = (
    *_NEVER_BY_NAME,
    *(
        ip_network(text)
        for text in (
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "172.16.0.0/12",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20",
        )
    ),
)
_PUBLIC_V6 = IPv6Network("2000::/3")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL that has a permitted form. `host` is lower case, `port` explicit, `path` begins with `/` or is empty."""

    scheme: str
    host: str
    port: int
    path: str
    query: str | None
    literal: IPAddress | None

    @property
    def origin(self) -> str:
        """Scheme, host and port: what must agree for two URLs to belong to the same party."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL in one spelling: what is dialled is this, not the text that was given."""
        query = "" if self.query is None else f"?{self.query}"
        return f"{self.origin}{self.path}{query}"


@dataclass(frozen=True, slots=True)
class NetPolicy:
    """What may be dialled; build it with `net_policy`. The default is https to port 443 of public addresses."""

    ports: frozenset[int] = frozenset({443})
    networks: tuple[IPNetwork, ...] = ()
    hosts: frozenset[str] = frozenset()
    plain_http: frozenset[str] = frozenset()


def net_policy(
    *,
    ports: Iterable[int] = (443,),
    networks: Iterable[str] = (),
    hosts: Iterable[str] = (),
    plain_http: Iterable[str] = (),
) -> NetPolicy:
    """Build a policy from settings.

    `ports` are allowed for every host. `networks` (CIDR) are addresses that may be dialled though they are not public.
    `hosts` (`host:port` or `host:*`) may be dialled on that port even where they resolve to private or loopback
    addresses. `plain_http` (the same form) may be spoken to without TLS. Raises ValueError naming the entry at fault.
    """
    return NetPolicy(
        ports=frozenset(ports),
        networks=tuple(ip_network(text) for text in networks),
        hosts=frozenset(_host_port(text) for text in hosts),
        plain_http=frozenset(_host_port(text) for text in plain_http),
    )


def parse_url(url: str, *, query: bool = False) -> Endpoint:
    """Check the form of a URL: length, scheme, host grammar, no userinfo, no fragment, a query only where `query`.

    Raises Blocked with the reason.
    """
    if len(url) > MAX_URL:
        raise Blocked(f"The address is longer than {MAX_URL} characters.")
    match = _URL.fullmatch(url)
    if match is None:
        raise Blocked(_form_fault(url))
    scheme, host_text, port_text, path, query_text = match.groups()
    if query_text is not None and not query:
        raise Blocked("The address has a query; give one without '?'.")
    host, literal = _host(host_text.lower())
    port = int(port_text) if port_text else _DEFAULT_PORTS[scheme]
    if not 0 < port < 65536:
        raise Blocked("The port of the address is not between 1 and 65535.")
    path = path or ""
    if _DOT_SEGMENT.search(path):
        raise Blocked("The path of the address has a '.' or '..' segment.")
    return Endpoint(scheme, host, port, path, query_text, literal)


def check_url(url: str, policy: NetPolicy, *, query: bool = False) -> Endpoint:
    """Check form and policy of a URL; raises Blocked. A host name is judged again when it is resolved."""
    endpoint = parse_url(url, query=query)
    host, port = endpoint.host, endpoint.port
    if endpoint.scheme == "http" and not _is_named(host, port, policy.plain_http):
        raise Blocked(f"Plain http to {host}:{port} is not allowed; use https.")
    if (
        port not in policy.ports
        and not _is_named(host, port, policy.hosts)
        and not _is_named(host, port, policy.plain_http)
    ):
        raise Blocked(f"Port {port} is not one of those allowed for peers.")
    if endpoint.literal is not None:
        fault = address_fault(endpoint.literal, host, port, policy)
        if fault:
            raise Blocked(fault)
    return endpoint


def check_callback(url: str, policy: NetPolicy, home: str) -> Endpoint:
    """Check a callbackAddress: form, policy, and that it has the origin of `home`, its sender's listed address.

    Raises Blocked.
    """
    endpoint = check_url(url, policy)
    if endpoint.origin != parse_url(home).origin:
        raise Blocked("The callback address is not at the origin that the participant list has for its sender.")
    return endpoint


def address_fault(address: IPAddress, host: str, port: int, policy: NetPolicy) -> str | None:
    """Return why `address`, to which `host` resolved, must not be dialled, or None if it may be."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return f"{host} resolves to an address with a zone, which is not allowed."
        address = address.ipv4_mapped or address
    if _is_within(address, policy.networks) or _is_public(address):
        return None
    if _is_named(host, port, policy.hosts) and not _is_within(address, _NEVER_BY_NAME):
        return None
    return f"{host} resolves to {address}, which is not a public address and not on the allow-list."


def parse_address(text: str) -> IPAddress:
    """Read an address as a resolver gives it; raises ValueError."""
    return ip_address(text)


# Every message to a peer is judged anew, and most peers are at an address that was judged a moment ago.
@lru_cache(maxsize=4096)
def _is_public(address: IPAddress) -> bool:
    return not _is_within(address, _NOT_PUBLIC) and (address.version == 4 or address in _PUBLIC_V6)


def _is_within(address: IPAddress, networks: Iterable[IPNetwork]) -> bool:
    return any(address in network for network in networks)


def _is_named(host: str, port: int, entries: frozenset[str]) -> bool:
    return bool(entries) and (f"{host}:{port}" in entries or f"{host}:*" in entries)


@lru_cache(maxsize=4096)
def _host(host: str) -> tuple[str, IPAddress | None]:
    """Return the host and, where it is an address, that; `127.1`, `0x7f.1` or `2130706433` are refused, not guessed."""
    try:
        if host.startswith("["):
            literal: IPAddress = IPv6Address(host[1:-1])
            return str(literal), literal
        if _NUMERIC.fullmatch(host.rpartition(".")[2]):
            literal = IPv4Address(host)
            return str(literal), literal
    except ValueError:
        raise Blocked("The host of the address is not an IP address in its usual form.") from None
    if not _NAME.fullmatch(host):
        raise Blocked("The host of the address is not a host name (letters, digits and hyphens between dots).")
    return host, None


def _host_port(text: str) -> str:
    match = _HOST_PORT.fullmatch(text.lower())
    if match is None:
        raise ValueError(f"'{text}' is not of the form host:port or host:*.")
    try:
        host, _ = _host(match[1])
    except Blocked as fault:
        raise ValueError(f"'{text}' is not of the form host:port: {fault.reason}") from None
    return f"{host}:{match[2]}"


def _form_fault(url: str) -> str:
    """Say what is wrong with a URL that has not the permitted form."""
    authority = re.split(r"[/?#\\]", url.partition("://")[2], maxsplit=1)[0]
    if not url.startswith(("https://", "http://")):
        return "The address does not begin with https://."
    if "@" in authority:
        return "The address has a user name in it."
    if "#" in url:
        return "The address has a fragment ('#')."
    return "The address is not a URL of plain ASCII characters with a host, an optional port and a path."
