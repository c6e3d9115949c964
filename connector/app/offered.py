"""The published assets whose source is missing, read from the store of a process that may be running or not."""

from connector.app.parts import OWNER
from connector.settings import Settings
from connector.store.sqlite.chapters.assets import read_published


def list_missing(settings: Settings) -> tuple[str, ...]:
    """Return the paths of published assets that are not in the folder of offered files. Raises StoreError."""
    root, store = settings.data_root, settings.store.path
    if root is None or not store.exists():
        return ()
    sources = [asset.source for asset in read_published(store, OWNER)]
    paths = dict.fromkeys(str(source.get("path")) for source in sources if source.get("kind") == "file")
    return tuple(path for path in paths if not (root / path).exists())
