"""One spelling for the policies of peers: what is certain to mean the same is read as the protocol writes it.

The members that the standard names lose the prefix of ODRL, or its full IRI; what is a list is one, and an empty one is
absent; a name that stands in an object or in a list of one stands alone; a number or truth value has its type. This is
what the policy engine reads too. Everything else stays as it is, and is judged as it is. The frame of a policy
(parties, target, time) is not spelled anew: it is compared as it stands.

Pure: standard library only.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

ODRL_PREFIXES = ("odrl:", "http://www.w3.org/ns/odrl/2/")
RULES = frozenset({"permission", "prohibition", "obligation", "duty", "remedy", "consequence"})
"""The members of policies and rules that contain rules."""
LOGICAL_OPERATORS = ("and", "andSequence", "or", "xone")

_TOP = frozenset({"permission", "prohibition", "obligation"})
_WORDS = frozenset({"action", "leftOperand"})
_INNER = RULES | _WORDS | {"target", "constraint", "operator", "rightOperand", *LOGICAL_OPERATORS}
_LISTS = RULES | {"constraint"}
_CONTAINERS = ("@list", "@set")
_MOST_DIGITS = 40


def shorten_term(term: str) -> str:
    """Return the short form of a term of ODRL; another term stays as it is.

    >>> shorten_term("odrl:permission")
    'permission'
    >>> shorten_term("odrl:http://www.w3.org/ns/odrl/2/permission")
    'http://www.w3.org/ns/odrl/2/permission'
    """
    return next((term.removeprefix(prefix) for prefix in ODRL_PREFIXES if term.startswith(prefix)), term)


def spell(policy: dict[str, Any]) -> dict[str, Any]:
    """Return the parsed JSON of a policy in the one spelling; it is not changed itself.

    A member that is there in two spellings keeps both, and the policy engine refuses it.

    >>> spell({"odrl:permission": {"action": {"@id": "odrl:use"}}, "prohibition": []})
    {'permission': [{'action': 'odrl:use'}]}
    """
    return _spell_members(policy, _TOP)


def _spell_members(value: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, entry in value.items():
        short = shorten_term(key)
        name = short if short in names and short not in value and short not in found else key
        spelled = _SPELLINGS[name](entry) if name in names and name in _SPELLINGS else entry
        if spelled != [] or name not in _LISTS:
            found[name] = spelled
    return found


def _spell_list(value: Any) -> Any:
    """Return rules or constraints as a list; what is no object and no list stays, and is refused as it is."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) and "@list" in value[0]:
        value = value[0]
    if isinstance(value, dict) and len(value) == 1:
        value = next((value[name] for name in _CONTAINERS if name in value), value)
    if isinstance(value, dict):
        return [_spell_members(value, _INNER)]
    if not isinstance(value, list):
        return value
    return [_spell_members(entry, _INNER) if isinstance(entry, dict) else entry for entry in value]


def _spell_word(value: Any) -> Any:
    """Return a name that stands in an object or in a list of one; what is no name stays."""
    word = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(word, dict) and len(word) == 1:
        word = word.get("@id", word.get("@value"))
    return word if isinstance(word, str) else value


def _spell_operator(value: Any) -> Any:
    word = _spell_word(value)
    return shorten_term(word) if isinstance(word, str) else word


def _spell_operand(value: Any) -> Any:
    return [_spell_value(entry) for entry in value] if isinstance(value, list) else _spell_value(value)


def _spell_value(value: Any) -> Any:
    """Return a number or a truth value with its type; one that is out of all measure stays, and is refused."""
    if isinstance(value, bool):
        return {"@value": "true" if value else "false", "@type": "xsd:boolean"}
    if not isinstance(value, int | float | Decimal):
        return value
    amount = Decimal(str(value))
    if not amount.is_finite() or (amount and abs(amount.adjusted()) > _MOST_DIGITS):
        return value
    text = format(amount, "f")
    return {"@value": text.rstrip("0").rstrip(".") if "." in text else text, "@type": "xsd:decimal"}


_SPELLINGS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_LISTS.union(LOGICAL_OPERATORS), _spell_list),
    **dict.fromkeys(_WORDS, _spell_word),
    "operator": _spell_operator,
    "rightOperand": _spell_operand,
}
