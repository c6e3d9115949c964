"""The process that reads one file."""

import io
import subprocess
import sys
from pathlib import Path

from connector.dataplane.tabular import wire
from connector.dataplane.tabular.worker import FileQuestion, serve
from connector.ports.treatment import Records
from tests.dataplane.tabular.files import make_workbook, put


def test_fields_come_first_and_an_empty_batch_last(tmp_path: Path) -> None:
    answers = io.BytesIO()
    serve(FileQuestion(str(put(tmp_path, make_workbook(["a"], [1], [2]))), Records(format="excel")), answers)
    answers.seek(0)
    assert wire.read_value(answers) == (("a",), "", ())
    assert wire.read_value(answers) == [{"a": 1}, {"a": 2}]
    assert wire.read_value(answers) == []


def test_what_is_not_read_is_answered_with_the_sentence(tmp_path: Path) -> None:
    answers = io.BytesIO()
    serve(FileQuestion(str(put(tmp_path, b"x")), Records(format="excel")), answers)
    assert "no workbook" in wire.read_value(io.BytesIO(answers.getvalue()))


def test_a_process_that_computes_without_end_is_ended_by_the_kernel() -> None:
    script = (
        "from connector.net.apart.confining import give_up_rights\n"
        "give_up_rights(1 << 30, cpu_s=1)\nwhile True:\n    pass\n"
    )
    run = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert run.returncode < 0
