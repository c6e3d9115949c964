"""Compiled policies by their bytes: a policy is compiled once, even if many offers and agreements contain it."""

import difflib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from functools import cache, partial
from threading import Lock
from typing import NamedTuple, TypeVar

import msgspec

from connector import resources
from connector.net.aside import work_aside
from connector.policy.compiling.compile import ENFORCED_HERE, compile_policy
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.claims import list_claimable
from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import Policy
from connector.policy.reading.load import load
from connector.policy.reading.purposes import list_purposes
from connector.policy.reading.templates import Template, parse
from connector.policy.vocabulary import registry
from connector.policy.vocabulary.registry import Registry
from connector.ports.actions import Executor

T = TypeVar("T")

# Bytes of documents. A compiled policy takes ten to twenty times the memory of its document.
REMEMBERED = 2 * 1024 * 1024
# Bytes of policies that are evaluated at once: it takes up to about 10 ms.
SMALL_POLICIES = 4 * 1024
NO_LABELS: Mapping[str, Mapping[str, str]] = {}
EVERY_TIER = ENFORCED_HERE | {"consumer", "organisational"}


class UnknownTemplate(Exception):
    """The template does not exist; the message names the nearest one."""


def operands(zone: tzinfo = UTC, labels: Mapping[str, Mapping[str, str]] = NO_LABELS) -> Registry:
    """Return the distributed operands that policies may use, with their taxonomies, for a provider in a zone.

    `labels` are what people call groups, roles and other values of open lists there, by value and language.
    """
    return msgspec.structs.replace(_read_operands(), zone=zone, labels=labels)


@cache
def _read_operands() -> Registry:
    """Return the distributed operands, read once: participants of one process share them, and nothing changes them."""
    terms = sorted(entry.name for entry in resources.find_path("vocab", "terms").iterdir() if entry.suffix == ".toml")
    texts = tuple(resources.read_text("vocab", "terms", name) for name in terms)
    return registry.parse(resources.read_text("policies", "operands.toml"), texts)


class _ReadPolicy(NamedTuple):
    """What is kept of a policy that was read once."""

    compiled: Compiled | PolicyError
    purposes: tuple[str, ...]


class Library:
    """Compiles policies with one operand registry, and caches the most recently used ones.

    `accept` are the tiers of enforcement that the operator allows. `executors` perform duties, by action.
    """

    def __init__(
        self,
        operands: Registry,
        accept: frozenset[str] = ENFORCED_HERE,
        *,
        executors: Mapping[str, Executor],
    ) -> None:
        self.operands = operands
        self.executors: Mapping[str, Executor] = dict(executors)
        self._accept = accept
        self.claims = list_claimable(operands)
        self._known: OrderedDict[bytes, _ReadPolicy] = OrderedDict()
        self._size = 0
        # Large policies are compiled beside the event loop.
        self._lock = Lock()

    def compile(self, document: bytes) -> Compiled | PolicyError:
        """Return the compiled policy, or the error if it cannot be accepted."""
        return self._read(document).compiled

    def list_purposes(self, document: bytes) -> tuple[str, ...]:
        """Return the purposes that a policy names, as it spells them; one that cannot be read names none."""
        return self._read(document).purposes

    def _read(self, document: bytes) -> _ReadPolicy:
        known = self._find(document)
        if known is not None:
            return known
        made = self._compile(document, self._accept)
        with self._lock:
            if document not in self._known:
                self._size += len(document)
            self._known[document] = made
            while self._size > REMEMBERED:
                forgotten, _ = self._known.popitem(last=False)
                self._size -= len(forgotten)
        return made

    async def prepare(self, document: bytes) -> Compiled | PolicyError:
        """Return what `compile` returns; a large policy is compiled beside the event loop."""
        known = self._find(document)
        return known.compiled if known is not None else await evaluate(partial(self.compile, document), document)

    def compile_readable(self, document: bytes) -> Compiled | PolicyError:
        """Return a policy compiled for a description, also if it requires a tier that is not accepted here."""
        known = self.compile(document)
        return self._compile(document, EVERY_TIER).compiled if isinstance(known, PolicyError) else known

    def _find(self, document: bytes) -> _ReadPolicy | None:
        with self._lock:
            known = self._known.get(document)
            if known is not None:
                self._known.move_to_end(document)
            return known

    def _compile(self, document: bytes, accept: frozenset[str]) -> _ReadPolicy:
        purposes: tuple[str, ...] = ()
        try:
            policy = load(document)
            purposes = list_purposes(policy)
            return _ReadPolicy(compile_policy(_fix_conflict(policy), self.operands, accept=accept), purposes)
        except PolicyError as error:
            return _ReadPolicy(error, purposes)


async def evaluate(work: Callable[[], T], *policies: bytes) -> T:
    """Return the result of `work`, which compiles or compares policies: beside the event loop if they are large.

    A message of a peer can state more than a thousand constraints, which take a tenth of a second and more.
    """
    return await work_aside(sum(map(len, policies)), work, small=SMALL_POLICIES)


def _fix_conflict(policy: Policy) -> Policy:
    """Return the policy with the conflict strategy of the wire profile: the official context drops `conflict`."""
    return policy if policy.conflict else msgspec.structs.replace(policy, conflict="prohibit")


def template_names() -> tuple[str, ...]:
    """Return the names of the distributed policy templates, sorted."""
    folder = resources.find_path("policies", "templates")
    return tuple(sorted(entry.stem for entry in folder.iterdir() if entry.suffix == ".toml"))


def template(name: str) -> Template:
    """Return a policy template. Raises UnknownTemplate."""
    names = template_names()
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(names)}."
        raise UnknownTemplate(f"Unknown template {name[:100]}: {hint}")
    return _load_template(name)


@cache
def _load_template(name: str) -> Template:
    """Return a distributed template; its file does not change while the process runs."""
    return parse(resources.read_text("policies", "templates", f"{name}.toml"))
