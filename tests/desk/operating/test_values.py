"""Acts as the operator reads them: each kind of mark has a verb for both directions."""

import pytest

from connector.desk.operating.values import view_act, view_mark
from connector.language.catalogue import LANGUAGES, find_sentence
from connector.ports.moderation import Act, Mark, MarkKind, ModerationChange


@pytest.mark.parametrize("kind", list(MarkKind))
def test_every_kind_has_a_word_for_setting_and_taking_it_away(kind: MarkKind) -> None:
    verbs = set()
    for wanted in (True, False):
        change = ModerationChange(participant="urn:a", kind=kind, wanted=wanted, by="admin")
        seen = view_act(Act(number=1, at=0, change=change, before=None))
        assert seen.dataset is None
        verbs.add(seen.act)
        assert all(find_sentence(language, f"broker.act-{seen.act}") for language in LANGUAGES)
    assert len(verbs) == 2
    mark = Mark(participant="urn:a", dataset="", kind=kind, reason="", by="admin", at=0)
    assert (view_mark(mark).dataset, view_mark(mark).kind) == (None, kind.value)
    assert all(find_sentence(language, f"broker.mark-{kind.value}") for language in LANGUAGES)
