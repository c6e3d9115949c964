"""The pydantic models that FastAPI needs, made from the structs of `views`.

A model has the members, defaults, descriptions and bounds of its struct. It checks the body of a request and describes
both directions in the OpenAPI document. The models of a request refuse unknown members, too deep documents, and text
that JSON cannot carry.
"""

from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, create_model

_DEEPEST = 32
# The bounds that a `msgspec.Meta` and a pydantic field have in common, by name.
_BOUNDS = ("ge", "gt", "le", "lt", "multiple_of", "pattern", "min_length", "max_length", "title", "description")


def request_model(wanted: Any) -> Any:
    """Return the type that pydantic checks a request body by."""
    return _build(wanted, True)


def answer_model(wanted: Any) -> Any:
    """Return the type that describes an answer."""
    return _build(wanted, False)


def read_order(wanted: type[msgspec.Struct], body: BaseModel) -> msgspec.Struct:
    """Return the struct that a checked body holds; a member that was left out has the default of the struct."""
    return msgspec.convert(body.model_dump(exclude_unset=True), wanted)


def is_view(wanted: Any) -> bool:
    """Tell whether a type is a struct, one with parameters, or a tuple of structs."""
    if get_origin(wanted) is tuple:
        return is_view(get_args(wanted)[0])
    kind = get_origin(wanted) or wanted
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _check_depth(value: dict[str, Any]) -> dict[str, Any]:
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
        level = [inner for inner in level if isinstance(inner, dict | list)]
        if not level:
            return value
    raise ValueError(f"it is nested deeper than {_DEEPEST} levels")


def _check_text(value: dict[str, Any]) -> dict[str, Any]:
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError:
        raise ValueError("it contains a lone surrogate, which JSON cannot carry") from None
    return value


_Document = Annotated[dict[str, Any], AfterValidator(_check_depth), AfterValidator(_check_text)]


def _build(wanted: Any, sent: bool) -> Any:
    # The forms are found at run time, so the type checker sees no types here.
    origin: Any = get_origin(wanted)
    inner: Any = get_args(wanted)
    if is_view(wanted) and origin is not tuple:
        return _model(wanted, sent)
    if origin is Annotated:
        return _annotated(_build(inner[0], sent), inner[1:])
    if origin in {Union, UnionType}:
        return Union[tuple(_build(choice, sent) for choice in inner)]  # noqa: UP007 - the choices are found at run time
    if origin is tuple:
        return list.__class_getitem__(_build(inner[0], sent))
    if origin is dict:
        return _Document if inner == (str, Any) else dict.__class_getitem__(tuple(_build(one, sent) for one in inner))
    return wanted


def _annotated(kind: Any, metas: tuple[Any, ...]) -> Any:
    for meta in metas:
        if isinstance(meta, msgspec.Meta):
            given = {name: value for name in _BOUNDS if (value := getattr(meta, name)) is not None}
            kind = AwareDatetime if meta.tz else kind
            kind = Annotated[kind, Field(**given, **(meta.extra or {}))] if given or meta.extra else kind
    return kind


@cache
def _model(wanted: Any, sent: bool) -> type[BaseModel]:
    struct = get_origin(wanted) or wanted
    example = getattr(struct, "example", None)  # a member of this name is a descriptor, not an example
    defaults_shown = not sent and not struct.__struct_config__.omit_defaults
    config = ConfigDict(
        extra="forbid" if sent else "ignore",
        json_schema_serialization_defaults_required=defaults_shown,
        json_schema_extra={"examples": [example]} if isinstance(example, dict) else None,
    )
    members: dict[str, Any] = {
        field.encode_name: (_build(field.type, sent), _default(field)) for field in msgspec.structs.fields(wanted)
    }
    return create_model(_name(wanted, sent), __config__=config, __doc__=struct.__doc__, **members)


def _name(wanted: Any, sent: bool) -> str:
    struct = get_origin(wanted) or wanted
    name = "".join(argument.__name__ for argument in get_args(wanted)) + str(struct.__name__)
    # A struct that requests and answers share has a model for each direction: the first refuses unknown members.
    return f"{name}Order" if sent and not name.endswith("Order") else name


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.required:
        return ...
    if field.default_factory is not msgspec.NODEFAULT:
        return Field(default_factory=field.default_factory)
    return msgspec.to_builtins(field.default) if isinstance(field.default, msgspec.Struct) else field.default
