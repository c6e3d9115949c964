"""The forms of delivery, a line each: the media type, the ending of the file, and the writer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connector.dataplane.forms.choice import BadChoice, Choice
from connector.dataplane.forms.features import FeatureForm, FeaturesForm
from connector.dataplane.forms.writing import FormWriter
from connector.dataplane.tabular.opening import load_extra
from connector.ports.flow import Untreatable


@dataclass(frozen=True)
class FormKind:
    """A form: its media type, the ending of a file, the module and the class that write it, and their parameters."""

    media_type: str
    ending: str
    module: str
    writer: str
    parameters: Mapping[str, bool]


KINDS: Mapping[str, FormKind] = {
    "csv": FormKind("text/csv; charset=utf-8", ".csv", "csv", "CsvForm", {}),
    "csv-excel": FormKind("text/csv; charset=utf-8", ".csv", "csv", "CsvForm", {"safe": True}),
    "json": FormKind("application/json", ".json", "json", "JsonForm", {}),
    "ndjson": FormKind("application/x-ndjson", ".ndjson", "json", "JsonForm", {"lines": True}),
    "geojson": FormKind("application/geo+json", ".geojson", "json", "GeoJsonForm", {}),
    "parquet": FormKind("application/vnd.apache.parquet", ".parquet", "parquet", "ParquetForm", {}),
    "excel": FormKind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", "excel", "ExcelForm", {}
    ),
    "features": FormKind("application/geo+json", ".geojson", "features", "FeaturesForm", {}),
}


def load_for_choice(module: str, function: str, purpose: str) -> Callable[..., object]:
    """Return a function that needs the extra `forms`. Raises BadChoice without it."""
    try:
        return load_extra(module, function, purpose)
    except Untreatable as error:
        raise BadChoice(str(error)) from error


def make_writer(choice: Choice) -> FormWriter:
    """Return the writer of a choice. Raises BadChoice without the extra that it needs."""
    kind = KINDS[choice.form]
    if choice.form == "features":
        return FeatureForm() if choice.number is not None else FeaturesForm(choice)
    made = load_for_choice(f"{__package__}.{kind.module}", kind.writer, f"The form {choice.form}")(**kind.parameters)
    writer: FormWriter = made  # type: ignore[assignment]  # the table names a class of each module
    return writer
