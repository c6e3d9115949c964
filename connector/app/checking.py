"""What of the settings cannot be used, beyond the form of each value: for the start of a process and for `doctor`.

Each check says one sentence that names its setting. The start refuses the first; `doctor` says all of them.
"""

import itertools
import ssl
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path

from connector.app.accounts.logins import build_client
from connector.app.accounts.mail import build_server
from connector.app.accounts.secrets import check_secrets
from connector.app.identities import MECHANISMS, list_participants, read_accepted, read_trust_profile
from connector.identity.files import FileFault, read_bounded
from connector.net.addresses import NetPolicy, net_policy
from connector.net.tls import client_context
from connector.settings import LISTED_MECHANISMS, Mode, Settings, SettingsError
from connector.views.handed_in import HandedInFault

SECRET_FILE_BYTES = 4096
_EVERYWHERE = frozenset({"0.0.0.0", "::", "[::]"})  # noqa: S104 - compared, and never listened on
_HERE = "127.0.0.1"


def check_settings(settings: Settings, *, is_broker: bool) -> None:
    """Check what a process needs at its start. Raises SettingsError."""
    for fault in list_faults(settings, is_broker=is_broker):
        raise fault


def list_faults(settings: Settings, *, is_broker: bool) -> Iterator[SettingsError]:
    """Yield why settings cannot be used; each of them keeps a process from its start."""
    both: tuple[Callable[[Settings], object], ...] = (
        build_policy, build_anchors, check_proxies, _check_mechanism, _check_tokens, _check_accepted,
        _check_profile, _check_kit, _check_issuer,
    )  # fmt: skip
    of_connector = (_check_limits, _check_folders, _check_secret, check_secrets, build_client, build_server)
    for check in (*both, *(() if is_broker else of_connector)):
        try:
            check(settings)
        except SettingsError as fault:
            yield fault
    try:
        _check_ports(settings, is_broker=is_broker)
    except SettingsError as fault:
        yield fault


def build_policy(settings: Settings) -> NetPolicy:
    """Return the connections that the settings allow. Raises SettingsError."""
    net = settings.net
    for name in ("networks", "hosts", "plain_http"):
        try:
            net_policy(**{name: getattr(net, name)})
        except ValueError as fault:
            raise SettingsError(f"net.{name} in the settings: {fault}") from None
    return net_policy(ports=net.ports, networks=net.networks, hosts=net.hosts, plain_http=net.plain_http)


def build_anchors(settings: Settings) -> ssl.SSLContext | None:
    """Return the trust anchors that the settings name, or None for those of the system. Raises SettingsError."""
    ca = settings.net.ca
    try:
        return client_context(ca_file=ca) if ca else None
    except (OSError, ssl.SSLError):
        raise SettingsError(f"net.ca, {ca}, cannot be read as trust anchors: name a PEM file.") from None


def check_proxies(settings: Settings) -> None:
    """Check the networks of proxies. Raises SettingsError."""
    for network in settings.net.proxies:
        try:
            ip_network(network)
        except ValueError:
            reason = f"net.proxies contains {network[:100]}, which is no network: write it as 10.0.0.0/8."
            raise SettingsError(reason) from None


def _check_kit(settings: Settings) -> None:
    """Check that what the conformance kit needs is for tests only. Raises SettingsError."""
    if settings.identity.of_kit and settings.mode is not Mode.DEVELOPMENT:
        raise SettingsError(
            "identity.of_kit in the settings is for the conformance kit only: remove it, or set mode to development."
        )


def _check_issuer(settings: Settings) -> None:
    """Check that an issuer has keys that others find, and each of its types once. Raises SettingsError."""
    types = [each.type for each in settings.issuer.credentials]
    if types and settings.identity.mechanism != "dcp":
        raise SettingsError("issuer.credentials needs identity.mechanism dcp: set it, or remove the section issuer.")
    if len(set(types)) < len(types):
        raise SettingsError("issuer.credentials names a type twice: give each type one entry.")


def _check_ports(settings: Settings, *, is_broker: bool) -> None:
    second = ("broker", *(["management"] if settings.management.keys else [])) if is_broker else ("data", "management")
    listeners = [(name, getattr(settings, name)) for name in ("protocol", *second)]
    for (one, first), (other, last) in itertools.combinations(listeners, 2):
        hosts = {_HERE if entry.host == "localhost" else entry.host for entry in (first, last)}
        if first.port == last.port != 0 and (len(hosts) == 1 or hosts & _EVERYWHERE):
            reason = f"{one}.port and {other}.port are both {first.port}: give each listener a port of its own."
            raise SettingsError(reason)


def _check_mechanism(settings: Settings) -> None:
    name = settings.identity.mechanism
    if name not in MECHANISMS:
        raise SettingsError(
            f"identity.mechanism is {name[:100]}, which is unknown: use one of {', '.join(MECHANISMS)}."
        )


def _check_tokens(settings: Settings) -> None:
    name, path = settings.identity.mechanism, settings.identity.tokens
    if name in LISTED_MECHANISMS or name not in MECHANISMS:
        return
    if path is None:
        raise SettingsError(f"identity.tokens is missing: name the file of participants that `{name}` needs.")
    try:
        list_participants(settings)
    except (FileFault, HandedInFault) as fault:
        raise SettingsError(f"identity.tokens, {path}, cannot be used: {fault}") from None


def _check_accepted(settings: Settings) -> None:
    if settings.identity.mechanism in LISTED_MECHANISMS:
        read_accepted(settings)


def _check_profile(settings: Settings) -> None:
    if settings.identity.mechanism == "dcp":
        read_trust_profile(settings)


def _check_limits(settings: Settings) -> None:
    limits = settings.limits
    for least, most in (("page", "page_most"), ("retry_base_seconds", "retry_most_seconds")):
        low, high = getattr(limits, least), getattr(limits, most)
        if low > high:
            reason = f"limits.{least} is {low}, above limits.{most}, which is {high}: lower the one or raise the other."
            raise SettingsError(reason)


def _check_folders(settings: Settings) -> None:
    """Check that cleaning received data never removes offered data."""
    root, received = settings.data_root, settings.received
    if root is not None and _resolve(root).is_relative_to(_resolve(received)):
        raise SettingsError(
            f"received, {received}, contains data_root, {root}: received data is removed by and by, and needs a folder "
            "of its own."
        )


def _resolve(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links, of which another check says what is wrong
        return path.absolute()


def _check_secret(settings: Settings) -> None:
    path = settings.store.path.with_suffix(".secret")
    try:
        if path.exists():
            read_bounded(path, SECRET_FILE_BYTES, private=True)
    except OSError:
        return  # another check says that the folder cannot be read
    except FileFault as fault:
        raise SettingsError(str(fault)) from None
