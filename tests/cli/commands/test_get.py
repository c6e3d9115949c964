"""Finding and getting from the command line, against a management API at the edge of HTTP."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connector.client.delivery import name_part
from connector.language.catalogue import say
from connector.protocol import dcat
from connector.views.transfers import DeliveryView, TransferView
from tests.cli.conftest import Cli
from tests.cli.management import CONTENT, DIGEST, NOW, RESULTS, Management, agreement, negotiation, transfer


def test_a_hit_is_got_by_its_number_with_agreement_and_digest(cli: Cli, provider: Management, tmp_path: Path) -> None:
    found = cli("search", "stadt", "luft")
    assert "1   Luftqualität" in found.out
    assert provider.asked[-1].query["q"] == ["stadt luft"]
    done = cli("get", 1, "-o", "got.csv", "--json")
    assert done.code == 0, done.err
    assert (tmp_path / "got.csv").read_bytes() == CONTENT
    assert done.json["files"][0]["sha256"] == DIGEST
    assert (done.json["agreement"], done.json["transfer"]) == ("urn:a", "urn:t")
    assert provider.bodies("POST", "/v1/negotiations") == [{"participant": "urn:city", "dataset": "air"}]


def test_the_way_is_told_beside_the_result(cli: Cli, provider: Management) -> None:
    done = cli("get", "urn:city", "air", "-o", "got.csv", "--lang", "de")
    assert "verhandelt" in done.err
    assert DIGEST in done.out
    assert done.out.count("\n") == 1


def test_words_that_find_one_offer_are_enough(cli: Cli, provider: Management, tmp_path: Path) -> None:
    provider.answer("GET", "/v1/search", {"items": RESULTS[:1], "total": 1})
    assert cli("get", "luft", "stadt").code == 0
    assert (tmp_path / "air.csv").read_bytes() == CONTENT


def test_words_that_find_several_offers_show_their_numbers(cli: Cli, provider: Management) -> None:
    done = cli("get", "stadt")
    assert (done.code, "2   Baustellen" in done.out) == (2, True)
    assert cli("get", 2, "-o", "roads.json").code == 0
    assert provider.bodies("POST", "/v1/negotiations") == [{"participant": "urn:city", "dataset": "roads"}]


def test_what_nobody_offers_is_not_found(cli: Cli, provider: Management) -> None:
    provider.answer("GET", "/v1/search", {"items": [], "total": 0})
    assert cli("get", "gold").code == 3
    assert cli("get", 7).code == 3


def test_a_refusal_is_told_in_the_words_of_its_reason(cli: Cli, provider: Management, tmp_path: Path) -> None:
    refused = negotiation("TERMINATED", ended="The purpose has to be navigation.")
    provider.answer("GET", "/v1/negotiations/urn:n/wait", refused)
    done = cli("get", "urn:city", "air", "-o", "got.csv")
    assert done.code == 4
    assert "The purpose has to be navigation." in done.err
    german = cli("get", "urn:city", "air", "-o", "got.csv", "--lang", "de")
    assert german.code == 4
    assert "Die Verhandlung wurde von urn:city beendet: „The purpose has to be navigation.“" in german.err
    assert not list(tmp_path.glob("got*"))


def test_a_provider_that_asks_for_a_purpose_is_answered_with_an_option(cli: Cli, provider: Management) -> None:
    reason = f"Purpose: nothing stated. {say('de', 'reasons.remedy-purpose')}"
    provider.answer("GET", "/v1/negotiations/urn:n/wait", negotiation("TERMINATED", ended=reason))
    assert "`get --purpose`" in cli("get", "urn:city", "air", "-o", "got.csv").err
    provider.answer("GET", "/v1/negotiations/urn:n/wait", negotiation("TERMINATED", ended="No."))
    assert "--purpose" not in cli("get", "urn:city", "air", "-o", "got.csv").err


def test_a_decision_that_is_owed_is_waited_for_elsewhere(cli: Cli, provider: Management) -> None:
    provider.answer("GET", "/v1/negotiations/urn:n/wait", negotiation("REQUESTED"))
    assert cli("get", "urn:city", "air", "--timeout", 0).code == 6


def test_a_repeated_get_uses_the_agreement_and_goes_on_with_the_part(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    provider.answer("GET", "/v1/agreements", {"items": [agreement()], "next": None})
    name_part(tmp_path / "got.csv", "urn:t").write_bytes(CONTENT[:5000])
    assert cli("get", "urn:city", "air", "-o", "got.csv").code == 0
    assert (tmp_path / "got.csv").read_bytes() == CONTENT
    assert provider.bodies("POST", "/v1/negotiations") == []


OLD = b"old"


def stated(digest: str, *, name: str = "") -> dict[str, object]:
    entry = {dcat.CHECKSUM: dcat.make_checksum(digest)}
    return {"@id": "air", "distribution": [entry | ({"dct:title": name} if name else {})]}


def delivered_once() -> TransferView:
    sha256 = hashlib.sha256(OLD).hexdigest()
    return transfer("COMPLETED", delivered=DeliveryView(bytes_moved=len(OLD), size=len(OLD), sha256=sha256))


def test_a_file_that_has_not_changed_uses_nothing_and_one_that_has_is_replaced(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    (tmp_path / "got.csv").write_bytes(OLD)
    provider.answer("GET", "/v1/transfers", {"items": [delivered_once()], "next": None}, {"items": [], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", stated(DIGEST))
    done = cli("get", "urn:city", "air", "-o", "got.csv", "--if-changed")
    assert (done.code, (tmp_path / "got.csv").read_bytes()) == (0, CONTENT)
    before = len(provider.asked)
    again = cli("get", "urn:city", "air", "-o", "got.csv", "--if-changed", "--lang", "en")
    assert (again.code, again.out) == (0, "got.csv is unchanged: nothing was used.\n")
    assert {asked.path for asked in provider.asked[before:]} == {"/v1/catalog/dataset", "/v1/transfers"}


def test_a_file_that_was_not_delivered_is_replaced_only_on_demand(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    (tmp_path / "got.csv").write_bytes(b"mine")
    provider.answer("GET", "/v1/catalog/dataset", stated(DIGEST))
    asked = cli("get", "urn:city", "air", "-o", "got.csv", "--if-changed")
    assert (asked.code, "got.csv exists" in asked.err, "--yes" in asked.err) == (2, True, True)
    assert (tmp_path / "got.csv").read_bytes() == b"mine"
    assert provider.bodies("POST", "/v1/transfers") == []
    assert cli("get", "urn:city", "air", "-o", "got.csv", "--if-changed", "--yes").code == 0
    assert (tmp_path / "got.csv").read_bytes() == CONTENT


@pytest.mark.parametrize(("changed", "used"), [(NOW - timedelta(days=1), 0), (NOW + timedelta(days=1), 1)])
def test_without_a_digest_the_date_tells_whether_a_delivered_file_is_still_the_data(
    cli: Cli, provider: Management, tmp_path: Path, changed: datetime, used: int
) -> None:
    (tmp_path / "got.csv").write_bytes(OLD)
    provider.answer("GET", "/v1/transfers", {"items": [delivered_once()], "next": None}, {"items": [], "next": None})
    provider.answer("GET", "/v1/catalog/dataset", {"distribution": [{"dct:modified": dcat.make_moment(changed)}]})
    assert cli("get", "urn:city", "air", "-o", "got.csv", "--if-changed").code == 0
    assert len(provider.bodies("POST", "/v1/transfers")) == used


def test_data_of_which_nothing_is_stated_is_told_before_it_is_used(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    (tmp_path / "got.csv").write_bytes(OLD)
    provider.answer("GET", "/v1/catalog/dataset", {"distribution": [{}]})
    done = cli("get", "urn:city", "air", "-o", "got.csv", "--if-changed", "--yes")
    assert (done.code, done.err.index("neither digest nor date") < done.err.index("Agreement")) == (0, True)


COUNTED = {"permission": [{"action": "use", "constraint": [{"leftOperand": "count", "rightOperand": 3}]}]}


@pytest.mark.parametrize("gone", [True, False])
def test_no_use_of_a_limited_number_is_spent_on_data_of_which_nobody_can_tell_that_it_has_changed(
    cli: Cli, provider: Management, tmp_path: Path, gone: bool
) -> None:
    (tmp_path / "got.csv").write_bytes(OLD)
    provider.answer("GET", "/v1/transfers", {"items": [delivered_once()], "next": None})
    provider.answer("GET", "/v1/agreements", {"items": [agreement(policy=COUNTED)], "next": None})
    if gone:
        provider.refuse("GET", "/v1/catalog/dataset", 404, "no-dataset", "It is not offered.")
    else:
        provider.answer("GET", "/v1/catalog/dataset", {"distribution": [{}]})
    done = cli("get", "urn:city", "air", "-o", "got.csv", "--if-changed")
    assert (done.code, "air is not transferred: its uses are limited" in done.err) == (0, True)
    assert provider.bodies("POST", "/v1/transfers") == []
    assert (tmp_path / "got.csv").read_bytes() == OLD
    provider.refuse("GET", "/v1/catalog/dataset", 409, "refused", "This participant is excluded.")
    refused = cli("get", "urn:city", "air", "-o", "got.csv", "--if-changed")
    assert (refused.code, "This participant is excluded." in refused.err) == (4, True)


@pytest.mark.parametrize("out", [(), ("-o", "."), ("-o", "./")])
def test_a_file_in_a_folder_that_would_be_replaced_is_asked_for_before_anything_is_requested(
    cli: Cli, provider: Management, tmp_path: Path, out: tuple[str, ...]
) -> None:
    (tmp_path / "air.csv").write_bytes(b"mine")
    document = stated(DIGEST, name="air.csv")
    provider.answer("GET", "/v1/catalog/dataset", document)
    asked = cli("get", "urn:city", "air", *out)
    assert (asked.code, "air.csv exists" in asked.err) == (2, True)
    assert [one for one in provider.asked if one.method == "POST"] == []
    assert cli("get", "urn:city", "air", *out, "--yes").code == 0
    assert (tmp_path / "air.csv").read_bytes() == CONTENT


def test_several_files_for_standard_output_are_kept_and_the_way_to_them_is_told(cli: Cli, provider: Management) -> None:
    file = {"path": "air.csv", "size": len(CONTENT), "sha256": DIGEST}
    provider.answer("GET", "/v1/transfers/urn:t/files", {"items": [file, file | {"path": "b.csv"}], "next": None})
    done = cli("get", "urn:city", "air", "-o", "-")
    assert (done.code, done.out) == (2, "")
    assert "datenkontor transfer wait urn:t -o FOLDER/" in done.err


def test_a_refusal_of_an_earlier_request_is_shown_and_only_a_renewal_asks_again(
    cli: Cli, provider: Management, tmp_path: Path
) -> None:
    refused = negotiation("TERMINATED", ended="Only for research")
    provider.answer("GET", "/v1/negotiations", {"items": [refused], "next": None})
    done = cli("get", "urn:city", "air", "-o", "got.csv")
    assert (done.code, "Only for research. To ask again" in done.err, "--renew" in done.err) == (4, True, True)
    assert provider.bodies("POST", "/v1/negotiations") == []
    assert cli("get", "urn:city", "air", "-o", "got.csv", "--renew").code == 0
    assert len(provider.bodies("POST", "/v1/negotiations")) == 1


@pytest.mark.parametrize("options", [("--if-changed",), ("--if-changed", "-o", "."), ("-o", "-", "--json")])
def test_options_that_contradict_each_other_ask_for_nothing(
    cli: Cli, provider: Management, options: tuple[str, ...]
) -> None:
    assert cli("get", "urn:city", "air", *options).code == 2
    assert provider.asked == []


def test_a_purpose_is_stated_in_the_request(cli: Cli, provider: Management, tmp_path: Path) -> None:
    assert cli("get", "urn:city", "air", "-o", "got.csv", "--purpose", "dpv:Navigation").code == 0
    (asked,) = provider.bodies("POST", "/v1/negotiations")
    assert asked["purpose"] == "dpv:Navigation"


def test_values_that_the_provider_could_not_read_are_told_beside_the_saved_file(cli: Cli, provider: Management) -> None:
    told = DeliveryView(remark="The provider could not read some values.")
    provider.answer("GET", "/v1/transfers/urn:t", transfer("COMPLETED", delivered=told))
    done = cli("get", "urn:city", "air", "-o", "got.csv")
    assert done.code == 0, done.err
    assert "could not read some values" in done.err
