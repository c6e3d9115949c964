"""The stored values, by chapter.

They are frozen; times are milliseconds since the Unix epoch. The two processes are stored too; they are defined beside
their state machines in `protocol.dsp`, and the leaves of the audit log in `audit`. Each value names its `owner`, the
participant context, so several departments in one runtime are rows and not a migration.
"""

from connector.audit.leaves import Leaf
from connector.ports.entities.agreements import Agreement, Recent, Usage
from connector.ports.entities.assets import Asset, DataFacts, MeasuredQuality, Product, Veto
from connector.ports.entities.duties import DONE, DutyEvent, Payment
from connector.ports.entities.flows import Flow, FlowDirection, Lease, Plane
from connector.ports.entities.issuing import STATUS_ENTRIES, CredentialRequest, IssuedCredential, StatusListUse
from connector.ports.entities.notices import CHANNELS, MAIL, WEBHOOK, NoticeMark, NoticeReader, UserNotice
from connector.ports.entities.offer_forms import OfferForm
from connector.ports.entities.processes import Backoff, Hold, PageBounds, ReplayKey
from connector.ports.entities.pushes import Push, PushState
from connector.ports.entities.registers import Block, Consent, ConsentLink, EventEntry, HeldCredential, Issuance
from connector.ports.entities.streams import EntryHead, StreamEntry, StreamJournal
from connector.ports.entities.subscriptions import Subscription
from connector.ports.entities.users import User, UserSession
from connector.ports.entities.uses import ALL_TIME, EARLIER, FOLDER, PERIODS, CountedUse, MonthlyUsage, UsePart
from connector.views.agreements import DutyState
from connector.views.assets import AssetStatement, AssetStatus, DataClass, Marking
from connector.views.payments import PaymentState
from connector.views.users import UserRole

__all__ = [
    "ALL_TIME",
    "CHANNELS",
    "DONE",
    "EARLIER",
    "FOLDER",
    "MAIL",
    "PERIODS",
    "STATUS_ENTRIES",
    "WEBHOOK",
    "Agreement",
    "Asset",
    "AssetStatement",
    "AssetStatus",
    "Backoff",
    "Block",
    "Consent",
    "ConsentLink",
    "CountedUse",
    "CredentialRequest",
    "DataClass",
    "DataFacts",
    "DutyEvent",
    "DutyState",
    "EntryHead",
    "EventEntry",
    "Flow",
    "FlowDirection",
    "HeldCredential",
    "Hold",
    "Issuance",
    "IssuedCredential",
    "Leaf",
    "Lease",
    "Marking",
    "MeasuredQuality",
    "MonthlyUsage",
    "NoticeMark",
    "NoticeReader",
    "OfferForm",
    "PageBounds",
    "Payment",
    "PaymentState",
    "Plane",
    "Product",
    "Push",
    "PushState",
    "Recent",
    "ReplayKey",
    "StatusListUse",
    "StreamEntry",
    "StreamJournal",
    "Subscription",
    "Usage",
    "UsePart",
    "User",
    "UserNotice",
    "UserRole",
    "UserSession",
    "Veto",
]
