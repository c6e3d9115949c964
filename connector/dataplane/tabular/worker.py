"""The process that reads one file with a library of native code: `python -m connector.dataplane.tabular.worker`.

Such a library trusts what a file says of itself, and one wrong number ends its process or takes all memory. So it runs
where that harms nobody: the process reads the question from its standard input, gives up its rights, and writes the
rows to its standard output. The kernel ends it if it takes too long, also if the process that started it is gone.
"""

import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from connector.dataplane.tabular.opening import open_file
from connector.dataplane.tabular.wire import CPU_S, MEMORY, write_value
from connector.net.apart.confining import give_up_rights
from connector.ports.flow import Untreatable
from connector.ports.treatment import Records


class FileQuestion(msgspec.Struct, frozen=True):
    """The file to read, and how it is read."""

    path: str
    records: Records


def serve(question: FileQuestion, answers: BinaryIO) -> None:
    """Write the fields of a file, then its rows in batches, and an empty batch at the end; or why it is not read."""
    try:
        opened = open_file(Path(question.path), question.records)
        remarks = tuple(tuple(remark) for remark in opened.remarks)
        write_value(answers, (opened.fields, opened.crs, remarks))
        for batch in opened.batches:
            if batch:
                write_value(answers, batch)
        write_value(answers, [])
    except Untreatable as error:
        write_value(answers, str(error))


if __name__ == "__main__":
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=FileQuestion)
    give_up_rights(MEMORY, cpu_s=CPU_S)
    serve(asked, sys.stdout.buffer)
