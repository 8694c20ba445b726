"""Functions of `tf` and of the backend, which run on TensorFlow and on the modules that stand in for it."""

import numpy as np

A, B, POSITIVE, LABELS = (
    np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32),
    np.random.default_rng(2).normal(size=(3, 4)).astype(np.float32),
    np.random.default_rng(3).uniform(0.2, 0.9, size=(3, 4)).astype(np.float32),
    np.random.default_rng(4).integers(2, size=(3, 4)).astype(np.float32),
)
SHARES = POSITIVE / POSITIVE.sum(axis=-1, keepdims=True)


def cases(tf, K):
    """Return each function of one array, with the array."""
    return {
        "reductions": (lambda a: tf.reduce_sum(input_tensor=a, axis=[0]) * tf.reduce_mean(a, 1, keepdims=True), A),
        "extremes": (lambda a: tf.reduce_max(a, axis=1) + tf.reduce_min(a) + tf.reduce_prod(a, axis=-1), A),
        "moments": (lambda a: tf.nn.moments(a, [0])[1] + tf.math.reduce_std(a, axis=0) + tf.math.reduce_variance(a), A),
        "logsumexp": (lambda a: tf.reduce_logsumexp(a, axis=1) + tf.math.reduce_logsumexp(a), A),
        "norms": (lambda a: tf.norm(a, axis=1) + tf.norm(a) + tf.norm(a, 1, axis=1) + tf.linalg.norm(a), A),
        "euclidean": (lambda a: tf.math.reduce_euclidean_norm(a, axis=0) + tf.nn.l2_loss(a), A),
        "clip": (lambda a: tf.clip_by_value(a, -0.5, clip_value_max=0.5) + K.clip(a, min_value=0, max_value=1), A),
        "where": (lambda a: tf.where(condition=a > 0, x=a * a, y=tf.zeros_like(a)), A),
        "maxima": (lambda a: tf.maximum(a, B) - tf.minimum(x=a, y=0.1) + tf.math.maximum(0.0, a), A),
        "powers": (lambda a: tf.pow(a, 2) + tf.math.pow(a, 3.0) + tf.square(a) + tf.math.squared_difference(a, B), A),
        "roots": (lambda a: tf.sqrt(a) + tf.math.rsqrt(a) + tf.math.reciprocal(a) + a**0.3, POSITIVE),
        "logarithms": (lambda a: tf.math.log(a) + tf.math.log1p(a) + tf.math.log_sigmoid(a) + tf.exp(a), POSITIVE),
        "circle": (lambda a: tf.sin(a) * tf.cos(a) + tf.tan(a) + tf.acos(a) + tf.asin(a) + tf.atan(a), POSITIVE),
        "hyperbola": (lambda a: tf.tanh(a) + tf.sinh(a) * tf.cosh(a) + tf.asinh(a) + tf.acosh(a + 2), POSITIVE),
        "atan": (lambda a: tf.atan2(a, B) + tf.atanh(a / 5), A),
        "erf": (
            lambda a: tf.math.erf(a) + tf.math.lgamma(tf.abs(a) + 0.1) + tf.math.digamma(tf.constant([0.3, 4.0])[0]),
            A,
        ),
        "division": (lambda a: tf.math.divide_no_nan(a, tf.nn.relu(B)) + tf.math.multiply_no_nan(a, LABELS), A),
        "divisor": (lambda a: tf.math.divide_no_nan(B, a * LABELS) + tf.divide(B, a) + tf.truediv(a, B), A),
        "rounding": (lambda a: a * tf.round(a) + a * tf.floor(a) + a * tf.sign(a) + a * tf.math.ceil(a), A),
        "comparisons": (lambda a: a * tf.cast(tf.greater(a, B), a.dtype) + tf.cast(a, tf.float32), A),
        "logic": (lambda a: tf.where(tf.logical_and(a > 0, tf.logical_not(B > 0)), a, 2 * a), A),
        "activations": (lambda a: tf.nn.relu(a) + tf.sigmoid(a) + tf.nn.softplus(a) + tf.nn.elu(a) + tf.nn.silu(a), A),
        "more activations": (lambda a: tf.nn.leaky_relu(a) + tf.nn.selu(a) + tf.nn.gelu(a) + tf.nn.softsign(a), A),
        "softmax": (lambda a: tf.nn.softmax(a, axis=0) + tf.nn.softmax(a) + tf.nn.log_softmax(a), A),
        "normalized": (lambda a: tf.nn.l2_normalize(a, axis=-1) + K.l2_normalize(a, axis=0), A),
        "binary logits": (lambda a: tf.nn.sigmoid_cross_entropy_with_logits(labels=LABELS, logits=a), 5 * A),
        "weighted logits": (lambda a: tf.nn.weighted_cross_entropy_with_logits(LABELS, a, 3.0), 5 * A),
        "class logits": (lambda a: tf.nn.softmax_cross_entropy_with_logits(labels=SHARES, logits=a), A),
        "sparse logits": (lambda a: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 3, 1], logits=a), A),
        "crossentropies": (
            lambda a: K.binary_crossentropy(K.constant(LABELS), a) + K.binary_crossentropy(a, a),
            POSITIVE,
        ),
        "categories": (lambda a: K.categorical_crossentropy(K.constant(LABELS), a), POSITIVE),
        "sparse categories": (lambda a: K.sparse_categorical_crossentropy(K.constant([0, 3, 1], "int32"), a), POSITIVE),
        "products": (
            lambda a: tf.matmul(a, B, transpose_b=True) + tf.linalg.matmul(a, tf.transpose(a, perm=[1, 0])),
            A,
        ),
        "vectors": (lambda a: tf.linalg.matvec(a, B[0]) + tf.tensordot(a, B[1], 1) + tf.linalg.trace(a[:, :3]), A),
        "dots": (lambda a: K.dot(a, K.transpose(a)) + K.batch_dot(a, K.constant(B), axes=1), A),
        "einsum": (lambda a: tf.einsum("nd,md->nm", a, B), A),
        "joins": (lambda a: tf.concat([a, B, a], axis=1), A),
        "stacks": (lambda a: tf.stack([a, B], axis=1) + K.expand_dims(a, 1) + K.stack([a, a], axis=1), A),
        "splits": (lambda a: tf.split(a, 2, axis=1)[1] * tf.split(a, [1, 3], axis=1)[0], A),
        "unstack": (lambda a: tf.unstack(a, axis=1)[2] + tf.unstack(a)[1][0], A),
        "shapes": (lambda a: tf.reshape(a, [-1, 2])[:3] + tf.squeeze(tf.expand_dims(a, 1), axis=[1])[:, 1:3], A),
        "flat": (lambda a: K.flatten(a) + K.batch_flatten(a[:, None])[0, 0] + tf.reshape(a, tf.shape(B))[1, 1], A),
        "order": (lambda a: K.permute_dimensions(a, (1, 0)) + tf.transpose(a) + K.transpose(a), A),
        "reversed": (lambda a: tf.reverse(a, [1]) + K.reverse(a, 0) + tf.roll(a, 1, axis=0), A),
        "repeated": (lambda a: tf.tile(a, [1, 2]) + tf.repeat(a, 2, axis=1) + K.repeat(a, 2)[0, 0, 0], A),
        "repeated rows": (lambda a: K.repeat(a, 2) * K.repeat_elements(a, 2, axis=0)[0], A),
        "padded": (
            lambda a: tf.pad(a, [[0, 1], [2, 0]], constant_values=2.0) + tf.pad(a, [[1, 0], [1, 1]], "REFLECT"),
            A,
        ),
        "slices": (lambda a: tf.slice(a, [0, 1], [2, -1]) + a[1:, ..., :-1] * a[:2, 1:], A),
        "gathered": (
            lambda a: tf.gather(a, [2, 0, 2]) + tf.gather(a, [1, 1, 0, 3], axis=1) + K.gather(a, [0, 1, 0]),
            A,
        ),
        "gathered rows": (lambda a: tf.gather(a, [[0, 1], [3, 3], [2, 0]], batch_dims=1), A),
        "gathered places": (lambda a: tf.gather_nd(a, [[0, 1], [2, 3], [0, 1]]), A),
        "masked": (lambda a: tf.boolean_mask(a, LABELS > 0) * 2.0, A),
        "one_hot": (lambda a: a * tf.one_hot([0, 2, 9], 4) + tf.one_hot(tf.argmax(a, axis=1), 4, on_value=2.0) * a, A),
        "places": (lambda a: a * tf.cast(tf.where(B > 0)[0, 1], tf.float32), A),
        "largest": (lambda a: tf.math.top_k(a, k=2)[0] + tf.sort(a, axis=1, direction="DESCENDING")[:, 1:3], A),
        "sorted": (lambda a: tf.sort(a) * tf.cast(tf.argsort(a), tf.float32), A),
        "sums": (lambda a: tf.cumsum(a, axis=1) + K.cumsum(a, axis=0) + tf.add_n([a, a, B]), A),
        "map_fn": (lambda a: tf.map_fn(lambda row: tf.reduce_sum(row) * row[0], a), A),
        "map_fn of two": (
            lambda a: tf.map_fn(lambda rows: rows[0] * rows[1], (a, B), fn_output_signature=tf.float32),
            A,
        ),
        "control": (lambda a: tf.cond(tf.constant(True), lambda: a * 2, lambda: a) + tf.identity(a), A),
        "loop": (lambda a: tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * x), (0, a))[1], A),
        "constants": (lambda a: a * tf.stop_gradient(a) + a * K.stop_gradient(tf.exp(a)), A),
        "custom gradient": (tf.custom_gradient(lambda x: (tf.exp(x), lambda d: d * 0.5)), A),
        "switch": (lambda a: K.switch(a > 0, a * a, -a) + K.relu(a, alpha=0.1, max_value=0.7), A),
        "backend": (
            lambda a: K.mean(a, axis=0) + K.std(a, axis=0) + K.var(a, axis=0) + K.prod(a, axis=0) + K.max(a),
            A,
        ),
        "backend functions": (lambda a: K.softmax(a) + K.sigmoid(a) + K.tanh(a) + K.softplus(a) + K.hard_sigmoid(a), A),
        "ctc": (
            lambda a: K.ctc_batch_cost(
                tf.constant([[0, 1], [2, 0], [1, 1]]),
                tf.nn.softmax(tf.reshape(tf.tile(a, [1, 5]) * tf.range(1.0, 21.0), (3, 5, 4)), axis=-1),
                tf.constant([[5], [4], [3]]),
                tf.constant([[2], [1], [2]]),
            ),
            A,
        ),
        "sequence mask": (lambda a: a * tf.sequence_mask([1, 4, 2], 4, dtype=tf.float32), A),
    }
