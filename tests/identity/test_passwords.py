"""Passwords: hashed with Argon2id, compared in the same time for everybody, one at a time."""

import asyncio

from connector.identity.passwords import Argon2Passwords
from connector.ports.passwords import Busy


async def test_a_password_belongs_to_its_hash_only() -> None:
    passwords = Argon2Passwords(memory_kib=64, passes=1, lanes=1)
    stored = await passwords.hash("sieben bunte Kiesel")
    assert stored.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert stored != await passwords.hash("sieben bunte Kiesel")
    assert await passwords.verify("sieben bunte Kiesel", stored)
    assert not await passwords.verify("sieben bunte kiesel", stored)
    assert not await passwords.verify("nobody", "")


async def test_the_same_letters_of_two_keyboards_are_one_password() -> None:
    passwords = Argon2Passwords(memory_kib=64, passes=1, lanes=1)
    assert await passwords.verify("Schlu\u0308ssel", await passwords.hash("Schl\u00fcssel"))


async def test_a_hash_keeps_its_cost_when_the_cost_changes() -> None:
    stored = await Argon2Passwords(memory_kib=64, passes=1, lanes=1).hash("pw")
    assert await Argon2Passwords(memory_kib=128, passes=2, lanes=1).verify("pw", stored)


async def test_the_default_is_the_second_choice_of_the_standard() -> None:
    assert (await Argon2Passwords().hash("pw")).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_a_flood_of_passwords_is_refused_and_the_loop_goes_on() -> None:
    passwords = Argon2Passwords(memory_kib=64, passes=1, lanes=1)
    done = await asyncio.gather(*(passwords.hash("pw") for _ in range(40)), return_exceptions=True)
    assert sum(isinstance(result, Busy) for result in done) == 24
    assert await passwords.hash("pw")
