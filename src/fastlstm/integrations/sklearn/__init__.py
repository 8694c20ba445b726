"""scikit-learn: recurrent networks as estimators, for pipelines, grid searches and cross-validation.

Needs scikit-learn: ``pip install 'fastlstm[sklearn]'``.
"""

try:
    import sklearn as _sklearn  # noqa: F401
except ImportError as error:
    raise ImportError("fastlstm.integrations.sklearn needs scikit-learn: pip install 'fastlstm[sklearn]'") from error

from ._classifier import LSTMClassifier
from ._forecaster import LSTMForecaster
from ._keras3_wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer
from ._keras_wrappers import KerasClassifier, KerasRegressor
from ._regressor import LSTMRegressor

__all__ = [
    "KerasClassifier",
    "KerasRegressor",
    "LSTMClassifier",
    "LSTMForecaster",
    "LSTMRegressor",
    "SKLearnClassifier",
    "SKLearnRegressor",
    "SKLearnTransformer",
]
