"""`sync`: a folder is kept up to date, what is damaged in it is restored, and what a provider refuses is told."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.cli.processes.synced import STATE, claim_folder
from connector.client.delivery import name_part
from connector.client.target import write_note
from connector.protocol import dcat
from tests.cli.conftest import Cli
from tests.cli.management import CONTENT, DIGEST, Management, agreement, transfer


def test_a_folder_whose_state_cannot_be_read_is_left_alone(cli: Cli, provider: Management, tmp_path: Path) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / STATE).write_text("{")
    done = cli("sync", "data")
    assert (done.code, "delete it" in done.err) == (1, True)
    assert provider.bodies("POST", "/v1/transfers") == []


def test_agreements_that_are_over_or_of_a_provider_are_left_out(cli: Cli, provider: Management) -> None:
    ended = [agreement(state="expired"), agreement(role="provider"), agreement(finalized_at=None, state="pending")]
    provider.answer("GET", "/v1/agreements", {"items": ended, "next": None})
    assert cli("sync", "data", "--json").json["items"] == []


def state(digest: str) -> dict[str, object]:
    return {"@id": "air", "distribution": [{dcat.CHECKSUM: dcat.make_checksum(digest)}]}


def test_a_folder_is_kept_up_to_date_with_what_changed(cli: Cli, provider: Management, tmp_path: Path) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    first = cli("sync", "data", "--json")
    assert first.code == 0, first.err
    assert first.json["items"] == [{"dataset": "air", "outcome": "updated", "folder": "air"}]
    assert (tmp_path / "data" / "air" / "air.csv").read_bytes() == CONTENT
    started = len(provider.bodies("POST", "/v1/transfers"))
    assert cli("sync", "data", "--json").json["items"][0]["outcome"] == "unchanged"
    assert len(provider.bodies("POST", "/v1/transfers")) == started
    provider.answer("GET", "/v1/catalog/dataset", state("0" * 64))
    assert cli("sync", "data", "--json").json["items"][0]["outcome"] == "updated"


@pytest.mark.parametrize(("status", "code"), [(404, "no-dataset"), (409, "refused")])
def test_data_that_is_not_offered_any_more_is_transferred_under_its_agreement(
    cli: Cli, provider: Management, status: int, code: str
) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    assert cli("sync", "data").code == 0
    provider.refuse("GET", "/v1/catalog/dataset", status, code, "It is not offered.")
    for transfers in (2, 3):
        done = cli("sync", "data", "--json")
        assert (done.code, done.json["items"][0]["outcome"]) == (0, "updated")
        assert len(provider.bodies("POST", "/v1/transfers")) == transfers
    provider.answer("GET", "/v1/agreements/urn:a", agreement())
    provider.refuse("POST", "/v1/transfers", 409, "refused", "The offer is gone.")
    for _ in range(2):
        failed = cli("sync", "data")
        assert (failed.code, "The offer is gone." in failed.out) == (4, True)


def test_a_dataset_of_the_folder_without_an_agreement_is_told_until_its_folder_is_deleted(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    assert cli("sync", "data").code == 0
    provider.answer("GET", "/v1/agreements", {"items": [], "next": None})
    for _ in range(2):
        done = cli("sync", "data")
        assert (done.code, "There is no agreement on this data: delete data/air" in done.out) == (4, True)
    shutil.rmtree(tmp_path / "data" / "air")
    assert cli("sync", "data").code == 0


def test_one_run_at_a_time_keeps_a_folder(cli: Cli, provider: Management, tmp_path: Path) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    with claim_folder(tmp_path / "data"):
        busy = cli("sync", "data")
        assert (busy.code, busy.err) == (
            1,
            "datenkontor: Another process is writing data: try again when it has ended.\n",
        )
        german = cli("sync", "data", "--lang", "de").err
        assert (
            german
            == "datenkontor: Ein anderer Prozess schreibt gerade data: bitte erneut versuchen, wenn er beendet ist.\n"
        )
        assert provider.bodies("POST", "/v1/transfers") == []
        assert cli("sync", "other").code == 0
    assert cli("sync", "data").code == 0
    assert sorted(entry.name for entry in (tmp_path / "data").iterdir()) == [STATE, "air"]


def deliver(provider: Management, *paths: str) -> None:
    """Let the next deliveries have these files."""
    files = [{"path": path, "size": len(CONTENT), "sha256": DIGEST} for path in paths]
    provider.answer("GET", "/v1/transfers/urn:t/files", {"items": files, "next": None})


def test_a_folder_that_was_there_before_is_not_taken(cli: Cli, provider: Management, tmp_path: Path) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    own = tmp_path / "data" / "air" / "air.csv"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    for _ in range(2):
        done = cli("sync", "data", "--yes", "--json")
        assert (done.code, done.json["items"][0]["folder"]) == (0, "air-2")
    assert (own.read_text(), (tmp_path / "data" / "air-2" / "air.csv").read_bytes()) == ("mine", CONTENT)


def test_a_first_delivery_that_failed_keeps_its_folder(cli: Cli, provider: Management, tmp_path: Path) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    provider.answer("GET", "/v1/transfers/urn:t/content", b"")
    assert cli("sync", "data").code == 1
    assert (tmp_path / "data" / "air").is_dir()
    provider.answer("GET", "/v1/transfers/urn:t/content", CONTENT)
    assert cli("sync", "data", "--json").json["items"][0]["folder"] == "air"


def test_a_file_of_the_user_is_overwritten_only_if_that_is_confirmed(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    assert cli("sync", "data").code == 0
    own = tmp_path / "data" / "air" / "notes.csv"
    own.write_text("mine")
    provider.answer("GET", "/v1/catalog/dataset", state("0" * 64))
    deliver(provider, "air.csv", "notes.csv")
    for _ in range(2):
        done = cli("sync", "data")
        assert (done.code, "notes.csv exists and will be overwritten. Add --yes to confirm." in done.out) == (2, True)
        assert own.read_text() == "mine"
    assert (cli("sync", "data", "--yes").code, own.read_bytes()) == (0, CONTENT)
    own.write_text("mine")
    assert (cli("sync", "data").code, own.read_bytes()) == (0, CONTENT), "what was delivered is restored"
    assert own.with_name("notes.csv.changed").read_text() == "mine"


@pytest.mark.parametrize("digest", [DIGEST, "0" * 64])
def test_a_delivered_file_that_was_changed_is_kept_beside_the_one_that_replaces_it(
    cli: Cli, provider: Management, tmp_path: Path, digest: str
) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    assert cli("sync", "data").code == 0
    file = tmp_path / "data" / "air" / "air.csv"
    provider.answer("GET", "/v1/catalog/dataset", state(digest))
    for work, kept in (("first", "air.csv.changed"), ("second", "air.csv.changed-2"), ("first", None)):
        file.write_text(work)
        done = cli("sync", "data", "--json").json["items"][0]
        assert done.get("kept") == ([kept] if kept else None)
        assert (file.read_bytes(), file.with_name(kept or "air.csv.changed").read_text()) == (CONTENT, work)
    file.write_text("third")
    assert "kept: 1 (air.csv.changed-3)" in cli("sync", "data").out
    file.write_text("fourth")
    assert "kept" not in cli("sync", "data", "--yes", "--json").json["items"][0]


def test_what_an_interrupted_run_left_is_gone_once_the_dataset_is_up_to_date(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    assert cli("sync", "data").code == 0
    folder = tmp_path / "data" / "air"
    write_note(f"{folder}/", "urn:former", "urn:t")
    name_part(folder / "air.csv", "urn:former").write_bytes(b"half")
    for own in ("mine.part", "air.csv.part", ".datenkontor-mine.part"):
        (folder / own).write_text("mine")
    assert cli("sync", "data", "--json").json["items"][0]["outcome"] == "unchanged"
    left = {entry.name for entry in folder.iterdir()}
    assert left == {"air.csv", "mine.part", "air.csv.part", ".datenkontor-mine.part"}


def test_files_that_are_not_delivered_any_more_are_named_and_removed_if_that_is_wanted(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state("1" * 64))
    deliver(provider, "1.csv", "old/2.csv", "old/3.csv")
    assert cli("sync", "data").code == 0
    folder = tmp_path / "data" / "air"
    (folder / "own.csv").write_text("mine")
    provider.answer("GET", "/v1/catalog/dataset", state("0" * 64))
    deliver(provider, "1.csv")
    for outcome in ("updated", "updated"):
        done = cli("sync", "data", "--json").json["items"][0]
        assert (done["outcome"], done["former"]) == (outcome, ["old/2.csv", "old/3.csv"])
    assert "Not delivered any more: 2 (old/2.csv, old/3.csv); --delete removes" in cli("sync", "data").out
    (folder / "old" / "3.csv").write_text("edited")
    done = cli("sync", "data", "--delete", "--json").json["items"][0]
    assert (done["former"], done["removed"]) == (["old/3.csv"], ["old/2.csv"])
    (folder / "old" / "3.csv").write_bytes(CONTENT)
    assert cli("sync", "data", "--delete", "--json").json["items"][0]["removed"] == ["old/3.csv"]
    assert sorted(entry.name for entry in folder.iterdir()) == ["1.csv", "own.csv"]
    assert "former" not in cli("sync", "data", "--json").json["items"][0]


def remove(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    file.write_bytes(b"")


def change(file: Path) -> None:
    file.write_bytes(CONTENT[:-1] + b"!")


def remove_folder(file: Path) -> None:
    shutil.rmtree(file.parent)


@pytest.mark.parametrize("damage", [remove, empty, change, remove_folder])
@pytest.mark.parametrize("held", [True, False])
def test_a_file_that_is_gone_or_damaged_is_restored_without_a_use_while_the_connector_holds_it(
    cli: Cli, provider: Management, tmp_path: Path, damage: Callable[[Path], None], held: bool
) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    assert cli("sync", "data").code == 0
    file = tmp_path / "data" / "air" / "air.csv"
    damage(file)
    if not held:
        listing = {"path": "air.csv", "size": len(CONTENT), "sha256": DIGEST}
        gone = (404, {"error": {"code": "nothing-delivered", "reason": "Nothing is there."}})
        provider.answers["GET", "/v1/transfers/urn:t/files"] = [gone, (200, {"items": [listing], "next": None})]
    before = len(provider.bodies("POST", "/v1/transfers"))
    done = cli("sync", "data", "--json")
    assert done.json["items"][0]["outcome"] == ("restored" if held else "updated")
    assert file.read_bytes() == CONTENT
    assert len(provider.bodies("POST", "/v1/transfers")) == before + (not held)
    assert cli("sync", "data", "--json").json["items"][0]["outcome"] == "unchanged"


def test_each_refused_dataset_is_told_with_the_way_out_and_the_others_go_on(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    once = agreement(id="urn:used", dataset="used")
    provider.answer("GET", "/v1/agreements", {"items": [once], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    assert cli("sync", "data").code == 0
    used_up = agreement(id="urn:used", dataset="used", state="used-up")
    provider.answer("GET", "/v1/agreements", {"items": [used_up, agreement(), agreement(id="urn:b")], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state("0" * 64))
    provider.answer("GET", "/v1/agreements/urn:a", agreement())
    refusal = {"error": {"code": "refused", "reason": "The uses of the agreement are used up"}}
    provider.answers["POST", "/v1/transfers"] = [(409, refusal), (202, transfer(None))]
    done = cli("sync", "data", "--json")
    assert done.code == 4
    refused, updated = done.json["items"]
    assert (refused["dataset"], refused["outcome"], updated["outcome"]) == ("used", "refused", "updated")
    assert "used up. Ask again" in refused["reason"]
    assert "datenkontor get urn:city used --renew" in refused["reason"]


@pytest.mark.parametrize(
    "reason", ["State of the payment: expected paid; found overdue.", "The counterparty has excluded this participant."]
)
def test_a_new_agreement_is_not_advised_where_it_does_not_help(cli: Cli, provider: Management, reason: str) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/agreements/urn:a", agreement())
    provider.refuse("POST", "/v1/transfers", 409, "refused", reason)
    (item,) = cli("sync", "data", "--json").json["items"]
    assert (item["outcome"], item["reason"]) == ("refused", reason)


def test_get_under_an_agreement_that_is_used_up_names_the_way_to_another_one(cli: Cli, provider: Management) -> None:
    spent = agreement(state="used-up")
    provider.answer("GET", "/v1/agreements", {"items": [spent], "next": None})
    provider.answer("GET", "/v1/agreements/urn:a", spent)
    provider.refuse("POST", "/v1/transfers", 409, "refused", "This needs a new agreement.")
    done = cli("get", "urn:city", "air", "-o", "air.csv")
    told = "This needs a new agreement. To ask again, request a new agreement (--renew)."
    assert (done.code, told in done.err) == (4, True)
    assert "--renew" in cli("get", "urn:city", "air", "-o", "air.csv", "--lang", "de").err


def test_an_agreement_that_ended_is_told_at_each_run_until_the_folder_of_the_dataset_is_deleted(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    assert cli("sync", "data").code == 0
    provider.answer("GET", "/v1/agreements", {"items": [agreement(state="withdrawn")], "next": None})
    for _ in range(2):
        done = cli("sync", "data")
        assert (done.code, "datenkontor get urn:city air --renew" in done.out) == (4, True)
    shutil.rmtree(tmp_path / "data" / "air")
    assert cli("sync", "data", "--json").json["items"] == []


@pytest.mark.parametrize(("operand", "asked_again"), [("count", False), ("usesPerDay", True)])
def test_a_refusal_is_told_at_each_run_and_asked_again_only_if_something_may_have_changed(
    cli: Cli, provider: Management, operand: str, asked_again: bool
) -> None:
    limit = {"leftOperand": operand, "operator": "lteq", "rightOperand": 1}
    policy = {"permission": [{"action": "use", "constraint": [limit]}]}
    provider.answer("GET", "/v1/agreements", {"items": [agreement(policy=policy)], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    provider.refuse("POST", "/v1/transfers", 409, "refused", "The uses are used up.")

    def requests() -> int:
        return len(provider.bodies("POST", "/v1/transfers"))

    assert (cli("sync", "data").code, requests()) == (4, 1)
    assert (cli("sync", "data").code, requests()) == (4, 2 if asked_again else 1)
    before = requests()
    provider.answer("GET", "/v1/catalog/dataset", state("0" * 64))
    assert (cli("sync", "data").code, requests()) == (4, before + 1), "the data has changed"
    provider.answer("GET", "/v1/agreements", {"items": [agreement(id="urn:b", key="urn:peer urn:b")], "next": None})
    assert (cli("sync", "data").code, requests()) == (4, before + 2), "another agreement"


def test_data_under_an_agreement_that_is_used_up_is_not_requested_again(cli: Cli, provider: Management) -> None:
    limit = {"leftOperand": "count", "operator": "lteq", "rightOperand": 1}
    rules = {"permission": [{"action": "use", "constraint": [limit]}], "prohibition": [{"action": "distribute"}]}
    provider.answer("GET", "/v1/agreements", {"items": [agreement(policy=rules)], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    assert cli("sync", "data").code == 0
    provider.answer("GET", "/v1/agreements", {"items": [agreement(policy=rules, state="used-up")], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state("0" * 64))
    provider.refuse("POST", "/v1/transfers", 409, "refused", "The uses are used up.")
    assert [cli("sync", "data").code for _ in range(3)] == [4, 4, 4]
    assert len(provider.bodies("POST", "/v1/transfers")) == 2


def test_two_providers_of_one_identifier_have_a_folder_each(cli: Cli, provider: Management, tmp_path: Path) -> None:
    both = [agreement(), agreement(id="urn:b", counterparty="urn:other")]
    provider.answer("GET", "/v1/agreements", {"items": both, "next": None})
    provider.answer("GET", "/v1/catalog/dataset", state(DIGEST))
    assert [found["folder"] for found in cli("sync", "data", "--json").json["items"]] == ["air", "air-2"]
