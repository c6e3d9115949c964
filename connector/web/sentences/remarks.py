"""Remarks on a policy at the lines that they are about. Pure."""

from collections.abc import Sequence

from connector.controlplane.usecases.policies import TranslatedRemark
from connector.web.frame.wording import PageWords
from connector.web.sentences.lines import SentenceLine

PlacedRemarks = dict[str, list[tuple[str, str]]]
"""The levels and the sentences of remarks, by the path of their line; those about the whole have no path."""


def place_remarks(
    words: PageWords, lines: Sequence[SentenceLine], remarks: Sequence[TranslatedRemark]
) -> PlacedRemarks:
    """Return the remarks by the path of the line that each is about: the innermost one that is shown."""
    found: PlacedRemarks = {}
    for remark in remarks:
        steps = remark.rule.split("/")
        above = [".".join(steps[:end]) for end in range(len(steps), 0, -1)]
        place = next((path for path in above if any(line.path == path for line in lines)), "")
        found.setdefault(place, []).append((remark.level, words.pick(remark.text)))
    return found
