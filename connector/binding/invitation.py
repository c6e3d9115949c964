"""The page behind the link of an invitation: what it is and what to do, for whoever opens it in a browser.

The secret stays in the fragment of the address, which no browser sends. So the page knows nothing of the invitation,
uses nothing up, and is the same for everybody. It has no script and no style: the listener of peers serves no files.
"""

from html import escape
from typing import Final

from connector.language.catalogue import choose_language, say
from connector.net.serving.messages import Reply

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language",
}
_STEPS: Final = ("link-step-install", "link-step-copy", "link-step-join", "link-step-done")


def show_invitation(did: str, accept_language: str) -> Reply:
    """Return the page in the language that a browser likes best; `did` is the identifier of the authority."""
    language = choose_language(accept_language)

    def write(key: str) -> str:
        return escape(say(language, f"members.{key}"))

    folder, address = write("link-folder"), write("link-address")
    command = f"<br><code>datenkontor join &#39;LINK&#39; {folder} --public-url https://{address}</code>"
    steps = "".join(f"<li>{write(step)}{command if step == 'link-step-join' else ''}</li>" for step in _STEPS)
    title = write("link-title")
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        f'<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{title}</title></head><body><main><h1>{title}</h1>"
        f"<p>{write('link-what')}</p><p>{write('link-unused')}</p><h2>{write('link-how')}</h2><ol>{steps}</ol>"
        f"<p>{write('link-secret')}</p><p>{write('link-authority')}: <code>{escape(did)}</code></p>"
        "</main></body></html>"
    )
    headers = {**_HEADERS, "Content-Language": language}
    return Reply(body=page.encode(), media_type="text/html; charset=utf-8", headers=headers)
