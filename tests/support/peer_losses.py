"""What Keras computes for the cases of `loss_cases`: values and gradients, with weights and reductions."""

import numpy as np
from loss_cases import KERAS_CASES
from peers import floatx, require_peer

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight")
ROWS, STEPS, OUTPUTS = 6, 4, 5


def data(case):
    """Return targets, predictions and weights (N, T) of a case."""
    rng = np.random.default_rng(KERAS_CASES.index(case))
    y_true, y_pred = case.sample(rng, (ROWS, STEPS), OUTPUTS)
    return y_true, y_pred, rng.uniform(-0.5, 2, size=(ROWS, STEPS)).astype(np.float32).astype(np.float64)


def results():
    """Return losses and gradients in float64 of this process's backend, by case, reduction and whether weighted."""
    with floatx("float64") as keras:
        return {
            (case.id, reduction, weighted): _result(keras, case, reduction, weighted)
            for case in KERAS_CASES
            for reduction in REDUCTIONS
            for weighted in (False, True)
        }


def _result(keras, case, reduction, weighted):
    y_true, y_pred, weight = data(case)
    loss = getattr(keras.losses, case.cls)(**case.options, reduction=reduction)

    def function(y_pred):
        return loss(keras.ops.convert_to_tensor(case.targets_of_keras(y_true)), y_pred, weight if weighted else None)

    return tuple(map(np.asarray, _value_and_gradient(keras.backend.backend(), function, y_pred)))


def _value_and_gradient(backend, function, y_pred):
    if backend == "jax":
        jax = require_peer("jax")
        with jax.enable_x64(True):
            return jax.value_and_grad(function)(jax.numpy.asarray(y_pred))
    tf = require_peer("tensorflow")
    variable = tf.Variable(y_pred)
    with tf.GradientTape() as tape:
        loss = function(variable)
    return loss, tape.gradient(loss, variable)
