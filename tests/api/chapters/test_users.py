"""The users of the pages over the API."""

from tests.support.plane import Desk

ORDER = {"name": "a.kaya", "person": "Aylin Kaya", "roles": ["provider", "release"]}


async def test_a_user_is_added_listed_reset_and_disabled_without_a_secret_in_lists(desk: Desk) -> None:
    async with desk.client("chief") as client:
        added = (await client.post("/v1/users", json=ORDER)).json()
        assert added["link"].startswith("https://pages.example/willkommen?name=a.kaya&link=")
        listed = await client.get("/v1/users")
        assert listed.json() == [added["user"]]
        assert "link_hash" not in listed.text
        reset = (await client.post("/v1/users/a.kaya/reset")).json()
        assert reset["link"] != added["link"]
        disabled = (await client.post("/v1/users/a.kaya/disable")).json()
        assert disabled["disabled_at"]
        assert (await client.post("/v1/users/a.kaya/disable")).json() == disabled
        admitted = (await client.post("/v1/users/a.kaya/admit")).json()
        assert (admitted["disabled_at"], admitted["has_login"]) == (None, False)
        assert (await client.post("/v1/users/a.kaya/admit")).json() == admitted
        assert (await client.post("/v1/users/none/reset")).status_code == 404
        assert (await client.post("/v1/users", json=ORDER)).status_code == 409


async def test_only_an_admin_adds_users(desk: Desk) -> None:
    async with desk.client("writer") as client:
        for path, body in (("", ORDER), ("/a.kaya/reset", None), ("/a.kaya/disable", None), ("/a.kaya/admit", None)):
            assert (await client.post(f"/v1/users{path}", json=body)).status_code == 403


async def test_a_name_has_letters_that_everybody_can_type(desk: Desk) -> None:
    async with desk.client("chief") as client:
        for name in ("", "Ä", "a b", "a/b", "x" * 65, "-a", "a\n"):
            assert (await client.post("/v1/users", json={**ORDER, "name": name})).status_code == 422
        for roles in ([], ["chief"]):
            assert (await client.post("/v1/users", json={**ORDER, "roles": roles})).status_code == 422
