"""Losses and their gradients as in Keras 3, written independently of the kernels that they check.

Every function takes `y_true` and `y_pred` and returns the loss, a scalar of y_pred's dtype, and its gradient with
respect to `y_pred`. The last axis of y_pred holds features or classes; the loss is the mean over all other axes
(Keras's reduction "sum_over_batch_size"), after multiplying each value by its sample weight.
"""

from ._distributions import (
    binary_crossentropy,
    categorical_crossentropy,
    cosine_similarity,
    kl_divergence,
    poisson,
    sparse_categorical_crossentropy,
)
from ._errors import (
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    quantile,
)
from ._hinges import categorical_hinge, hinge, squared_hinge
from ._mean import EPSILON

__all__ = [
    "EPSILON",
    "LOSSES",
    "binary_crossentropy",
    "categorical_crossentropy",
    "categorical_hinge",
    "cosine_similarity",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "quantile",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]

LOSSES = {
    function.__name__: function
    for function in (
        mean_squared_error,
        mean_absolute_error,
        mean_absolute_percentage_error,
        mean_squared_logarithmic_error,
        huber,
        log_cosh,
        poisson,
        cosine_similarity,
        quantile,
        binary_crossentropy,
        categorical_crossentropy,
        sparse_categorical_crossentropy,
        kl_divergence,
        hinge,
        squared_hinge,
        categorical_hinge,
    )
}
"""Loss functions by their name in the core."""
