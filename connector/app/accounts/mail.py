"""The e-mails to people as the settings have them: the server, and the notifier over the store."""

from collections.abc import Callable
from functools import cache, partial
from zoneinfo import ZoneInfo

from connector.app.accounts.keys import read_secret
from connector.binding.notices import GuardedWebhooks
from connector.controlplane.core.context import Context
from connector.controlplane.notices.notifier import NoticeRule, Notifier
from connector.net.client import GuardedClient
from connector.net.mail import MailServer, SmtpMailer
from connector.net.tls import client_context
from connector.settings import Settings


def build_server(settings: Settings) -> MailServer | None:
    """Return the mail server that the settings name, or None. Raises SettingsError."""
    mail = settings.mail
    if mail.host is None or mail.sender is None:
        return None
    password = read_secret("mail", mail.secret_file, mail.secret_variable)
    return MailServer(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        sender=mail.sender,
        user=mail.user or "",
        password=password,
    )


def build_notifier(
    settings: Settings, rule: NoticeRule, context: Context, http: GuardedClient, pages: Callable[[], str]
) -> Notifier:
    """Return what tells people; it sends no e-mails if the settings name no server. Raises SettingsError."""
    server = build_server(settings)
    tls = cache(partial(client_context, ca_file=settings.net.ca))
    return Notifier(
        owner=context.owner,
        store=context.store,
        now=context.now,
        zone=ZoneInfo(settings.zone),
        pages=pages,
        provider=settings.participant.name,
        noted=rule.noted,
        mailer=SmtpMailer(server, tls, context.now) if server else None,
        webhooks=GuardedWebhooks(http),
    )
