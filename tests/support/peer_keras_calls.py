"""Calls of Keras that tests send to other processes, by `peers.keras_on`."""

import numpy as np
from peers import floatx, require_peer


def activation_values(name, x, arguments):
    keras, jax = require_peer("keras"), require_peer("jax")
    # Keras on jax calls jax's tanh after a cast to float32.
    function = jax.numpy.tanh if name == "tanh" else getattr(keras.activations, name)
    with jax.enable_x64(True):
        return np.asarray(function(jax.numpy.asarray(x, np.float64), **arguments))


def activation_values_and_gradients(name, x, d_y):
    """Return y and d_x of Keras, as NumPy arrays (Keras computes tanh in float32, whatever it is given)."""
    keras, jax = require_peer("keras"), require_peer("jax")
    with jax.enable_x64(True):
        y, backward = jax.vjp(getattr(keras.activations, name), jax.numpy.asarray(x))
        (d_x,) = backward(jax.numpy.asarray(d_y, y.dtype))
        return np.asarray(y), np.asarray(d_x)


def constrained_values(name, arguments, w):
    with floatx(w.dtype.name) as keras:
        return np.asarray(getattr(keras.constraints, name)(**arguments)(w))


def loss_and_gradient(case, y_true, y_pred):
    keras, jax = require_peer("keras"), require_peer("jax")
    peer = getattr(keras.losses, case.cls)(**case.options)
    y_true, y_pred = (jax.numpy.asarray(array) for array in (case.targets_of_keras(y_true), y_pred))
    return tuple(map(np.asarray, jax.value_and_grad(peer, argnums=1)(y_true, y_pred)))


def schedule_rates(name, options):
    keras, jax = require_peer("keras"), require_peer("jax")
    schedule = getattr(keras.optimizers.schedules, name)(**options)
    return np.asarray(jax.vmap(schedule)(jax.numpy.arange(100))), schedule.get_config()


def predictions_of_file(path, x):
    """Return what the model in a file predicts."""
    return require_peer("keras").saving.load_model(path).predict(x, verbose=0)
