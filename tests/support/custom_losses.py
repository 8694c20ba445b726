"""Losses and metrics as scripts write them, for TensorFlow and Keras or for the modules of this package that stand in.

A script's names (`tf`, `K`, `ops` and `keras`) are arguments, so that both run the same definitions.
"""

import numpy as np

N, T, D = 24, 6, 3
_WIDTH = {"real": (2, None), "positive": (2, "softplus"), "labels": (3, "sigmoid"), "logits": (3, None)}
_WIDTH |= {"one": (1, None), "one per step": (1, None)}
_WIDTH |= {"classes": (4, "softmax"), "steps": (2, None), "class numbers": (4, "softmax")}


def data(kind):
    """Return inputs (N, T, D) and targets that suit a kind of output."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(N, T, D)).astype(np.float32)
    width, _ = _WIDTH[kind]
    if kind == "steps":
        y = rng.normal(size=(N, T, width))
    elif kind == "one":  # of which Keras's fit makes (N, 1)
        y = rng.normal(size=N)
    elif kind == "one per step":  # for which Keras drops the last axis of the predictions
        y = rng.normal(size=(N, T))
    elif kind == "positive":
        y = rng.uniform(0.2, 2, size=(N, width))
    elif kind in ("labels", "logits"):
        y = rng.integers(2, size=(N, width))
    elif kind == "classes":
        y = np.eye(width)[rng.integers(width, size=N)]
    elif kind == "class numbers":
        y = rng.integers(width, size=(N, 1))
    else:
        y = rng.normal(size=(N, width))
    return x, y.astype(np.float32)


def model_for(keras, kind):
    """Return a recurrent model with that kind of output, and weights that are the same in both libraries."""
    width, activation = _WIDTH[kind]
    recurrent = keras.layers.LSTM(4, return_sequences="step" in kind)
    model = keras.Sequential([keras.Input((T, D)), recurrent, keras.layers.Dense(width, activation=activation)])
    rng = np.random.default_rng(6)
    model.set_weights([rng.normal(scale=0.4, size=weight.shape).astype(np.float32) for weight in model.get_weights()])
    return model


def predictions(keras, kind, x, y):
    """Return the predictions for x, of the shape of y where they differ by a last axis of size 1."""
    y_pred = np.asarray(model_for(keras, kind).predict(x, verbose=0))
    return y_pred.reshape(y.shape) if y_pred.size == y.size else y_pred


def losses(tf, K, ops, keras):
    """Return each loss with the kind of output that it is for."""

    def rmse(y_true, y_pred):
        return K.sqrt(K.mean(K.square(y_pred - y_true), axis=-1) + K.epsilon())

    def tilted(q):
        def loss(y_true, y_pred):
            error = y_true - y_pred
            return K.mean(K.maximum(q * error, (q - 1) * error), axis=-1)

        return loss

    def one_sided(y_true, y_pred):
        error = tf.subtract(y_pred, y_true)
        return tf.reduce_mean(tf.where(tf.greater(error, 0.0), 4.0 * tf.square(error), tf.abs(error)))

    def explained(y_true, y_pred):
        rest = tf.reduce_sum(tf.square(y_true - y_pred), axis=0)
        total = tf.reduce_sum(tf.square(y_true - tf.reduce_mean(y_true, axis=0)), axis=0)
        return tf.reduce_mean(tf.math.divide_no_nan(rest, total))

    def overlap(y_true, y_pred, smooth=1.0):
        first, second = K.flatten(y_true), K.flatten(y_pred)
        common = K.sum(first * second)
        return 1 - (2 * common + smooth) / (K.sum(first) + K.sum(second) + smooth)

    def focal(gamma=2.0, alpha=0.25):
        def focal_fixed(y_true, y_pred):
            p = tf.clip_by_value(y_pred, clip_value_min=K.epsilon(), clip_value_max=1 - K.epsilon())
            of_class = tf.where(tf.equal(y_true, 1.0), p, 1 - p)
            weight = y_true * alpha + (1 - y_true) * (1 - alpha)
            return -tf.reduce_sum(weight * tf.pow(1 - of_class, gamma) * tf.math.log(of_class), axis=-1)

        return focal_fixed

    def with_logits(y_true, y_pred):
        first = tf.nn.sigmoid_cross_entropy_with_logits(labels=y_true, logits=y_pred)
        return tf.reduce_mean(first, axis=-1) - 0.1 * tf.reduce_mean(tf.math.log_sigmoid(y_pred), axis=-1)

    def weighted_classes(weights):
        weights = K.variable(np.array(weights))

        def loss(y_true, y_pred):
            y_pred /= K.sum(y_pred, axis=-1, keepdims=True)
            y_pred = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())
            return -K.sum(y_true * K.log(y_pred) * weights, axis=-1)

        return loss

    def gaussian(y_true, y_pred):
        mean, scale = y_pred[:, :1], tf.nn.softplus(y_pred[:, 1:]) + 1e-3
        return tf.math.log(scale) + 0.5 * tf.square((y_true[:, :1] - mean) / scale)

    def gamma(y_true, y_pred):
        shape, rate = tf.split(y_pred, 2, axis=-1)
        y = y_true[..., :1]
        return tf.math.lgamma(shape) - shape * tf.math.log(rate) - (shape - 1) * tf.math.log(y) + rate * y

    def concordance(y_true, y_pred):
        first, second = K.reshape(y_true, (-1, 2)), K.reshape(y_pred, (-1, 2))
        difference = K.mean(first, axis=0) - K.mean(second, axis=0)
        common = K.mean((first - K.mean(first, axis=0)) * (second - K.mean(second, axis=0)), axis=0)
        return 1 - K.mean(2 * common / (K.var(first, axis=0) + K.var(second, axis=0) + K.square(difference)))

    def turning(y_true, y_pred):
        change, expected = y_pred[:, 1:] - y_pred[:, :-1], y_true[:, 1:] - y_true[:, :-1]
        wrong = tf.cast(tf.not_equal(tf.sign(change), tf.sign(expected)), tf.float32)
        return tf.reduce_mean(tf.square(y_true - y_pred)) + tf.reduce_mean(wrong * tf.abs(change))

    def in_ops(y_true, y_pred):
        error = ops.abs(ops.subtract(y_true, y_pred))
        return ops.mean(ops.where(error < 1.0, 0.5 * ops.square(error), error - 0.5), axis=-1) + ops.max(error)

    def directions(y_true, y_pred):
        cosine = tf.reduce_sum(tf.nn.l2_normalize(y_true, axis=-1) * tf.nn.l2_normalize(y_pred, axis=-1), axis=-1)
        return tf.reduce_mean(tf.math.squared_difference(y_true, y_pred), axis=-1) - cosine

    def ordered(y_true, y_pred):
        return tf.reduce_sum(tf.square(tf.cumsum(y_true, axis=-1) - tf.cumsum(y_pred, axis=-1)), axis=-1)

    def gathered(y_true, y_pred):
        labels = tf.one_hot(tf.cast(y_true[:, 0], tf.int32), 4)
        chosen = tf.reduce_sum(labels * y_pred, axis=-1)
        return -tf.math.log(chosen + 1e-6) + 0.1 * tf.norm(y_pred, axis=-1)

    def with_parts(y_true, y_pred):
        first = keras.losses.MeanSquaredError()(y_true, y_pred)
        constant = K.stop_gradient(K.mean(y_pred))
        return first + 0.5 * keras.losses.huber(y_true, y_pred) + 0.1 * constant * K.mean(y_pred)

    class Masked(keras.losses.Loss):
        def __init__(self, limit, name="masked", **options):
            super().__init__(name=name, **options)
            self.limit = limit

        def call(self, y_true, y_pred):
            valid = tf.cast(tf.greater(y_true, self.limit), y_pred.dtype)
            return tf.reduce_sum(tf.abs(y_true - y_pred) * valid) / (tf.reduce_sum(valid) + 1e-6)

    return {
        "rmse": (rmse, "real"),
        "rmse of vectors": (rmse, "one"),
        "rmse of sequences": (rmse, "one per step"),
        "tilted": (tilted(0.8), "real"),
        "lambda": (lambda y, p: K.mean(K.maximum(0.3 * (y - p), -0.7 * (y - p)), axis=-1), "steps"),
        "one sided": (one_sided, "real"),
        "explained": (explained, "real"),
        "overlap": (overlap, "labels"),
        "focal": (focal(), "labels"),
        "with logits": (with_logits, "logits"),
        "weighted classes": (weighted_classes([1.0, 2.0, 0.5, 1.0]), "classes"),
        "gaussian": (gaussian, "real"),
        "gamma": (gamma, "positive"),
        "concordance": (concordance, "steps"),
        "turning": (turning, "steps"),
        "ops": (in_ops, "real"),
        "directions": (directions, "real"),
        "ordered": (ordered, "classes"),
        "gathered": (gathered, "class numbers"),
        "with parts": (with_parts, "real"),
        "class": (Masked(0.5), "positive"),
        "sum": (Masked(0.1, reduction="sum"), "positive"),
    }


def metrics(tf, K, keras):
    """Return each metric with the kind of output that it is for."""

    def r2(y_true, y_pred):
        rest, total = K.sum(K.square(y_true - y_pred)), K.sum(K.square(y_true - K.mean(y_true)))
        return 1 - rest / (total + K.epsilon())

    def hits(y_true, y_pred):
        return K.mean(K.equal(y_true, K.round(y_pred)))

    def class_hits(y_true, y_pred):
        return K.cast(K.equal(K.argmax(y_true), K.argmax(y_pred)), K.floatx())

    class FScore(keras.metrics.Metric):
        def __init__(self, name="f_score", **options):
            super().__init__(name=name, **options)
            self.true = self.add_weight(name="true", initializer="zeros")
            self.found = self.add_weight(name="found", initializer="zeros")
            self.wanted = self.add_weight(name="wanted", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            y_true, y_pred = tf.cast(y_true, self.dtype), tf.cast(y_pred > 0.4, self.dtype)
            self.true.assign_add(tf.reduce_sum(y_true * y_pred))
            self.found.assign_add(tf.reduce_sum(y_pred))
            self.wanted.assign(self.wanted + tf.reduce_sum(y_true))

        def result(self):
            precision = tf.math.divide_no_nan(self.true, self.found)
            recall = tf.math.divide_no_nan(self.true, self.wanted)
            return 2 * precision * recall / (precision + recall + K.epsilon())

    class Both(keras.metrics.Metric):
        def __init__(self, name="both", **options):
            super().__init__(name=name, **options)
            self.precision, self.recall = keras.metrics.Precision(), keras.metrics.Recall()

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.precision.update_state(y_true, y_pred, sample_weight)
            self.recall.update_state(y_true, y_pred, sample_weight)

        def result(self):
            return self.precision.result() + self.recall.result()

        def reset_state(self):
            self.precision.reset_state()
            self.recall.reset_state()

    return {
        "r2": (r2, "real"),
        "hits": (hits, "labels"),
        "class hits": (class_hits, "classes"),
        "f score": (FScore(), "labels"),
        "both": (Both(), "labels"),
    }


def trained(keras, loss, kind, **options):
    """Return the losses of 20 steps, that of the whole data, and the weights."""
    x, y = data(kind)
    model = model_for(keras, kind)
    model.compile(keras.optimizers.SGD(0.05), loss=loss, **options)
    halves = [slice(0, N // 2), slice(N // 2, N)]
    steps = [float(model.train_on_batch(x[halves[i % 2]], y[halves[i % 2]])) for i in range(20)]
    return steps, float(model.evaluate(x, y, verbose=0)), [np.asarray(weight) for weight in model.get_weights()]


MASKED = {"alone": None, "steps weighted": (N, T)}  # Keras itself fails for weights (N,)


def masked(keras, weighted, reduction="sum_over_batch_size", **options):
    """Return the losses of 12 steps with a custom loss that a mask reaches, the evaluation, and the weights."""
    x, y = data("steps")
    x[::3, 2:] = 0
    x[1, :] = 0
    rng = np.random.default_rng(6)
    shape = MASKED[weighted]
    weight = None if shape is None else rng.uniform(0.2, 2, size=shape).astype(np.float32)

    class Squared(keras.losses.Loss):
        def call(self, y_true, y_pred):
            error = y_pred - y_true
            return (error * error)[..., 0] + 0.5 * (error * error)[..., 1]

    model = keras.Sequential(
        [keras.layers.Input((T, D)), keras.layers.Masking(), keras.layers.LSTM(2, return_sequences=True)]
    )
    model.set_weights([rng.normal(size=np.shape(one)) for one in model.get_weights()])
    model.compile(keras.optimizers.SGD(0.1), loss=Squared(reduction=reduction), **options)
    steps = [float(model.train_on_batch(x, y, sample_weight=weight)) for _ in range(12)]
    evaluated = float(model.evaluate(x, y, batch_size=N, sample_weight=weight, verbose=0))
    return steps, evaluated, [np.asarray(one) for one in model.get_weights()]


def measured(keras, metric, kind, **options):
    """Return the history of two epochs, and the evaluation afterwards."""
    x, y = data(kind)
    model = model_for(keras, kind)
    model.compile(keras.optimizers.SGD(0.05), loss="mse", metrics=[metric], **options)
    history = model.fit(x, y, batch_size=10, epochs=2, shuffle=False, verbose=0).history
    return history, model.evaluate(x, y, batch_size=10, verbose=0)
