"""`authority`: the authority of a data space: its keys, its list, and the drills for when a key is lost or stolen."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from connector.app.parts import MEMBERS, find_authority
from connector.authority import issuing, keeping, roster
from connector.authority.founding import FOLDER, establish
from connector.authority.keeping import PROFILE, ROOT, ROOTS, SPARE, Authority
from connector.cli.commands import authority_invitations, authority_members, authority_partners, authority_roots
from connector.cli.commands.authority_members import FAULTS, open_authority, print_published, publish_and_tell
from connector.cli.commands.authority_roots import PasswordOption, StolenOption, find_operator, read_password
from connector.cli.frame.command import YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.identity import load_own_key
from connector.cli.setup.moving import change_file, list_changes, name_did, use_authority
from connector.identity.keys import SigningKey
from connector.settings import Settings, load
from connector.views.conversion import moment

app = create_noun("The authority of a data space: its keys, its members, the signed participant list.")
app.add_typer(authority_members.app, name="member")
app.add_typer(authority_invitations.app, name="invitation")
app.add_typer(authority_partners.app, name="partner")
app.add_typer(authority_roots.app)


@register(
    app,
    "init",
    needs="settings",
    faults=FAULTS,
    example="datenkontor authority init --settings broker/datenkontor.toml",
)
def init(call: CommandCall, password_file: PasswordOption = None) -> None:
    """Make the authority of the data space, in the folder `authority` beside the settings of its broker.

    Two roots are made, of which one is the spare. Move both away from this machine, to two places. The broker must not
    run meanwhile; it proves itself by its document from then on. Members of before go on until they have joined.
    If the command is interrupted, call it again.
    """
    settings, home = call.read_settings(), call.file.resolve().parent
    begun = keeping.is_begun(Authority(folder=home / FOLDER, members=home / MEMBERS))
    if settings.authority.folder is not None and not begun:
        raise Failure(Code.USAGE, "authority.exists", folder=settings.authority.folder)
    own, did = name_did(settings.protocol.public_url), name_did(settings.protocol.public_url, (FOLDER,))
    authority = Authority(folder=home / FOLDER, members=home / MEMBERS)
    key, now = load_own_key(settings), datetime.now(UTC)
    others = [each for each in roster.show(authority.members).members if each.id not in (settings.participant.id, own)]
    establish(
        authority,
        settings.participant.id,
        own=own,
        did=did,
        url=settings.protocol.public_url.rstrip("/"),
        path=settings.protocol.path,
        now=now,
        operator=key if others else None,
        password=read_password(password_file),
    )
    kept = None
    if settings.authority.folder is None:
        changed = use_authority(settings, own, str(settings.identity.roster), home / FOLDER / ROOTS)
        kept = change_file(call.file, list_changes(changed, home) | {"authority": {"folder": FOLDER}})
    document = issuing.publish(find_authority(load(call.file)) or authority, now=now)
    keeping.end(authority)
    call.output.print_result(
        {
            "folder": str(authority.folder),
            "did": did,
            "participant": own,
            "version": document.version,
            "roots": [str(home / FOLDER / name) for name in (ROOT, SPARE)],
            "kept": None if kept is None else str(kept),
        },
        call.output.say("authority.made", did=did, folder=authority.folder),
        call.output.say("authority.roots", root=home / FOLDER / ROOT, spare=home / FOLDER / SPARE),
        call.output.say("authority.profile", path=home / FOLDER / PROFILE),
        *([call.output.say("authority.moving")] if others else []),
    )


@register(
    app,
    "publish",
    needs="settings",
    faults=FAULTS,
    example="datenkontor authority publish --days 30 --settings broker/datenkontor.toml",
)
def publish(
    call: CommandCall,
    days: Annotated[int, typer.Option(min=1, max=90, help="Validity of the list, in days.")] = 30,
) -> None:
    """Sign the next participant list, with the profile of the data space, and tell the members that it is there."""
    settings, authority = open_authority(call)
    print_published(call, *publish_and_tell(settings, authority, valid_for=timedelta(days=days)))


@register(
    app,
    "rotate",
    needs="settings",
    faults=FAULTS,
    example="""datenkontor authority rotate --root /media/safe/root.pem --settings broker/datenkontor.toml
    datenkontor authority rotate --root /media/safe/root.pem --stolen --yes""",
)
def rotate(
    call: CommandCall,
    root: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Private key of the root in use: the first one, until `recover`."),
    ],
    password_file: PasswordOption = None,
    stolen: StolenOption = False,
    yes: YesOption = False,
) -> None:
    """Make a new issuer key, certified by the root for 90 days, and publish the list with it.

    What the key of before has signed stays valid. With --stolen it ends at once: each process asks for its
    credential anew as soon as it sees the list, and a list that a thief signs is refused.
    """
    settings, authority = open_authority(call)
    key = keeping.load_root(root, read_password(password_file))
    keeping.check_root(authority, key, recovers=False)
    if stolen:
        call.output.confirm(call.output.say("authority.ask-stolen"), yes)
    _change_issuer(call, settings, authority, key, stolen=stolen)


@register(
    app,
    "recover",
    needs="settings",
    faults=FAULTS,
    example="datenkontor authority recover --spare /media/vault/spare.pem --settings broker/datenkontor.toml",
)
def recover(
    call: CommandCall,
    spare: Annotated[Path, typer.Option(metavar="FILE", help="Private key of the spare root.")],
    password_file: PasswordOption = None,
    stolen: StolenOption = False,
    yes: YesOption = False,
) -> None:
    """Go on with the spare root, after the first root was lost or stolen: members refuse the first one from then on.

    Nobody has to change a setting. There is no spare left: `authority renew` makes the next pair, with the same key.
    """
    settings, authority = open_authority(call)
    key = keeping.load_root(spare, read_password(password_file))
    keeping.check_root(authority, key, recovers=True)
    call.output.confirm(call.output.say("authority.ask-recover"), yes)
    keeping.begin_recovery(authority, key)
    _change_issuer(call, settings, authority, key, stolen=stolen)
    call.output.print_hint(call.output.say("authority.no-spare"))


def _change_issuer(
    call: CommandCall,
    settings: Settings,
    authority: Authority,
    key: SigningKey,
    *,
    stolen: bool,
) -> None:
    roots = [key, *find_operator(settings, authority)]
    record = keeping.rotate(authority, roots, now=datetime.now(UTC), stolen=stolen)
    published = publish_and_tell(settings, authority)
    keeping.end_recovery(authority)
    print_published(
        call,
        *published,
        call.output.say(
            "authority.rotated",
            number=record.number,
            until=call.output.format_time(moment(record.certified_until)),
        ),
    )
