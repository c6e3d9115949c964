"""Speaking with an authority: what is fetched is verified, and a refusal is one sentence."""

from pathlib import Path

import pytest

from connector.app.trust.joining import ask_anew, fetch_list, fetch_terms, open_client, tell_members
from connector.authority import keeping
from connector.authority.keeping import Authority
from connector.authority.roster import RosterFault
from connector.identity.keys import generate
from connector.settings import load
from tests.authority.folders import Applicant
from tests.cli.commands.authorities import answering, set_up
from tests.cli.conftest import Cli, cli

_ = cli


@pytest.fixture
def authority(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    set_up(cli, tmp_path, monkeypatch)
    return Authority(folder=tmp_path / "broker" / "authority", members=tmp_path / "broker" / "members.json")


async def test_what_an_authority_publishes_is_verified_by_the_root_that_is_known(authority: Authority) -> None:
    settings, base = load(authority.folder.parent / "datenkontor.toml"), f"{keeping.show(authority).url}/authority"
    roots = keeping.load_roots(authority)
    with answering(authority.folder.parent / "datenkontor.toml"):
        async with open_client(settings) as client:
            terms = await fetch_terms(client, base, roots[0].kid)
            assert terms.roster.document.issuer == keeping.show(authority).did
            with pytest.raises(RosterFault, match="another root"):
                await fetch_terms(client, base, roots[1].kid)
            with pytest.raises(RosterFault, match="no root"):
                await fetch_list(client, f"{base}/members", [generate().verification])
            with pytest.raises(RosterFault, match="status 404"):
                await fetch_list(client, f"{base}/none", roots)
        heard = await tell_members(settings, [f"{keeping.show(authority).url}/dsp", "https://localhost:1/dsp"])
        assert heard == 1
        firm = Applicant()
        with pytest.raises(RosterFault, match="does not know"):
            await ask_anew(settings, base, keeping.show(authority).did, firm.card(), firm.key)
    with pytest.raises(RosterFault, match="does not answer"):
        await ask_anew(settings, base, "did:web:x.example", Applicant().card(), generate())
