"""One small `typing.Protocol` a file: what the use cases need from the outside world."""
