"""Keras's backend: functions on arrays for custom metrics, settings, and the learning rate's get and set."""

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

import numpy as np

from ... import losses
from ..._internal import names
from ..._internal.deferred import defer_functions as _defer_functions
from ...config import floatx, set_floatx
from ...initializers import TruncatedNormal
from ...layers._trace import in_phase as _in_phase
from ...layers.symbolic import OPERATIONS as _OPERATIONS
from ...layers.symbolic import SymbolicTensor as _SymbolicTensor
from ...layers.variable import TRACING as _TRACING
from .. import _arrays, _control, _indexed, _notes, _parts, activations
from .._arrays import *
from .._arrays import absolute as abs
from .._arrays import all_ as all
from .._arrays import any_ as any
from .._arrays import assign as set_value
from .._arrays import batch_dot, constant, one_hot
from .._arrays import max_ as max
from .._arrays import min_ as min
from .._arrays import negative as neg
from .._arrays import normal as random_normal
from .._arrays import power as pow
from .._arrays import ravel as flatten
from .._arrays import repeat as repeat_elements
from .._arrays import round_ as round
from .._arrays import sum_ as sum
from .._arrays import tensor as _tensor
from .._arrays import uniform as random_uniform
from .._arrays import value_of as eval
from .._arrays import value_of as get_value
from .._control import foldl, foldr
from .._inert import Inert
from .._missing import missing_names_of
from ._ctc import ctc_batch_cost, ctc_decode
from ._epsilon import epsilon, set_epsilon
from ._function import function
from ._rnn import rnn
from ._variable import Variable

__getattr__ = missing_names_of(__name__)

random_uniform_variable, random_normal_variable = random_uniform, random_normal
elu, sigmoid = activations.elu, activations.sigmoid
softplus, softsign = activations.softplus, activations.softsign

_FORMATS_OF_TENSORFLOW = ("NWC", "NHWC", "NDHWC", "NCW", "NCHW", "NCDHW", "N...C", "NC...")
_BACKEND = "tensorflow"  # as scripts for Keras 1 compare it
_settings = {"image_data_format": "channels_last"}


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Variable:
    """Return a variable, of the default dtype if none is given."""
    return Variable(value, dtype or floatx())


def image_data_format() -> str:
    """Return 'channels_last' or what `set_image_data_format` has set."""
    return str(_settings["image_data_format"])


def set_image_data_format(data_format: str) -> None:
    """Set the result of `image_data_format`."""
    _settings["image_data_format"] = data_format


def image_dim_ordering() -> str:
    """Return the image format by its name in Keras 1."""
    return "tf" if image_data_format() == "channels_last" else "th"


def set_image_dim_ordering(dim_ordering: str) -> None:
    """Set the image format by its name in Keras 1."""
    set_image_data_format("channels_last" if dim_ordering == "tf" else "channels_first")


def backend() -> str:
    """Return 'tensorflow', for scripts that check for a backend with TensorFlow's conventions."""
    return "tensorflow"


def clear_session(free_memory: bool = True) -> None:
    """Restart the numbers of automatic names."""
    names.forget()


def get_session(*_: Any, **__: Any) -> Any:
    """Return an object that takes the place of a TensorFlow session and does nothing."""
    return Inert("tf.Session")


def _get_available_gpus() -> list[str]:
    """Return the GPUs, of which there is none."""
    return []


def set_session(session: Any) -> None:
    """Do nothing: there are no sessions."""
    _notes.ignored("set_session")


def learning_phase() -> Any:
    """Return 0: what is called outside of `fit` runs in test mode; in custom layers, whether training runs."""
    tracing = _TRACING.get()
    return 0 if tracing is None else tracing.phase


def set_learning_phase(value: Any) -> None:
    """Do nothing: `fit` trains, and `predict` predicts."""
    _notes.ignored("set_learning_phase")


def manual_variable_initialization(value: bool) -> None:
    """Do nothing: weights are initialized when a model is built."""
    _notes.ignored("manual_variable_initialization")


def name_scope(name: str) -> Any:
    """Return a context without effect.

    Parameters
    ----------
    name : str
        The beginning of names in TensorFlow's graphs.

    Returns
    -------
    context manager

    Examples
    --------
    >>> with name_scope("encoder"):
    ...     pass
    """
    return nullcontext(name)


def batch_get_value(tensors: Iterable[Any]) -> list[Any]:
    """Return the values of several variables or tensors."""
    return [get_value(x) for x in tensors]


def batch_set_value(tuples: Iterable[tuple[Any, Any]]) -> None:
    """Set the values of several variables."""
    for x, value in tuples:
        set_value(x, value)


