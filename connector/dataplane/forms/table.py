"""The forms of delivery, a line each: the ending of the file, and the writer; `views.assets` has the media types."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connector.dataplane.forms.choice import BadChoice, Choice
from connector.dataplane.forms.features import FeatureForm, FeaturesForm
from connector.dataplane.forms.writing import FormWriter
from connector.dataplane.tabular.opening import load_extra
from connector.ports.flow import Untreatable
from connector.views.assets import RowForm


@dataclass(frozen=True)
class FormKind:
    """A form: the ending of a file, the module and the class that write it, and their parameters."""

    ending: str
    module: str
    writer: str
    parameters: Mapping[str, bool]


KINDS: Mapping[RowForm, FormKind] = {
    "csv": FormKind(".csv", "csv", "CsvForm", {}),
    "csv-excel": FormKind(".csv", "csv", "CsvForm", {"safe": True}),
    "json": FormKind(".json", "json", "JsonForm", {}),
    "ndjson": FormKind(".ndjson", "json", "JsonForm", {"lines": True}),
    "geojson": FormKind(".geojson", "json", "GeoJsonForm", {}),
    "parquet": FormKind(".parquet", "parquet", "ParquetForm", {}),
    "excel": FormKind(".xlsx", "excel", "ExcelForm", {}),
    "features": FormKind(".geojson", "features", "FeaturesForm", {}),
}


def load_for_choice(module: str, function: str) -> Callable[..., object]:
    """Return a function that needs the extra `forms`. Raises BadChoice without it."""
    try:
        return load_extra(module, function)
    except Untreatable as error:
        raise BadChoice(str(error)) from error


def make_writer(choice: Choice) -> FormWriter:
    """Return the writer of a choice. Raises BadChoice without the extra that it needs."""
    kind = KINDS[choice.form]
    if choice.form == "features":
        return FeatureForm() if choice.number is not None else FeaturesForm(choice)
    made = load_for_choice(f"{__package__}.{kind.module}", kind.writer)(**kind.parameters)
    writer: FormWriter = made  # type: ignore[assignment]  # the table names a class of each module
    return writer
