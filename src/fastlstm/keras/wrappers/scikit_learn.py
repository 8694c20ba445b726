"""Models as scikit-learn's estimators."""

from .._missing import missing_names_of

__all__: list[str] = []

__getattr__ = missing_names_of(__name__)
