"""Findings of the analysis in sentences: why a policy cannot be offered, and how two policies differ.

The first sentence names the fault, the second one the remedy. Pure: standard library only.
"""

from connector.language import catalogue
from connector.language.catalogue import Language, find_sentence, read_grammar
from connector.policy.analysis.findings import Finding
from connector.policy.vocabulary.registry import Registry
from connector.policy.words.names import action_name, subject

_PARTS = frozenset({"action", "target", "assignee", "prohibition"})


def say(finding: Finding, registry: Registry, language: Language) -> str:
    """Describe a finding and its remedy.

    Parameters:
        finding: a finding of a comparison, of `lint`, or of the check that this connector can enforce the policy:
            `not-checked`, `not-stated`, `not-seen`, `no-use`, `records-missing`, `field-missing`, `level-missing`,
            `groups-missing`, `manner-unclear`; `other` is the action.
        registry: the registry with which the policies were compiled.
        language: the language of the sentences.

    >>> say(Finding("duty-missing", other=ODRL + "delete"), registry, "en")
    'The request leaves out a duty: delete. Accept the duties of the offer.'
    """
    key = finding.code
    if key == "void":
        key = "void-replaced" if finding.other == "isReplacedBy" else "void-conflict"
    sentence = find_sentence(language, f"findings.{key}")
    if sentence is None:
        return catalogue.say(language, "findings.doubt", code=finding.other or finding.code)
    about = _about(finding, registry, language)
    sentence = sentence.format(about=f": {about}" if about else "")
    advice = find_sentence(language, f"findings.advice-{key}")
    return f"{sentence} {advice}" if advice else sentence


def name_part(name: str, registry: Registry, language: Language) -> str:
    """Return what a finding is about, in words: an operand, or a part of a rule.

    >>> name_part("action", registry, "en")
    'action'
    """
    return catalogue.say(language, f"findings.part-{name}") if name in _PARTS else subject(name, registry, language)


def _about(finding: Finding, registry: Registry, language: Language) -> str:
    names = [name_part(name, registry, language) for name in finding.operands]
    if not names and finding.other in registry.covers:
        names = [action_name(finding.other, registry, language)]
    about = read_grammar(language).join(names, catalogue.say(language, "policy.and")) if names else ""
    return f"{about} ({finding.detail})" if finding.detail else about
