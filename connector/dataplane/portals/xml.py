"""XML of portals as nodes: no document type, so no entities; bounded in depth and number."""

from typing import Any, NamedTuple
from xml.parsers import expat

from connector.ports.flow import SourceError

_DEEPEST, _MOST_NODES = 64, 400_000


class XmlNode(NamedTuple):
    """An element: its name and attributes without prefixes, its elements, and the pieces of its text."""

    name: str
    attributes: dict[str, str]
    children: "list[XmlNode]"
    pieces: list[str]

    @property
    def text(self) -> str:
        """The text of the element itself."""
        return "".join(self.pieces).strip()


def parse_xml(body: bytes) -> XmlNode:
    """Return the root of a document. Raises SourceError."""
    path: list[XmlNode] = [XmlNode("", {}, [], [])]
    count = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(path) > _DEEPEST or count > _MOST_NODES:
            raise SourceError(
                f"A page of the portal has more than {_DEEPEST} levels or {_MOST_NODES} elements of XML: "
                "make `size` smaller."
            )
        plain = {key.rpartition(":")[2]: value for key, value in attributes.items() if not key.startswith("xmlns")}
        node = XmlNode(name.rpartition(":")[2], plain, [], [])
        path[-1].children.append(node)
        path.append(node)

    def refuse(*_: Any) -> None:
        raise SourceError("A page of the portal has a document type, which can define entities: it is not read.")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _: path.pop()
    parser.CharacterDataHandler = lambda text: path[-1].pieces.append(text)
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise SourceError("A page of the portal is no XML that can be read: check the address.") from error
    return path[0].children[0]
