"""Changes as a DCAT-AP Feed: a Linked Data Event Stream of Create, Update and Delete, and as an Atom feed. Pure.

SEMIC, DCAT-AP Feeds; ActivityStreams 2.0; TREE; RFC 4287. Each activity is named by the catalogue record and its change
number; the description of the dataset is in the graph of that name. A dataset is listed once, with its last change.
"""

from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree as ET

from connector.broker.describing.catalog import CATALOG_PREFIXES, describe_record, make_moment
from connector.broker.describing.dataset import describe_dataset
from connector.broker.describing.subject import PublicSite, Subject
from connector.broker.reading.members import choose_text
from connector.language.catalogue import Language, say
from connector.ports.broker_store import Entry
from connector.semantic.statements import TYPE, XSD, BlankTerm, IriTerm, LiteralTerm, Statement
from connector.views.conversion import write_moment

AS = "https://www.w3.org/ns/activitystreams#"
LDES = "https://w3id.org/ldes#"
TREE = "https://w3id.org/tree#"
FEED_PREFIXES = {**CATALOG_PREFIXES, "as": AS, "ldes": LDES, "tree": TREE}

_ATOM = "http://www.w3.org/2005/Atom"
_MACHINES: Mapping[str, str] = {"jsonld": "application/ld+json", "ttl": "text/turtle", "rdf": "application/rdf+xml"}

NamedGraph = tuple[str | None, tuple[Statement, ...]]


def describe_feed(site: PublicSite, subjects: Sequence[Subject], page: str, following: str | None) -> list[NamedGraph]:
    """Return one page of the feed: the default graph with the activities, and the graph of each.

    `page` and `following` are the addresses of this page and of the next one, if there is one now.
    """
    stated: list[Statement] = [*_describe_stream(site, page, following)]
    graphs: list[NamedGraph] = []
    for subject in subjects:
        activity = name_activity(subject)
        stated += _describe_activity(site, subject, activity)
        if subject.entry.removed_at is None:
            graphs.append((activity, (*describe_dataset(subject), *describe_record(subject))))
    return [(None, tuple(stated)), *graphs]


def name_activity(subject: Subject) -> str:
    """Return the IRI of the last change of an entry."""
    return f"{subject.record}#change-{subject.entry.seq}"


def find_kind(entry: Entry) -> str:
    """Return the kind of the last change: `Create`, `Update` or `Delete`."""
    if entry.removed_at is not None:
        return "Delete"
    return "Create" if entry.changed_at <= entry.first_seen else "Update"


def _describe_stream(site: PublicSite, page: str, following: str | None) -> Iterator[Statement]:
    stream, view = IriTerm(f"{site.base}/feed#stream"), IriTerm(page)
    yield Statement(stream, TYPE, IriTerm(LDES + "EventStream"))
    yield Statement(stream, LDES + "timestampPath", IriTerm(AS + "published"))
    yield Statement(stream, LDES + "versionOfPath", IriTerm(AS + "object"))
    yield Statement(stream, TREE + "view", view)
    described, policy = BlankTerm("view"), BlankTerm("retention")
    yield Statement(view, TYPE, IriTerm(TREE + "Node"))
    yield Statement(view, TREE + "viewDescription", described)
    yield Statement(described, LDES + "retentionPolicy", policy)
    yield Statement(policy, TYPE, IriTerm(LDES + "LatestVersionSubset"))
    yield Statement(policy, LDES + "amount", LiteralTerm("1", datatype=XSD + "integer"))
    if following is not None:
        relation = BlankTerm("next")
        yield Statement(view, TREE + "relation", relation)
        yield Statement(relation, TYPE, IriTerm(TREE + "Relation"))
        yield Statement(relation, TREE + "node", IriTerm(following))


def _describe_activity(site: PublicSite, subject: Subject, activity: str) -> Iterator[Statement]:
    yield Statement(IriTerm(f"{site.base}/feed#stream"), TREE + "member", IriTerm(activity))
    yield Statement(IriTerm(activity), TYPE, IriTerm(AS + find_kind(subject.entry)))
    yield Statement(IriTerm(activity), AS + "object", IriTerm(subject.iri))
    yield Statement(IriTerm(activity), AS + "published", make_moment(subject.entry.changed_at))


def render_atom(
    site: PublicSite,
    subjects: Sequence[Subject],
    language: Language,
    *,
    title: str | None = None,
    id: str | None = None,
    address: str | None = None,
) -> bytes:
    """Return an Atom feed of the given changes, the newest first; its own sentences are in a language.

    It is the feed of all changes, unless it has a title, an identifier and an address of its own.
    """
    own = f"{site.base}/feed.atom"
    feed = ET.Element("feed", {"xmlns": _ATOM})
    _add(feed, "id", id or own)
    _add(feed, "title", title or say(language, "catalog.all-title", name=site.name))
    _add(feed, "updated", write_moment(max((subject.entry.changed_at for subject in subjects), default=0), "seconds"))
    _add(_add(feed, "author"), "name", site.name)
    _add(feed, "link", rel="self", href=address or own)
    for subject in subjects:
        kind = find_kind(subject.entry)
        entry = _add(feed, "entry")
        title = choose_text(subject.entry.titles) or subject.entry.id
        _add(entry, "id", name_activity(subject))
        _add(entry, "title", say(language, f"catalog.change-{kind}", title=title))
        _add(entry, "updated", write_moment(subject.entry.changed_at, "seconds"))
        _add(_add(entry, "author"), "name", subject.provider)
        if kind != "Delete":
            if subject.page != subject.record:
                _add(entry, "link", rel="alternate", type="text/html", href=subject.page)
            for ending, media_type in _MACHINES.items():
                _add(entry, "link", rel="alternate", type=media_type, href=f"{subject.record}.{ending}")
            _add(entry, "summary", choose_text(subject.entry.descriptions) or title)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    added = ET.SubElement(parent, name, attributes)
    added.text = text
    return added
