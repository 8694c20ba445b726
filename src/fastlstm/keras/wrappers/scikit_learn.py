"""Models as scikit-learn's estimators, which is imported when one of them is used."""

from typing import TYPE_CHECKING, Any

from .._missing import missing_names_of

if TYPE_CHECKING:
    from ...integrations.sklearn import KerasClassifier, KerasRegressor

__all__ = ["KerasClassifier", "KerasRegressor"]

_missing = missing_names_of(__name__)


def __getattr__(name: str) -> Any:
    if name in __all__:
        try:
            from ...integrations import sklearn
        except ImportError:  # importing the name works, and using it raises an error
            return _missing(name)
        return getattr(sklearn, name)
    return _missing(name)
