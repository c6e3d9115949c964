"""A private key in hardware: it is made in a token, signs there, and never leaves it (PKCS #11, version 2.40)."""

import hashlib
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from connector.ports.seals import SigningUnavailable

HardwarePublicKey = EllipticCurvePublicKey | Ed25519PublicKey
_P256: Final = bytes.fromhex("06082a8648ce3d030107")
"""The name of the curve P-256 in DER (RFC 5480, 2.1.1.1)."""
_ED25519: Final = b"\x13\x0cedwards25519"
"""The name of the curve of Ed25519 in DER (PKCS #11 3.0, 2.3.5)."""


AGAIN_S: Final = 10.0
"""How long after an attempt to open a lost token the next one follows, in seconds."""
_USING: Final = threading.Lock()
"""A session does one thing at a time, and none does anything while a library begins anew."""


_PROBE: Final = b"datenkontor: does the token sign?"
"""What a token signs to show that it is there: no text that anybody verifies has this form."""
_LOST: Final = "The token does not sign ({}): is it still there?"


class HardwareFault(SigningUnavailable):
    """A token or a key in it cannot be used; the text contains no PIN."""


class PinRefused(HardwareFault):
    """A token refuses the PIN: after a few more attempts it would lock itself."""


class HardwareKey:
    """A private key in a token. `sign` gives the signature in the form of JWS (RFC 7518, 3.4; RFC 8037, 3.1).

    A token that was away is opened anew when it is back. The PIN is not tried again once the token has refused it.
    """

    def __init__(self, key: Any, public: HardwarePublicKey, find_again: Callable[[], Any]) -> None:
        """`find_again` opens the token anew and returns the same key in it; it raises HardwareFault."""
        self.public = public
        self._key = key
        self._find_again = find_again
        self._tried_at: float | None = None
        self._refused: str | None = None
        self._problem: str | None = None
        self._signed_at = time.monotonic()

    def public_key(self) -> HardwarePublicKey:
        """Return the public key."""
        return self.public

    def sign(self, content: bytes) -> bytes:
        """Return the signature of a content, made in the token; raises HardwareFault."""
        try:
            signature = self._sign(content)
        except HardwareFault as fault:
            self._problem = str(fault)
            raise
        self._problem, self._signed_at = None, time.monotonic()
        return signature

    def examine(self) -> str | None:
        """Return why the token does not sign, in one sentence; None if it does.

        If it has signed nothing for a while, it is asked for a signature that nobody sees. Asks a device: may block.
        """
        if self._problem is not None or time.monotonic() - self._signed_at >= AGAIN_S:
            with suppress(HardwareFault):
                self.sign(_PROBE)
        return self._problem

    def _sign(self, content: bytes) -> bytes:
        import pkcs11

        on_curve = isinstance(self.public, EllipticCurvePublicKey)
        mechanism = pkcs11.Mechanism.ECDSA if on_curve else pkcs11.Mechanism.EDDSA
        signed = hashlib.sha256(content).digest() if on_curve else content
        with _USING:
            try:
                return bytes(self._key.sign(signed, mechanism=mechanism))
            except pkcs11.PKCS11Error as error:
                self._open_anew(type(error).__name__)
            try:
                return bytes(self._key.sign(signed, mechanism=mechanism))
            except pkcs11.PKCS11Error as error:
                raise HardwareFault(_LOST.format(type(error).__name__)) from None

    def _open_anew(self, problem: str) -> None:
        """Find the key again, every few seconds at most; raises HardwareFault."""
        now = time.monotonic()
        if self._refused is not None:
            raise PinRefused(self._refused)
        if self._tried_at is not None and now - self._tried_at < AGAIN_S:
            raise HardwareFault(_LOST.format(problem))
        self._tried_at = now
        try:
            self._key = self._find_again()
        except PinRefused as fault:
            self._refused = str(fault)
            raise


def open_key(module: Path, token: str, label: str, pin: str) -> HardwareKey:
    """Return the private key `label` of a token, whose library is `module`; raises HardwareFault."""
    private, public = _find_key(module, token, label, pin)

    def find_again() -> Any:
        try:
            found, shown = _find_key(module, token, label, pin)
        except PinRefused:
            raise
        except HardwareFault:
            # A library knows the tokens that were there when it began.
            _begin_anew(module)
            found, shown = _find_key(module, token, label, pin)
        if shown != public:
            raise HardwareFault(f"The token {token} has another key {label} now: put the former one back, or restart.")
        return found

    return HardwareKey(private, public, find_again)


def _begin_anew(module: Path) -> None:
    import pkcs11

    try:
        pkcs11.lib(str(module)).reinitialize()
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise HardwareFault(_LOST.format(type(error).__name__)) from None


def _find_key(module: Path, token: str, label: str, pin: str) -> tuple[Any, HardwarePublicKey]:
    """Return the private key in a new session, and its public key; raises HardwareFault."""
    session = _open_session(module, token, pin, writable=False)
    import pkcs11

    try:
        private = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
        shown = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=label)
        public = _read_point(shown[pkcs11.Attribute.EC_POINT], on_curve=shown.key_type is pkcs11.KeyType.EC)
    except (pkcs11.PKCS11Error, ValueError) as error:
        raise HardwareFault(
            f"The token {token} has no usable key {label} ({type(error).__name__}): make one with `datenkontor key "
            "create`."
        ) from None
    return private, public


def create_key(module: Path, token: str, label: str, pin: str, *, on_curve: bool = True) -> HardwareKey:
    """Make a private key in a token that cannot leave it: on P-256, else Ed25519. Raises HardwareFault."""
    session = _open_session(module, token, pin, writable=True)
    import pkcs11

    attributes = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
    kind, curve = (pkcs11.KeyType.EC, _P256) if on_curve else (pkcs11.KeyType.EC_EDWARDS, _ED25519)
    try:
        if any(True for _ in session.get_objects({pkcs11.Attribute.LABEL: label})):
            raise HardwareFault(
                f"The token {token} has a key {label} already, which was not changed: use another label."
            )
        domain = session.create_domain_parameters(kind, {pkcs11.Attribute.EC_PARAMS: curve}, local=True)
        domain.generate_keypair(store=True, label=label, private_template=attributes)
    except (pkcs11.PKCS11Error, ValueError) as error:
        raise HardwareFault(f"The token {token} makes no such key ({type(error).__name__}).") from None
    finally:
        session.close()
    return open_key(module, token, label, pin)


def _read_point(point: bytes, *, on_curve: bool) -> HardwarePublicKey:
    """Return the public key of a point, which a token gives as an octet string in DER; raises ValueError."""
    bare = point[2:]
    if on_curve:
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), bare)
    return Ed25519PublicKey.from_public_bytes(bare)


def _open_session(module: Path, token: str, pin: str, *, writable: bool) -> Any:
    try:
        import pkcs11
    except ImportError:
        raise HardwareFault(
            "The library for tokens is missing: install the extra with `pip install 'datenkontor[hsm]'`."
        ) from None
    try:
        found = pkcs11.lib(str(module)).get_token(token_label=token)
        try:
            return found.open(rw=writable, user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:
            # A process signs in once, for all its sessions.
            return found.open(rw=writable)
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        refused = isinstance(error, pkcs11.PinIncorrect | pkcs11.PinInvalid | pkcs11.PinLenRange | pkcs11.PinLocked)
        raise (PinRefused if refused else HardwareFault)(
            f"The token {token} cannot be opened by {module} ({type(error).__name__}): look at its label and its PIN."
        ) from None