def update(x: Any, new_x: Any) -> Any:
    """Set the value of a variable, and return it."""
    set_value(x, new_x)
    return x


def update_sub(x: Any, decrement: Any) -> Any:
    """Subtract from the value of a variable, and return it."""
    return update(x, get_value(x) - decrement)


def moving_average_update(x: Any, value: Any, momentum: float) -> Any:
    """Move the value of a variable towards another one, and return it."""
    return update(x, get_value(x) * momentum + _arrays.plain(value) * (1 - momentum))


def update_add(x: Any, increment: Any) -> Any:
    """Add to the value of a variable, and return it."""
    return update(x, get_value(x) + increment)


def clip(x: Any, min_value: Any, max_value: Any) -> Any:
    """Return an array with its elements limited to an interval."""
    return _arrays.clip(x, min_value, max_value)


def relu(x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """Return the rectified elements, with a slope `alpha` below the threshold."""
    if not alpha and max_value is None and not threshold:
        return activations.relu(x)
    return activations.relu(x, alpha, max_value, threshold)


def hard_sigmoid(x: Any) -> Any:
    """Return ``clip(x / 5 + 1/2, 0, 1)``, which differs from the activation of Keras 3."""
    return _arrays.clip(0.2 * x + 0.5, 0, 1)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """Return the logarithms of `softmax`."""
    return activations.log_softmax(x) if axis == -1 else activations.log_softmax(x, axis)


def repeat(x: Any, n: int) -> Any:
    """Return the rows of an array (N, D) several times, as the steps of sequences (N, n, D)."""
    return _arrays.repeat(expand_dims(x, 1), n, axis=1)


def eye(size: int, dtype: Any = None, name: str | None = None) -> Any:
    """Return the identity matrix, of the default dtype if none is given."""
    return _arrays.eye(size, dtype=dtype)


def map_fn(fn: Any, elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """Return the results of a function for the entries of the first axis, as one array."""
    return _control.map(fn, elems)


def reverse(x: Any, axes: Any) -> Any:
    """Return an array with the elements along some axes in reverse order."""
    return _arrays.flip(x, axes)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = "int32") -> Any:
    """Return numbers from a start to a limit, in steps."""
    first, end = (0, start) if stop is None else (start, stop)
    return cast(np.arange(first, end, step), dtype)


def print_tensor(x: Any, message: str = "", summarize: int = 3) -> Any:
    """Print an array, and return it."""
    print(message, x)
    return x


def identity(x: Any, name: str | None = None) -> Any:
    """Return an array unchanged."""
    return x


def cast_to_floatx(x: Any) -> Any:
    """Return an array in the default dtype."""
    return _arrays.plain(cast(x, floatx()))


is_keras_tensor = is_tensor


def int_shape(x: Any) -> tuple[int, ...]:
    """Return the shape of an array."""
    return tuple(x.shape)


def shape(x: Any) -> Any:
    """Return the shape of an array as an array of integers."""
    if isinstance(x, _SymbolicTensor):
        return _OPERATIONS["shape"](x)
    return _tensor(np.array(np.shape(x), np.int32))


def ndim(x: Any) -> int:
    """Return the number of axes of an array."""
    return np.ndim(x)


def dtype(x: Any) -> str:
    """Return the name of an array's dtype."""
    return str(x.dtype if hasattr(x, "dtype") else np.asarray(x).dtype)


def count_params(x: Any) -> int:
    """Return the number of elements of an array."""
    return int(np.size(x))


def batch_flatten(x: Any) -> Any:
    """Return an array with all axes but the first made one."""
    return reshape(x, (len(x), -1))


def concatenate(tensors: Any, axis: int = -1) -> Any:
    """Join arrays along an axis, the last one by default."""
    return _arrays.concatenate(tensors, axis=axis)


def permute_dimensions(x: Any, pattern: Any) -> Any:
    """Return an array with its axes in another order."""
    return transpose(x, pattern)


def gather(reference: Any, indices: Any) -> Any:
    """Return the rows of an array at the indices."""
    return _arrays.take(reference, indices, axis=0)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """Return the one or the other value or result of a function, for a single truth value or element by element."""
    chosen = [value() if callable(value) else value for value in (then_expression, else_expression)]
    return _arrays.where(condition, *chosen)


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """Return the value for training, or the other one, which is the default outside of `fit`."""
    tracing = _TRACING.get()
    if tracing is not None and training in (None, tracing.phase):
        chosen = [one() if callable(one) else one for one in (x, alt)]
        return _in_phase(tracing.phase, *chosen)
    chosen = x if training else alt
    return chosen() if callable(chosen) else chosen


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """Return the value outside of training, or the other one."""
    return in_train_phase(alt, x, training)


def dropout(x: Any, level: float, noise_shape: Any = None, seed: int | None = None) -> Any:
    """Return an array with elements set to 0 at random, the others divided by what is left of 1."""
    kept = random_uniform(np.shape(x) if noise_shape is None else noise_shape, seed=seed) >= level
    return _tensor(np.where(kept, x / (1 - level), 0))


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    """Return an array with a bias added along its last axis, or the second one where channels come first."""
    known = (None, "channels_last", "channels_first", *_FORMATS_OF_TENSORFLOW)
    if data_format not in known:
        raise ValueError(f"data_format: expected one of {known}, got {data_format!r}")
    if data_format is not None and (data_format == "channels_first" or data_format.startswith("NC")):
        bias = np.reshape(bias, (-1, *[1] * (np.ndim(x) - 2)))
    return _arrays.add(x, bias)


def random_binomial(shape: Any, p: float = 0.0, dtype: Any = None, seed: int | None = None) -> Any:
    """Return an array of ones with probability `p`, otherwise zeros."""
    return cast(random_uniform(shape, seed=seed) < p, dtype or floatx())


random_bernoulli = random_binomial


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: int | None = None
) -> Any:
    """Return normally distributed random numbers within two standard deviations."""
    drawn = _arrays.generator(seed)
    found = TruncatedNormal(0.0, 1.0, seed=int(drawn.integers(2**31)))(tuple(shape), "float64")
    return cast(mean + stddev * found, dtype or floatx())


