"""The bytes of an answer (RFC 9112): status line, fields, body."""

from connector.net.serving.messages import Reply

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
REASONS = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    417: "Expectation Failed",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
}


def render_answer(answer: Reply, *, close: bool, head_only: bool = False) -> bytes:
    """Return an answer as it is sent. Raises ValueError if a field would break the line."""
    text = f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, '')}\r\n"
    if answer.media_type is not None:
        text += f"content-type: {answer.media_type}\r\n"
    if answer.status != 204:
        text += f"content-length: {len(answer.body)}\r\n"
    for name, value in answer.headers.items():
        if not (name.isascii() and value.isascii() and (name + value).isprintable()):
            raise ValueError(f"The field {name!r} of an answer is not printable ASCII.")
        text += f"{name.lower()}: {value}\r\n"
    head = (text + ("connection: close\r\n\r\n" if close else "\r\n")).encode("latin-1")
    return head if head_only else head + answer.body


def render_refusal(status: int) -> bytes:
    """Return a refusal without any form of an application; the connection is closed after it."""
    text = f"{REASONS.get(status, 'Refused')}.\n".encode()
    retry = {"Retry-After": "5"} if status in {429, 503} else {}
    return render_answer(Reply(status=status, body=text, media_type="text/plain", headers=retry), close=True)
