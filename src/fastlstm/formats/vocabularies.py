"""Vocabularies that Keras writes beside the description of a model: of layers for texts and tokens."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .._internal.files import RefusedError
from .._internal.names import numbered, snake_case
from . import kinds
from .functional_graph import described_layers


def filled_in(description: Any, vocabularies: Mapping[str, str]) -> Any:
    """Return the description of a model with the vocabularies in its layers' configurations.

    Parameters
    ----------
    description : dict
        Of a model.
    vocabularies : mapping of str to str
        Texts with a term in each line, by the paths of the layers.

    Returns
    -------
    dict
    """
    return _filled_in(description, vocabularies, "") if vocabularies else description


def _filled_in(description: Any, vocabularies: Mapping[str, str], path: str) -> Any:
    config = description.get("config") if isinstance(description, dict) else None
    if not isinstance(config, dict) or "layers" not in config:
        return description
    used: Counter[str] = Counter()
    layers = []
    for entry in described_layers(config):
        place = f"{path}layers/{numbered(snake_case(entry['class_name']), used)}"
        is_preprocessor = entry["class_name"] in kinds.PREPROCESSORS and isinstance(entry.get("config"), dict)
        if is_preprocessor and place in vocabularies and entry["config"].get("vocabulary") is None:
            layers.append({**entry, "config": {**entry["config"], "vocabulary": _terms(entry, vocabularies[place])}})
        else:
            layers.append(_filled_in(entry, vocabularies, f"{place}/"))
    return {**description, "config": {**config, "layers": layers}}


def _terms(entry: Mapping[str, Any], text: str) -> list[Any]:
    if entry["config"].get("output_mode") == "tf_idf":
        raise RefusedError(
            f"layers: the inverse document frequencies of {entry['class_name']!r} are not read from files: call adapt"
            " or set_vocabulary"
        )
    terms = text.split("\n")
    return [int(term) for term in terms] if entry["class_name"] == "IntegerLookup" else terms