def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Return whether the class of each sample is among those with the `k` highest predictions."""
    return _indexed.in_top_k(targets, predictions, k)


def is_sparse(tensor: Any) -> bool:
    """Return False for an array: only a `tf.SparseTensor` is sparse."""
    return type(tensor).__name__ == "SparseTensor"


def get_variable_shape(x: Any) -> tuple[int, ...]:
    """Return the shape of a variable."""
    return int_shape(x)


def temporal_padding(x: Any, padding: Any = (1, 1)) -> Any:
    """Return sequences (N, T, D) with zeros before and after their steps."""
    return _tensor(np.pad(x, ((0, 0), tuple(padding), (0, 0))))


def batch_normalization(
    x: Any, mean: Any, var: Any, beta: Any = None, gamma: Any = None, axis: int = -1, epsilon: float = 1e-3
) -> Any:
    """Return an array normalized with given means and variances."""
    return _parts.normalized(x, mean, var, beta, gamma, epsilon)


def normalize_batch_in_training(
    x: Any, gamma: Any, beta: Any, reduction_axes: Any, epsilon: float = 1e-3
) -> tuple[Any, Any, Any]:
    """Return an array normalized with its means and variances along axes, and these."""
    axes = tuple(reduction_axes)
    means, variances = (of(x, axis=axes, keepdims=True) for of in (np.mean, np.var))
    shape = means.shape
    gamma, beta = (None if one is None else np.reshape(one, shape) for one in (gamma, beta))
    found = batch_normalization(x, means, variances, beta, gamma, epsilon=epsilon)
    return found, *(_tensor(np.squeeze(one, axes)) for one in (means, variances))


def l2_normalize(x: Any, axis: Any = None) -> Any:
    """Return an array divided by its norm along an axis."""
    return _tensor(x / np.sqrt(np.maximum(np.sum(np.square(x), axis=axis, keepdims=True), 1e-12)))


def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """Return the cross-entropy of each sample or step."""
    return _tensor(losses.categorical_crossentropy(target, output, from_logits=from_logits, axis=axis))


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """Return the binary cross-entropy of each element."""
    target, output = (np.expand_dims(each, -1) for each in (target, output))
    return _tensor(losses.binary_crossentropy(target, output, from_logits=from_logits))


def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """Return the cross-entropy of each sample or step, for class numbers."""
    return _tensor(losses.sparse_categorical_crossentropy(target, output, from_logits=from_logits))


_DEFERRED = """
    arange batch_flatten batch_normalization bias_add binary_crossentropy cast_to_floatx categorical_crossentropy
    clip concatenate dropout gather hard_sigmoid in_top_k l2_normalize log_softmax map_fn
    permute_dimensions random_binomial relu repeat reverse sparse_categorical_crossentropy switch temporal_padding
    """
_defer_functions(globals(), _DEFERRED.split())
