"""The in-memory twin of `SqlitePeople`."""

from collections.abc import Mapping, Sequence

from connector.ports.entities import (
    Agreement,
    Asset,
    Consent,
    ConsentLink,
    DutyEvent,
    HeldCredential,
    Issuance,
    NoticeMark,
    NoticeReader,
    OfferForm,
    PageBounds,
    User,
    UserNotice,
    UserSession,
)
from connector.store.memory.tables import MemoryTables, list_personal_lines
from connector.views.users import UserNoticeKind


class MemoryPeople:
    """The chapter of people of a `Store`; `MemoryStore` is the whole."""

    _tables: MemoryTables

    async def user(self, owner: str, name: str) -> User | None:
        """Return one user of the pages."""
        found: User | None = self._tables.get(self._tables.users, (owner, name))
        return found

    async def user_of_login(self, owner: str, login: str) -> User | None:
        """Return the user who comes with a login."""
        return next((user for user in await self.users(owner) if user.login == login), None)

    async def users(self, owner: str) -> Sequence[User]:
        """Return all users of the pages, ordered by name."""
        rows: list[User] = self._tables.select(self._tables.users, lambda user: user.owner == owner)
        return sorted(rows, key=lambda user: user.name)

    async def session(self, owner: str, token_hash: str) -> UserSession | None:
        """Return the session of a token."""
        found: UserSession | None = self._tables.get(self._tables.sessions, (owner, token_hash))
        return found

    async def notices(self, owner: str, after: int, limit: int) -> Sequence[UserNotice]:
        """Return notices with a number after `after`, in that order."""
        rows: list[UserNotice] = self._tables.select(
            self._tables.notices, lambda notice: notice.owner == owner and notice.number > after
        )
        return sorted(rows, key=lambda notice: notice.number)[: max(limit, 0)]

    async def last_notice(self, owner: str) -> int:
        """Return the number of the newest notice."""
        rows: list[UserNotice] = self._tables.select(self._tables.notices, lambda notice: notice.owner == owner)
        return max((notice.number for notice in rows), default=0)

    async def notice_marks(self, owner: str, kind: UserNoticeKind, limit: int) -> Sequence[NoticeMark]:
        """Return the lowest marks of a kind of notice, in that order."""
        rows: list[NoticeMark] = self._tables.select(
            self._tables.notice_marks, lambda mark: (mark.owner, mark.kind) == (owner, kind)
        )
        return sorted(rows, key=lambda mark: mark.mark)[: max(limit, 0)]

    async def notice_readers(self, owner: str) -> Sequence[NoticeReader]:
        """Return how far each user was told on each channel."""
        rows: list[NoticeReader] = self._tables.select(
            self._tables.notice_readers, lambda reader: reader.owner == owner
        )
        return sorted(rows, key=lambda reader: (reader.user, reader.channel))

    async def offer_form(self, owner: str, id: str) -> OfferForm | None:
        """Return one offer that people are filling in."""
        found: OfferForm | None = self._tables.get(self._tables.offer_forms, (owner, id))
        return found

    async def offer_forms(self, owner: str) -> Sequence[OfferForm]:
        """Return all offers that people are filling in, ordered by identifier."""
        rows: list[OfferForm] = self._tables.select(self._tables.offer_forms, lambda form: form.owner == owner)
        return sorted(rows, key=lambda form: form.id)

    async def personal_assets(self, owner: str, page: PageBounds) -> tuple[Sequence[Asset], str | None]:
        """List the assets whose data is about persons, newest first."""
        return self._tables.page(self._tables.assets, page, {"owner": owner, "personal": True})

    async def personal_lines(
        self, owner: str, page: PageBounds
    ) -> tuple[Sequence[tuple[Asset, Agreement | None]], str | None]:
        """List the assets whose data is about persons with the agreements about them, newest first."""
        return list_personal_lines(self._tables, owner, page)

    async def late_duties(self, owner: str, page: PageBounds) -> tuple[Sequence[DutyEvent], str | None]:
        """List the violated entries of duties that are not done, oldest first."""
        return self._tables.page(self._tables.late_duties, page, {"owner": owner}, descending=False)

    async def consents(
        self, owner: str, page: PageBounds, *, subject: str | None = None, dataset: str | None = None
    ) -> tuple[Sequence[Consent], str | None]:
        """List the entries of the consent register, newest first."""
        return self._tables.page(self._tables.consents, page, {"owner": owner, "subject": subject, "dataset": dataset})

    async def consents_of(self, owner: str, subjects: Sequence[str], dataset: str) -> Mapping[str, Sequence[Consent]]:
        """Return by subject the latest entries for each purpose that are about the dataset or about all."""
        self._tables.require_open()
        found: dict[str, list[Consent]] = {}
        for subject in subjects:
            entries: list[Consent] = list(self._tables.get(self._tables.standing, (owner, subject)) or ())
            wanted = [entry for entry in entries if not dataset or entry.dataset in {"", dataset}]
            if wanted:
                found[subject] = wanted
        return found

    async def standing_consents(
        self, owner: str, page: PageBounds, *, dataset: str | None = None, state: str | None = None
    ) -> tuple[Sequence[Consent], str | None]:
        """List the latest entry for each person, dataset and purpose, newest first."""
        wanted = {"owner": owner, "dataset": dataset, "state": state}
        return self._tables.page(self._tables.latest_consents, page, wanted)

    async def consent_link(self, owner: str, subject: str) -> ConsentLink | None:
        """Return the link of a person."""
        found: ConsentLink | None = self._tables.get(self._tables.consent_links, (owner, subject))
        return found

    async def consent_link_of_token(self, owner: str, token_hash: str) -> ConsentLink | None:
        """Return the link with this secret."""
        rows: list[ConsentLink] = self._tables.select(
            self._tables.consent_links, lambda link: (link.owner, link.token_hash) == (owner, token_hash)
        )
        return rows[0] if rows else None

    async def consent_revision(self, owner: str) -> int:
        """Return a number that grows with every entry."""
        return len(self._tables.select(self._tables.consents, lambda entry: entry.owner == owner))

    async def credential(self, owner: str, key: str) -> HeldCredential | None:
        """Return one credential that this participant holds."""
        found: HeldCredential | None = self._tables.get(self._tables.credentials, (owner, key))
        return found

    async def credentials(self, owner: str) -> Sequence[HeldCredential]:
        """Return all credentials that this participant holds, ordered by key."""
        rows: list[HeldCredential] = self._tables.select(self._tables.credentials, lambda held: held.owner == owner)
        return sorted(rows, key=lambda held: held.key)

    async def issuance(self, owner: str, id: str) -> Issuance | None:
        """Return one offer of an issuer or request to it."""
        found: Issuance | None = self._tables.get(self._tables.issuances, (owner, id))
        return found

    async def issuances(self, owner: str) -> Sequence[Issuance]:
        """Return all offers of issuers and requests to them, ordered by identifier."""
        rows: list[Issuance] = self._tables.select(self._tables.issuances, lambda issuance: issuance.owner == owner)
        return sorted(rows, key=lambda issuance: issuance.id)
