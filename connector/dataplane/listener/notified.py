"""Notifications of context brokers about the subscriptions of this data plane (ETSI GS CIM 009, clause 6.3.8)."""

from aiohttp import web

from connector.dataplane.backends.notices import LARGEST_NOTICE, BadNotice, Notices, NoticesBusy
from connector.dataplane.control.tokens import parse_token
from connector.dataplane.listener.admission import FlowAccess, Refusal, read_whole_body, refuse_busy


class NoticeHandler:
    """Takes notifications. An unknown subscription and a wrong token have the same answer."""

    def __init__(self, access: FlowAccess, notices: Notices) -> None:
        self._access = access
        self._notices = notices

    async def post(self, request: web.Request) -> web.Response:
        """Take one notification, and answer when it is stored."""
        note_failure = self._access.admit_caller(request)
        shown = request.headers.getall("Authorization", [])
        token = parse_token(shown[0]) if len(shown) == 1 else None
        place = self._notices.find(request.match_info["name"], token) if token else None
        if place is None:
            note_failure()
            raise Refusal(
                401,
                "unauthorized",
                "Unknown subscription or token: only the broker that keeps a subscription tells its changes.",
                {"WWW-Authenticate": "Bearer"},
            )
        if "Content-Encoding" in request.headers:
            raise Refusal(415, "encoding", "The notification is compressed: send it without Content-Encoding.")
        try:
            with place.admit():
                await place.tell(await read_whole_body(request, LARGEST_NOTICE))
        except BadNotice as error:
            raise Refusal(400, "bad-notification", str(error)) from error
        except NoticesBusy as error:
            raise refuse_busy("The notification cannot be stored at present: it is looked for later.") from error
        return web.Response(status=204, headers={"Cache-Control": "no-store"})
