"""What the SQLite store knows of people and of this participant: users, consents of persons, and held credentials."""

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
from connector.store.sqlite.chapters import agreements, assets, consents, credentials, duties, notices, users
from connector.store.sqlite.engine.connection import StoreConnection
from connector.views.users import UserNoticeKind


class SqlitePeople:
    """The chapter of people of a `Store`; `SqliteStore` is the whole."""

    _reader: StoreConnection

    async def user(self, owner: str, name: str) -> User | None:
        """Return one user of the pages."""
        return users.user(self._reader, owner, name)

    async def user_of_login(self, owner: str, login: str) -> User | None:
        """Return the user who comes with a login."""
        return users.user_of_login(self._reader, owner, login)

    async def users(self, owner: str) -> Sequence[User]:
        """Return all users of the pages, ordered by name."""
        return users.users(self._reader, owner)

    async def session(self, owner: str, token_hash: str) -> UserSession | None:
        """Return the session of a token."""
        return users.session(self._reader, owner, token_hash)

    async def notices(self, owner: str, after: int, limit: int) -> Sequence[UserNotice]:
        """Return notices with a number after `after`, in that order."""
        return notices.notices(self._reader, owner, after, limit)

    async def last_notice(self, owner: str) -> int:
        """Return the number of the newest notice."""
        return notices.last_notice(self._reader, owner)

    async def notice_marks(self, owner: str, kind: UserNoticeKind, limit: int) -> Sequence[NoticeMark]:
        """Return the lowest marks of a kind of notice, in that order."""
        return notices.marks(self._reader, owner, kind, limit)

    async def notice_readers(self, owner: str) -> Sequence[NoticeReader]:
        """Return how far each user was told on each channel."""
        return notices.readers(self._reader, owner)

    async def offer_form(self, owner: str, id: str) -> OfferForm | None:
        """Return one offer that people are filling in."""
        return users.offer_form(self._reader, owner, id)

    async def offer_forms(self, owner: str) -> Sequence[OfferForm]:
        """Return all offers that people are filling in, ordered by identifier."""
        return users.offer_forms(self._reader, owner)

    async def personal_assets(self, owner: str, page: PageBounds) -> tuple[Sequence[Asset], str | None]:
        """List the assets whose data is about persons, newest first."""
        return assets.personal(self._reader, owner, page)

    async def personal_lines(
        self, owner: str, page: PageBounds
    ) -> tuple[Sequence[tuple[Asset, Agreement | None]], str | None]:
        """List the assets whose data is about persons with the agreements about them, newest first."""
        return agreements.personal_lines(self._reader, owner, page)

    async def late_duties(self, owner: str, page: PageBounds) -> tuple[Sequence[DutyEvent], str | None]:
        """List the violated entries of duties that are not done, oldest first."""
        return duties.late(self._reader, owner, page)

    async def consents(
        self, owner: str, page: PageBounds, *, subject: str | None = None, dataset: str | None = None
    ) -> tuple[Sequence[Consent], str | None]:
        """List the entries of the consent register, newest first."""
        return consents.consents(self._reader, owner, page, subject, dataset)

    async def consents_of(self, owner: str, subjects: Sequence[str], dataset: str) -> Mapping[str, Sequence[Consent]]:
        """Return by subject the latest entries for each purpose that are about the dataset or about all."""
        return consents.of(self._reader, owner, subjects, dataset)

    async def standing_consents(
        self, owner: str, page: PageBounds, *, dataset: str | None = None, state: str | None = None
    ) -> tuple[Sequence[Consent], str | None]:
        """List the latest entry for each person, dataset and purpose, newest first."""
        return consents.standing(self._reader, owner, page, dataset, state)

    async def consent_link(self, owner: str, subject: str) -> ConsentLink | None:
        """Return the link of a person."""
        return consents.link(self._reader, owner, subject)

    async def consent_link_of_token(self, owner: str, token_hash: str) -> ConsentLink | None:
        """Return the link with this secret."""
        return consents.link_of_token(self._reader, owner, token_hash)

    async def consent_revision(self, owner: str) -> int:
        """Return a number that grows with every entry."""
        return consents.revision(self._reader, owner)

    async def credential(self, owner: str, key: str) -> HeldCredential | None:
        """Return one credential that this participant holds."""
        return credentials.credential(self._reader, owner, key)

    async def credentials(self, owner: str) -> Sequence[HeldCredential]:
        """Return all credentials that this participant holds, ordered by key."""
        return credentials.credentials(self._reader, owner)

    async def issuance(self, owner: str, id: str) -> Issuance | None:
        """Return one offer of an issuer or request to it."""
        return credentials.issuance(self._reader, owner, id)

    async def issuances(self, owner: str) -> Sequence[Issuance]:
        """Return all offers of issuers and requests to them, ordered by identifier."""
        return credentials.issuances(self._reader, owner)
