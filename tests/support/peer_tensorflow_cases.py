"""What TensorFlow computes for the functions of `tensorflow_cases`; a function that tests send to another process."""

import numpy as np
import tensorflow_cases
import tensorflow_values
from peers import require_peer


def values_and_gradients():
    require_peer("keras")
    tf = require_peer("tensorflow")
    found = {}
    for name, (function, array) in tensorflow_cases.cases(tf, tf.keras.backend).items():
        x = tf.constant(array)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
            weighted = tf.reduce_sum(value * weights_for(value))
        gradient = tape.gradient(weighted, x)
        found[name] = np.asarray(value), np.asarray(gradient)
    return found


def weights_for(value):
    return np.random.default_rng(7).normal(size=np.shape(value)).astype(np.float32)


def searched(probabilities, lengths, beam_width, top_paths):
    """Return what Keras 2's backend decodes by its search."""
    require_peer("keras")  # on its backend, before TensorFlow imports it on another
    backend = require_peer("tf_keras").backend
    labels, chances = backend.ctc_decode(probabilities, lengths, False, beam_width, top_paths)
    return [np.asarray(one) for one in labels], np.asarray(chances)


def plain_values():
    require_peer("keras")
    tf = require_peer("tensorflow")
    found = {}
    for name, function in tensorflow_values.cases(tf).items():
        result = function()
        found[name] = [np.asarray(one) for one in (result if isinstance(result, (list, tuple)) else [result])]
    return found
