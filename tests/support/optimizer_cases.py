"""A layer whose gradients are known and do not depend on its weights, for tests of what optimizers make of them.

The loss is the mean absolute error, and every target is far away, so that the slope at each output is a sign that the
target chooses. Inputs are multiples of 2**-10, and so few that no sum of products is rounded, in float32 neither.
"""

import numpy as np
from peers import require_peer

FEATURES, UNITS, ROWS = 80, 64, 4
SHAPES = [(FEATURES, UNITS), (UNITS,)]
"""Of the kernel, which is two of the pieces that norms are summed over, and the bias."""


def batches(rng, steps, dtype):
    """Yield inputs and targets (ROWS, ...), and the gradients of kernel and bias."""
    for _ in range(steps):
        size = 2.0 ** rng.integers(-3, 4)
        x = size * np.round(rng.uniform(-1, 1, (ROWS, FEATURES)) * 2**10) / 2**10
        slope = rng.choice([-1.0, 1.0], (ROWS, UNITS))
        gradients = [x.T @ slope / (ROWS * UNITS), slope.sum(axis=0) / (ROWS * UNITS)]
        yield x.astype(dtype), (-1e6 * slope).astype(dtype), [gradient.astype(dtype) for gradient in gradients]


def initial_weights(rng, dtype):
    return [rng.normal(size=shape).astype(dtype) for shape in SHAPES]


SCHEDULE = dict(initial_learning_rate=0.001, decay_steps=30, warmup_target=0.01, warmup_steps=10)


def optimizer_of(package, name, options):
    options = {"learning_rate": 0.01} | options
    if isinstance(options["learning_rate"], dict):
        options = options | {"learning_rate": package.optimizers.schedules.CosineDecay(**SCHEDULE)}
    optimizer = getattr(package.optimizers, name)(**options)
    if "weight_decay" in options:
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


def weights_of_keras(name, options, weights, gradients):
    """Return Keras's weights after the first step, after the last, and made final."""
    keras, jax = require_peer("keras"), require_peer("jax")
    variables = [keras.Variable(weight, name=what) for weight, what in zip(weights, ("kernel", "bias"), strict=True)]
    optimizer = optimizer_of(keras, name, options)
    optimizer.build(variables)
    step = jax.jit(optimizer.stateless_apply)
    states, values = [v.value for v in optimizer.variables], [v.value for v in variables]
    found = []
    for each in gradients:
        values, states = step(states, each, values)
        found.append(list(map(np.asarray, values)))
    for variable, value in zip([*optimizer.variables, *variables], [*states, *values], strict=True):
        variable.assign(value)
    optimizer.finalize_variable_values(variables)
    return found[0], found[-1], [np.asarray(variable.value) for variable in variables]
