"""What TensorFlow and Keras compute for custom losses and metrics; a function that tests send to another process."""

import custom_losses
import numpy as np
from peers import require_peer


def results():
    """Return the value, the gradient and the training of each loss, and the history of each metric."""
    keras, tf = require_peer("keras"), require_peer("tensorflow")
    K = tf.keras.backend
    of_losses, of_metrics = {}, {}
    for name, (loss, kind) in custom_losses.losses(tf, K, keras.ops, keras).items():
        x, y = custom_losses.data(kind)
        y_pred = tf.constant(custom_losses.predictions(keras, kind, x, y))
        with tf.GradientTape() as tape:
            tape.watch(y_pred)
            value = loss(tf.constant(y), y_pred)
        gradient = np.asarray(tape.gradient(value, y_pred))
        of_losses[name] = np.asarray(value), gradient, custom_losses.trained(keras, loss, kind, jit_compile=False)
    for name, (metric, kind) in custom_losses.metrics(tf, K, keras).items():
        of_metrics[name] = custom_losses.measured(keras, metric, kind, jit_compile=False)
    return of_losses, of_metrics


def masked_results():
    """Return the training with a custom loss that a mask reaches."""
    keras = require_peer("keras")
    return {
        (weighted, reduction): custom_losses.masked(keras, weighted, reduction, jit_compile=False)
        for weighted in custom_losses.MASKED
        for reduction in ("sum_over_batch_size", "sum")
    }
