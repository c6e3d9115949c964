"""The files that commands write for people: never over another one."""

from pathlib import Path

from connector.cli.frame.failure import Code, Failure

STANDARD_OUTPUT = "-"


def require_new(out: str) -> None:
    """Refuse the name of a file that exists already. Raises Failure."""
    if out != STANDARD_OUTPUT and Path(out).expanduser().exists():
        raise Failure(Code.USAGE, "errors.exists", out=out)


def write_text(out: str, text: str) -> Path | None:
    """Write a text to a file, or to standard output; return the file. Raises Failure."""
    if out == STANDARD_OUTPUT:
        print(text, end="")
        return None
    path = Path(out).expanduser()
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Failure(Code.USAGE, "errors.exists", out=out) from None
    except OSError as error:
        raise Failure(
            Code.FAILED, "errors.not-writable", path=out, problem=error.strerror or "the disk failed"
        ) from None
    return path
