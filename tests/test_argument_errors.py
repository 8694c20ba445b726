"""Wrong arguments of everything that is made or set: the right error, naming the argument."""

import numpy as np
import pytest

import fastlstm
from fastlstm import Input, Sequential, activations, config, initializers, layers, losses, optimizers, utils

X = np.zeros((8, 5, 2))
NAN = X.copy()
NAN[3, 4, 0] = np.nan


def compiled(*arguments, **options):
    Sequential([Input((5, 2)), layers.Dense(1)]).compile(*arguments, **options)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: Input((5, None)), ValueError, "features"),
        (lambda: Input((5, 0)), ValueError, "features"),
        (lambda: Input(()), ValueError, "shape"),
        (lambda: Input((2, 3, None)), ValueError, "features"),
        (lambda: Input((1, 2, 3, 4, 5)), ValueError, "shape"),
        (lambda: Input(True), TypeError, "shape"),
        (lambda: Input((-1, 2)), ValueError, "shape"),
        (lambda: Input((2.5, 2)), TypeError, "shape"),
        (
            lambda: Input((5, 2), dtype="complex64"),
            ValueError,
            "dtype: expected 'float32' or 'float64', got 'complex64'",
        ),
        (lambda: Input((5, 2), sparse=True), ValueError, "sparse: Input does not support it"),
        (lambda: Input((5, 2), ragged=True), ValueError, "ragged"),
        (lambda: layers.LSTM(0), ValueError, "units: expected an integer of at least 1, got 0"),
        (lambda: layers.LSTM(2.0), TypeError, "units"),
        (lambda: layers.LSTM("2"), TypeError, "units"),
        (lambda: layers.LSTM(2, "tahn"), ValueError, "unknown activation 'tahn'; did you mean 'tanh'"),
        (lambda: layers.LSTM(2, "softmax"), ValueError, "activation: .*elementwise"),
        (lambda: layers.LSTM(2, recurrent_activation="softmax"), ValueError, "recurrent_activation: .*elementwise"),
        (lambda: layers.LSTM(2, np.tanh), TypeError, "activation"),
        (lambda: layers.LSTM(2, use_bias=1), TypeError, "use_bias"),
        (lambda: layers.LSTM(2, return_sequences="yes"), TypeError, "return_sequences"),
        (lambda: layers.LSTM(2, unit_forget_bias=None), TypeError, "unit_forget_bias"),
        (lambda: layers.LSTM(2, kernel_initializer="glorot"), ValueError, "did you mean .*'glorot_uniform'"),
        (lambda: layers.LSTM(2, dropuot=0.5), TypeError, "dropuot"),
        (lambda: layers.LSTM(2, dtype="int32"), ValueError, "dtype"),
        (lambda: layers.LSTM(2, name=3), TypeError, "name"),
        (lambda: layers.LSTM(2, name=""), ValueError, "name"),
        (lambda: layers.Dense(-1), ValueError, "units"),
        (lambda: layers.Dense(1, "rleu"), ValueError, "did you mean 'relu'"),
        (lambda: layers.Dense(1, lora_rank=2), ValueError, "lora_rank: Dense does not support it"),
        (lambda: layers.Dense(1, quantization_config={}), ValueError, "quantization_config"),
        (lambda: layers.RepeatVector(0), ValueError, "n: expected"),
        (lambda: layers.RepeatVector(None), TypeError, "n: expected"),
        (lambda: layers.Normalization(axis="x"), TypeError, "axis"),
        (lambda: layers.Normalization(axis=3)(np.ones((2, 3, 4))), ValueError, "axis"),
        (lambda: layers.Normalization(mean=1.0), ValueError, "both or neither"),
        (lambda: layers.Normalization(mean=0.0, variance=-1.0), ValueError, "variance"),
        (lambda: layers.Normalization(mean=np.nan, variance=1.0), ValueError, "mean: NaN"),
        (lambda: layers.Normalization(mean=[1.0, 2.0], variance=1.0)(X[..., :1]), ValueError, "mean: expected"),
        (lambda: layers.Normalization(mean=0.0, variance=1.0).adapt(X), ValueError, "nothing to adapt"),
        (lambda: layers.Normalization().adapt(NAN), ValueError, r"data: NaN at \[3, 4, 0\]"),
        (lambda: layers.Normalization().adapt(X[:0]), ValueError, "data: expected at least one row"),
        (lambda: layers.Normalization().adapt([[1e30], [-1e30]]), ValueError, "variance: Inf"),
        (lambda: layers.LSTM(2)(np.zeros((3, 4))), ValueError, r"x: .*expected shape \(N, T, D\), got \(3, 4\)"),
        (lambda: layers.LSTM(2)(np.zeros((3, 4, 0))), ValueError, "x, number of features"),
        (lambda: layers.RepeatVector(2)(X), ValueError, r"expected shape \(N, D\), got \(8, 5, 2\)"),
        (lambda: layers.Dense(2)("text"), TypeError, "x: expected real"),
        (lambda: layers.Dense(2).build((None, None)), ValueError, "features"),
        (lambda: layers.Dense(2).build(3), TypeError, "input_shape"),
        (lambda: optimizers.Adam(-1), ValueError, "learning_rate"),
        (lambda: optimizers.Adam("fast"), TypeError, "learning_rate"),
        (lambda: optimizers.Adam(np.nan), ValueError, "learning_rate"),
        (lambda: optimizers.Adam(beta_1=1.0), ValueError, r"beta_1: expected a finite number in \[0, 1\)"),
        (lambda: optimizers.Adam(beta_2=-0.1), ValueError, "beta_2"),
        (lambda: optimizers.Adam(epsilon=-1), ValueError, "epsilon"),
        (lambda: optimizers.Adam(amsgrad=1), TypeError, "amsgrad"),
        (lambda: optimizers.SGD(momentum=2), ValueError, "momentum"),
        (lambda: optimizers.SGD(nesterov="yes"), TypeError, "nesterov"),
        (lambda: optimizers.RMSprop(rho=1.0), ValueError, "rho"),
        (lambda: optimizers.RMSprop(momentum=True), TypeError, "momentum"),
        (lambda: optimizers.get("adm"), ValueError, "unknown optimizer 'adm'; did you mean 'adam'"),
        (lambda: optimizers.get(None), TypeError, "optimizer"),
        (lambda: losses.get("mes"), ValueError, "unknown loss 'mes'; did you mean 'mse'"),
        (lambda: losses.get(3), TypeError, "loss"),
        (lambda: activations.get("sigmod"), ValueError, "unknown activation 'sigmod'; did you mean 'sigmoid'"),
        (lambda: activations.get("qqqqq"), ValueError, "known: celu, elu, .*, softmax, .*, tanh, "),
        (lambda: activations.get(max), TypeError, "activation"),
        (lambda: activations.tanh("text"), TypeError, "x: expected real"),
        (lambda: initializers.RandomNormal(stddev=-1), ValueError, "stddev"),
        (lambda: initializers.RandomUniform(1, 0), ValueError, "maxval"),
        (lambda: initializers.GlorotUniform(seed=1.5), TypeError, "seed"),
        (lambda: initializers.Zeros()((2,), "int8"), ValueError, "dtype"),
        (lambda: utils.set_random_seed(-1), ValueError, "seed"),
        (lambda: utils.set_random_seed(2**32), ValueError, "seed"),
        (lambda: utils.set_random_seed(1.0), TypeError, "seed"),
        (lambda: config.set_floatx("float16"), ValueError, "value"),
        (lambda: config.set_floatx(None), ValueError, "value"),
        (lambda: fastlstm.set_num_threads(0), ValueError, "threads"),
        (lambda: fastlstm.set_num_threads("4"), TypeError, "threads"),
        (lambda: Sequential(name=5), TypeError, "name"),
        (lambda: compiled(loss="mse", jit_compile=True), ValueError, "jit_compile"),
        (lambda: compiled(loss="mse", run_eagerly=True), ValueError, "run_eagerly"),
        (lambda: compiled(loss="mse", steps_per_execution=0), ValueError, "steps_per_execution"),
        (lambda: compiled(loss="mse", auto_scale_loss="yes"), TypeError, "auto_scale_loss"),
        (lambda: compiled("adam", "msee"), ValueError, "unknown loss"),
        (lambda: fastlstm.nothing, AttributeError, "nothing"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()


@pytest.mark.parametrize(
    "call",
    [
        layers.Dense,
        layers.LSTM,
        layers.RepeatVector,
        lambda n: fastlstm.Input((4, n)),
        fastlstm.set_num_threads,
        fastlstm.utils.set_random_seed,
    ],
)
@pytest.mark.parametrize("number", [2**32, 2**63, 2**64])
def test_numbers_that_are_too_large(call, number):
    with pytest.raises(ValueError, match=f"expected an integer of at most .*, got {number}"):
        call(number)
