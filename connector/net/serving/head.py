"""The head of a request, gathered while it is parsed and bounded before anything is built from it (RFC 9112)."""

from urllib.parse import unquote

from connector.net.serving.bounds import ServingBounds

PIECE = 16 * 1024
_FIELD_OVERHEAD = 4
_HOST, _CODING, _COOKIE = "host", "transfer-encoding", "cookie"
_WEB = ("http://", "https://")
_USUAL = (
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-digest",
    "content-length",
    "content-type",
    "host",
    "signature",
    "signature-input",
    "agreement-digest",
    "token-digest",
    "user-agent",
)
_KNOWN = {word.encode(): name for name in _USUAL for word in (name, name.title())}
"""The usual names in both usual spellings, and what each is called."""


class HeadGatherer:
    """Gathers one head after the other. `status` is that of the refusal once the head cannot be taken, else 0.

    The parser reports a field once it is complete. What it holds before that is counted by `count_unreported`, so
    neither an endless URL nor an endless field grows.
    """

    __slots__ = ("_bounds", "_bytes", "_fields", "_raw", "_target", "headers", "open", "status")

    def __init__(self, bounds: ServingBounds) -> None:
        self._bounds = bounds
        self.begin()
        self.open = False

    def begin(self) -> None:
        """Begin the head of the next request."""
        self.open = True
        self.status = 0
        self.headers: dict[str, str] = {}
        self._target = b""
        self._bytes = self._fields = self._raw = 0

    def add_target(self, part: bytes) -> None:
        """Add a part of the request target."""
        if self.status:
            return
        if len(self._target) + len(part) > self._bounds.url:
            self.status = 414
        # The kept part names the chapter of the refusal.
        self._target = (self._target + part)[: self._bounds.url]

    def add_field(self, name: bytes, value: bytes) -> None:
        """Add a field of the head, or one behind the body, which is only counted."""
        bounds, headers = self._bounds, self.headers
        self._fields += 1
        self._bytes += len(name) + len(value) + _FIELD_OVERHEAD
        if self._fields > bounds.fields or self._bytes > bounds.head:
            self.status = self.status or 431
        if self.status or not self.open:
            return
        known = _KNOWN[name] if name in _KNOWN else name.lower().decode("latin-1")
        text = value.decode("latin-1").strip()
        if known not in headers:
            headers[known] = text
        elif known == _HOST:
            self.status = 400
        else:
            headers[known] = f"{headers[known]}{'; ' if known == _COOKIE else ', '}{text}"

    def count_unreported(self, size: int) -> None:
        """Count a piece that was parsed, at the end of which no head was complete; it can begin with an older body."""
        self._raw += size
        if not self.status and self._raw > self._bounds.head + self._bounds.url + PIECE:
            self.status = 431 if self._fields or len(self._target) < self._bounds.url else 414

    def close(self, version: str) -> None:
        """End the head: check what it needs as a whole."""
        self.open = False
        if self.status:
            return
        coding = self.headers.get(_CODING)
        if version not in {"1.0", "1.1"}:
            self.status = 505
        elif (version == "1.1" and _HOST not in self.headers) or (coding is not None and version == "1.0"):
            self.status = 400
        elif coding is not None and coding.lower() != "chunked":
            self.status = 501

    def read_target(self) -> tuple[str, str]:
        """Return the decoded path and the query, and set the status if the target has no form that is served."""
        target = self._target.decode("latin-1")
        if target[:1] != "/" and target[:8].lower().startswith(_WEB):
            rest = target.partition("://")[2]
            cut = min((at for mark in "/?" if (at := rest.find(mark)) >= 0), default=len(rest))
            target = rest[cut:] if rest[cut : cut + 1] == "/" else "/" + rest[cut:]
        elif not target.startswith("/") and target != "*":
            self.status = self.status or 400
        if "#" in target:
            self.status = self.status or 400
        path, _, query = target.partition("?")
        # The colons of an identifier are all that is encoded in nearly every path.
        path = path.replace("%3A", ":")
        return unquote(path) if "%" in path else path, query
