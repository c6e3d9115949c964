"""Policies in files: read, and refused if they are not JSON objects."""

import json
from pathlib import Path

import pytest

from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.cli.policies.files import LARGEST_POLICY, read_policy, write_policy
from tests.cli.conftest import Cli
from tests.cli.management import Management


def test_a_policy_that_is_no_object_is_refused(cli: Cli, management: Management, here: Path) -> None:
    for content in ("[]", "{", "[" * 100_000, "\xff"):
        (here / "bad.json").write_text(content, encoding="latin-1")
        done = cli("asset", "add", "--file", "air.csv", "--policy", here / "bad.json")
        assert (done.code, done.err.count("\n")) == (2, 1)


def test_a_policy_in_an_array_of_nodes_is_read(cli: Cli, here: Path) -> None:
    odrl = "http://www.w3.org/ns/odrl/2/"
    rule = {"@id": "_:r", odrl + "action": [{"@id": odrl + "use"}]}
    policy = {"@id": "urn:p", "@type": [odrl + "Set"], odrl + "permission": [{"@id": "_:r"}]}
    (here / "flat.json").write_text(json.dumps([rule, policy]))
    assert cli("policy", "lint", here / "flat.json").code == 0
    (here / "flat.json").write_text(json.dumps([rule, policy, {**policy, "@id": "urn:other"}]))
    done = cli("policy", "lint", here / "flat.json")
    assert (done.code, "2 policies" in done.out + done.err) == (1, True)


def test_a_policy_that_is_missing_or_too_large_is_refused(cli: Cli, management: Management, tmp_path: Path) -> None:
    (tmp_path / "large.json").write_text(" " * (LARGEST_POLICY + 1))
    for name, problem in (("missing.json", "cannot be read"), ("large.json", "larger than"), (".", "cannot be read")):
        done = cli("asset", "add", "--url", "https://backend.example", "--policy", name)
        assert (done.code, problem in done.err, management.asked) == (2, True, [])


def test_a_policy_is_written_whole_and_never_unasked(tmp_path: Path) -> None:
    call = CommandCall(output=Output(json=True, lang="de"))
    policy = {"permission": [{"action": "use", "description": "Für Forschung"}]}
    write_policy(call, tmp_path / "terms.json", policy, yes=False)
    assert read_policy(tmp_path / "terms.json") == policy
    with pytest.raises(Failure, match=r"terms\.json existiert bereits und wird überschrieben\..*--yes") as asked:
        write_policy(call, tmp_path / "terms.json", {}, yes=False)
    assert asked.value.code is Code.USAGE
    write_policy(call, tmp_path / "terms.json", {}, yes=True)
    assert read_policy(tmp_path / "terms.json") == {}
    with pytest.raises(Failure, match="cannot be written"):
        write_policy(call, tmp_path / "missing/terms.json", {}, yes=False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"prohibition": [{"action": "use"}], "prohibition": []}', "the member prohibition twice"),
        ('{"permission": []}'.encode("utf-16"), "UTF-16"),
        (b'{"title": "\\ud800"}', "lone surrogate"),
        (b'{"title": "\xff"}', "not UTF-8"),
    ],
)
def test_a_policy_that_would_have_to_be_guessed_is_refused(cli: Cli, tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "terms.json").write_bytes(content)
    done = cli("policy", "lint", tmp_path / "terms.json")
    assert done.code == 2
    assert said in done.err


def test_a_byte_order_mark_is_no_part_of_a_policy(tmp_path: Path) -> None:
    (tmp_path / "terms.json").write_bytes(b"\xef\xbb\xbf{}")
    assert read_policy(tmp_path / "terms.json") == {}
