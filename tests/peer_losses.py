"""What Keras computes for the cases of `loss_cases`: values and gradients, with weights and reductions.

Keras settles on a backend when it is first imported, so each backend has a process of its own, which runs this file.
"""

import os
import subprocess
import sys

import numpy as np
from loss_cases import KERAS_CASES

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight")
ROWS, STEPS, OUTPUTS = 6, 4, 5


def data(case):
    """Return targets, predictions and weights (N, T) of a case."""
    rng = np.random.default_rng(KERAS_CASES.index(case))
    y_true, y_pred = case.sample(rng, (ROWS, STEPS), OUTPUTS)
    return y_true, y_pred, rng.uniform(-0.5, 2, size=(ROWS, STEPS)).astype(np.float32).astype(np.float64)


def start(backend, path):
    """Start a process that writes losses and gradients to `path`, an .npz."""
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "JAX_ENABLE_X64": "1"}
    return subprocess.Popen([sys.executable, __file__, str(path)], env=environment, stderr=subprocess.PIPE, text=True)


def _gradient(backend, function, y_pred):
    if backend == "jax":
        import jax

        return jax.value_and_grad(function)(jax.numpy.asarray(y_pred))
    import tensorflow as tf

    variable = tf.Variable(y_pred)
    with tf.GradientTape() as tape:
        loss = function(variable)
    return loss, tape.gradient(loss, variable)


def _main(path):
    import keras

    keras.config.set_floatx("float64")
    results = {}
    for case in KERAS_CASES:
        y_true, y_pred, weight = data(case)
        for reduction in REDUCTIONS:
            loss = getattr(keras.losses, case.cls)(**case.options, reduction=reduction)
            for weighted in (False, True):

                def function(p, loss=loss, y_true=y_true, weight=weight if weighted else None):
                    return loss(keras.ops.convert_to_tensor(y_true), p, weight)

                found = _gradient(keras.backend.backend(), function, y_pred)
                for name, value in zip(("loss", "gradient"), found, strict=True):
                    results[f"{case.id}/{reduction}/{weighted}/{name}"] = np.asarray(value)
    np.savez(path, **results)


if __name__ == "__main__":
    _main(sys.argv[1])
