"""Models as scikit-learn's estimators; without scikit-learn, they raise an error when they are used."""

from .._missing import missing_names_of

try:
    from ...integrations.sklearn import KerasClassifier, KerasRegressor
except ImportError:
    __all__: list[str] = []
else:
    __all__ = ["KerasClassifier", "KerasRegressor"]

__getattr__ = missing_names_of(__name__)
