"""Every module has a test file, and every test file of a room has a module."""

from pathlib import Path

from tests.architecture.source import ROOT, list_rooms
from tests.architecture.testmap import SMALL, count_code, find_mirrored, list_modules, list_test_files, map_tests

# Test files of a room that belong to several modules of it, each with its reason.
SUITES = {
    "web/test_texts.py": "the words that no text of a page has, and templates without texts",
    "api/chapters/test_processes.py": "what holds for negotiations, transfers and agreements alike",
    "client/test_examples.py": "the examples in the docstrings of the client",
    "dataplane/transfer/test_kept.py": "what is kept of a transfer that breaks, in both directions",
    "dataplane/transfer/test_causes.py": "what both sides learn of a source that fails",
    "app/tenants/test_isolation.py": "that no answer of one participant shows anything of another of its process",
    "app/test_full_disk.py": "a connector whose whole folder is on a full disk",
    "views/test_views.py": "what holds for every view and every order",
    "authority/test_unfinished.py": "what goes on after an authority was cut short while it was made or renewed",
    "binding/test_bad_callers.py": "what no route of the binding accepts from a caller",
    "binding/test_bad_messages.py": "what no route of the binding accepts as a message",
    "binding/dcp/test_bodies.py": "what no route about credentials accepts as a body",
    "identity/dcp/test_limits.py": "two mechanisms that verify each other while both are at their limits",
    "identity/dcp/test_moving.py": "the mechanism while a data space moves over to it",
    "broker/test_api.py": "the broker as its users see it",
    "broker/visibility/test_endpoints.py": "that every endpoint is compared, and what the pages and SPARQL tell",
    "broker/visibility/test_outputs.py": "all that the broker answers, with and without a hidden offer",
    "broker/test_hostile_sources.py": "bad input of the intake, over real HTTP",
    "broker/describing/test_hostile_values.py": "every value of an offer made hostile, in all forms that are published",
    "broker/test_city_data.py": "the broker with the city's real data",
    "broker/relevance/test_relevance.py": "how well the search answers questions",
    "controlplane/judging/test_enforced_here.py": "facts and treatments agree on what can be enforced",
    "api/test_unread.py": "what is read of a request before its caller is known",
    "api/test_reads.py": "how many reads of the store a request makes",
    "store/sqlite/test_growth.py": "what a read costs after much was done",
    "store/sqlite/test_plans.py": "the plan of every query",
    "cli/test_german.py": "every command in German: tables, details, errors, the doctor and help",
    "language/test_faults.py": "every error of many rooms, in every language",
    "language/test_third_language.py": "what a third language takes",
    "policy/analysis/test_hostile.py": "policies that are made to exhaust the analysis",
    "policy/analysis/test_sound.py": "the analysis against the decision, over generated policies",
    "policy/comparing/test_zone.py": "days and times of the day in the zone of the provider, from reading to words",
    "policy/compiling/test_refused.py": "every refusal of a policy, from reading to compiling",
    "policy/deciding/test_differential.py": "the engine against a naive one",
    "policy/deciding/test_formal_semantics.py": "the rules of the formal semantics",
    "policy/deciding/test_odrl_suite.py": "the public ODRL test suite",
    "policy/deciding/test_vectors.py": "decisions written down as vectors",
    "policy/examples/test_usage_control_classes.py": "the classes of usage control",
    "policy/operands/test_operands.py": "every row of the table of operands",
    "policy/test_docstrings.py": "the examples in the docstrings of the room",
    "policy/test_examples.py": "the policies in the examples of the protocol and of the design",
    "policy/words/test_said.py": "whole policies in words",
    "web/chapters/accounts/test_broker_login.py": "the login at a broker: its roles, and forged answers",
    "policy/words/test_truth.py": "the card against the decision, over generated policies",
    "protocol/dsp/test_messages.py": "every message of the protocol",
    "protocol/dps/test_schemas.py": "the structs against the official schemas",
    "protocol/dsp/test_schemas.py": "the structs against the official schemas",
}


def test_every_module_has_a_test_file() -> None:
    bare = [module for module, files in map_tests().items() if not files and count_code(module) > SMALL]
    missing = [f"connector/{module}: write tests/{Path(module).parent}/test_{Path(module).name}" for module in bare]
    assert not missing, "a module has no test file:\n" + "\n".join(missing)


def test_every_test_file_of_a_room_mirrors_a_module() -> None:
    rooms_as_a_whole = {f"{room.name}.py" for room in list_rooms() if room.parent == ROOT / "connector"}
    modules = set(list_modules()) | rooms_as_a_whole
    rooms = {path.name for path in (ROOT / "connector").iterdir() if path.is_dir()}
    inside = [file for file in list_test_files() if file.split("/")[0] in rooms]
    strays = [file for file in inside if find_mirrored(file) not in modules and file not in SUITES]
    advice = "rename each to test_<file>.py of its module, or add it to SUITES with a reason:\n"
    assert not strays, advice + "\n".join(strays)
