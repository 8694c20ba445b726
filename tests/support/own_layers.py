"""Layers and models as users write them, for this package and for Keras: each case takes the package to build with."""

import numpy as np

STEPS, FEATURES, ROWS = 6, 4, 12


class Case:
    """A model, its data, and its loss."""

    def __init__(self, model, x, y, loss="mse"):
        self.model, self.x, self.y, self.loss = model, x, y, loss


def _sequences(seed=0, features=FEATURES):
    return np.random.default_rng(seed).normal(size=(ROWS, STEPS, features)).astype("float32")


def _targets(*shape):
    return np.random.default_rng(1).normal(size=(ROWS, *shape)).astype("float32")


def _numbers(below):
    return np.random.default_rng(2).integers(0, below, (ROWS, STEPS))


def _model_of(keras, layer, before=None, after=None):
    """Return a model of a layer on sequences, between others."""
    x = keras.Input((STEPS, FEATURES))
    y = layer(before(x) if before else x)
    return keras.Model(x, after(y) if after else y)


def dense(keras):
    """A matrix product and a bias, with a regularizer and a constraint."""

    class Linear(keras.layers.Layer):
        def __init__(self, units, **options):
            super().__init__(**options)
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units),
                initializer="random_normal",
                regularizer=keras.regularizers.L2(0.1),
                constraint=keras.constraints.MaxNorm(0.5),
                name="w",
            )
            self.b = self.add_weight(shape=(self.units,), name="b")

        def call(self, x):
            return keras.ops.tanh(keras.ops.matmul(x, self.w) + self.b)

    return Case(
        _model_of(keras, Linear(3), keras.layers.LSTM(5, return_sequences=True)), _sequences(), _targets(STEPS, 3)
    )


def attention_with_mask(keras):
    """Weights of steps that are computed from them, zero at masked steps."""
    ops = keras.ops

    class Attention(keras.layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.supports_masking = True

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], 1), initializer="glorot_uniform", name="w")
            self.b = self.add_weight(shape=(input_shape[1], 1), initializer="zeros", name="b")
            super().build(input_shape)

        def call(self, x, mask=None):
            scores = ops.exp(ops.tanh(ops.matmul(x, self.w) + self.b))
            if mask is not None:
                scores = scores * ops.expand_dims(ops.cast(mask, "float32"), -1)
            weights = scores / (ops.sum(scores, axis=1, keepdims=True) + 1e-7)
            return ops.sum(x * weights, axis=1)

        def compute_mask(self, inputs, mask=None):
            return None

    numbers = _numbers(7)
    numbers[:, 0] = 1
    x = keras.Input((STEPS,))
    h = keras.layers.Embedding(7, 5, mask_zero=True)(x)
    h = keras.layers.GRU(4, return_sequences=True)(h)
    return Case(keras.Model(x, keras.layers.Dense(1)(Attention()(h))), numbers, _targets(1))


def transformer_block(keras):
    """Layers in a layer: attention, a Sequential, normalizations in a list, dropout."""
    layers = keras.layers

    class TransformerBlock(layers.Layer):
        def __init__(self, width, heads, inner, rate=0.0):
            super().__init__()
            self.attention = layers.MultiHeadAttention(num_heads=heads, key_dim=width)
            self.inner = keras.Sequential([layers.Dense(inner, activation="relu"), layers.Dense(width)])
            self.norms = [layers.LayerNormalization(epsilon=1e-6) for _ in range(2)]
            self.dropout = layers.Dropout(rate)

        def call(self, inputs, training=None):
            attended = self.dropout(self.attention(inputs, inputs), training=training)
            x = self.norms[0](inputs + attended)
            return self.norms[1](x + self.dropout(self.inner(x), training=training))

    block = TransformerBlock(FEATURES, 2, 8)
    return Case(_model_of(keras, block, None, keras.layers.GlobalAveragePooling1D()), _sequences(), _targets(FEATURES))


def position_embedding(keras):
    """An embedding of the places of the steps, which is the same for all samples."""
    ops = keras.ops

    class PositionEmbedding(keras.layers.Layer):
        def __init__(self, length, below, width):
            super().__init__()
            self.tokens = keras.layers.Embedding(below, width)
            self.positions = keras.layers.Embedding(length, width)

        def call(self, x):
            places = ops.arange(0, ops.shape(x)[-1], 1)
            return self.tokens(x) + self.positions(places)

    x = keras.Input((None,), dtype="int32")
    h = keras.layers.LSTM(3)(PositionEmbedding(10, 7, 5)(x))
    return Case(keras.Model(x, h), _numbers(7), _targets(3))


def heads_of_four_axes(keras):
    """Attention of several heads, with arrays of four axes between layers."""
    ops, layers = keras.ops, keras.layers

    class SelfAttention(layers.Layer):
        def __init__(self, width, heads):
            super().__init__()
            self.heads, self.width = heads, width
            self.query, self.key, self.value, self.joined = (layers.Dense(width) for _ in range(4))

        def divided(self, x, rows):
            x = ops.reshape(x, (rows, -1, self.heads, self.width // self.heads))
            return ops.transpose(x, (0, 2, 1, 3))

        def call(self, x):
            rows = ops.shape(x)[0]
            q, k, v = (self.divided(layer(x), rows) for layer in (self.query, self.key, self.value))
            scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / 2.0
            found = ops.transpose(ops.matmul(ops.softmax(scores, axis=-1), v), (0, 2, 1, 3))
            return self.joined(ops.reshape(found, (rows, -1, self.width)))

    return Case(_model_of(keras, SelfAttention(4, 2)), _sequences(), _targets(STEPS, 4))


def two_inputs_and_outputs(keras):
    """Additive attention of one sequence to another, which also returns its weights."""
    ops, layers = keras.ops, keras.layers

    class Additive(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.of_query, self.of_value, self.score = layers.Dense(units), layers.Dense(units), layers.Dense(1)

        def call(self, query, values):
            score = self.score(ops.tanh(self.of_query(ops.expand_dims(query, 1)) + self.of_value(values)))
            weights = ops.softmax(score, axis=1)
            return ops.sum(weights * values, axis=1), weights

    x = keras.Input((STEPS, FEATURES))
    sequence, state = layers.GRU(5, return_sequences=True, return_state=True)(x)
    context, _ = Additive(3)(state, sequence)
    return Case(keras.Model(x, layers.Dense(2)(context)), _sequences(), _targets(2))


def loop_over_steps(keras):
    """A recurrent layer whose steps are a loop in Python."""
    ops = keras.ops

    class Loop(keras.layers.Layer):
        def __init__(self, units, **options):
            super().__init__(**options)
            self.units = units

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="uniform", name="kernel")
            self.recurrent = self.add_weight(shape=(self.units, self.units), initializer="uniform", name="recurrent")

        def call(self, x):
            h, found = ops.zeros_like(x[:, 0, : self.units]), []
            for t in range(x.shape[1]):
                h = ops.tanh(ops.matmul(x[:, t], self.kernel) + ops.matmul(h, self.recurrent))
                found.append(h)
            return ops.stack(found, axis=1)

    return Case(_model_of(keras, Loop(3)), _sequences(), _targets(STEPS, 3))


def _minimal_cell(keras):
    """Return the class of a cell with one state."""
    ops = keras.ops

    class MinimalCell(keras.layers.Layer):
        def __init__(self, units, **options):
            super().__init__(**options)
            self.units = self.state_size = units

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="uniform", name="kernel")
            self.recurrent = self.add_weight(shape=(self.units, self.units), initializer="uniform", name="recurrent")

        def call(self, inputs, states):
            output = ops.tanh(ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent))
            return output, [output]

    return MinimalCell


def cell_of_your_own(keras):
    """An RNN of a cell with one state, on sequences of different lengths."""
    cell, x = _minimal_cell(keras), keras.Input((STEPS, FEATURES))
    h = keras.layers.RNN(cell(3), return_sequences=True)(keras.layers.Masking()(x))
    return Case(keras.Model(x, keras.layers.RNN(cell(2))(h)), _padded(), _targets(2))


def cells_and_unknown_steps(keras):
    """The same, with cells on top of each other, a state that is an output, and any number of steps."""
    cell, x = _minimal_cell(keras), keras.Input((None, FEATURES))
    h, *states = keras.layers.RNN([cell(3), cell(2)], return_sequences=True, return_state=True)(
        keras.layers.Masking()(x)
    )
    backwards = keras.layers.RNN(cell(2), go_backwards=True)(h)
    return Case(keras.Model(x, keras.layers.Add()([backwards, states[-1]])), _padded(), _targets(2))


def _padded():
    given = _sequences()
    given[:4, 4:] = 0
    return given


def added_loss(keras):
    """A term of the loss that depends on what a layer sees, and may be negative."""
    ops = keras.ops

    class Penalty(keras.layers.Layer):
        def call(self, x):
            self.add_loss(0.1 * ops.mean(ops.square(x)) - 0.3 * ops.mean(x))
            return x

    return Case(_model_of(keras, Penalty(), keras.layers.Dense(5)), _sequences(), _targets(STEPS, 5))


def layers_in_layers(keras):
    """Gated residual networks in a list, and a softmax over them."""
    ops, layers = keras.ops, keras.layers

    class Gate(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.linear, self.sigmoid = layers.Dense(units), layers.Dense(units, activation="sigmoid")

        def call(self, x):
            return self.linear(x) * self.sigmoid(x)

    class Selection(layers.Layer):
        def __init__(self, count, units):
            super().__init__()
            self.gates = {str(i): Gate(units) for i in range(count)}
            self.softmax = layers.Dense(count, activation="softmax")

        def call(self, inputs):
            weights = ops.expand_dims(self.softmax(layers.concatenate(inputs)), -1)
            found = ops.stack([gate(x) for gate, x in zip(self.gates.values(), inputs, strict=True)], axis=1)
            return ops.sum(weights * found, axis=1)

    inputs = [keras.Input((3,)), keras.Input((2,))]
    x = [_targets(3), _targets(2)]
    return Case(keras.Model(inputs, Selection(2, 4)(inputs)), x, _targets(4))


def attention_of_chosen_pairs(keras):
    """Attention with a mask of pairs of steps, and its weights."""
    ops = keras.ops

    class Causal(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.attention = keras.layers.MultiHeadAttention(2, 3)

        def call(self, x):
            places = ops.arange(STEPS)
            mask = ops.expand_dims(ops.expand_dims(places, 1) >= places, 0)
            found, weights = self.attention(x, x, attention_mask=mask, return_attention_scores=True)
            return found + ops.mean(weights, axis=(1, 3))[:, :, None]

    return Case(_model_of(keras, Causal()), _sequences(), _targets(STEPS, FEATURES))


LAYERS = {
    case.__name__: case
    for case in (
        dense,
        attention_with_mask,
        transformer_block,
        position_embedding,
        heads_of_four_axes,
        two_inputs_and_outputs,
        loop_over_steps,
        cell_of_your_own,
        cells_and_unknown_steps,
        added_loss,
        layers_in_layers,
        attention_of_chosen_pairs,
    )
}


def subclassed_chain(keras):
    """Layers one after the other, one of them only in training."""

    class Chain(keras.Model):
        def __init__(self):
            super().__init__()
            self.lower = keras.layers.LSTM(5, return_sequences=True)
            self.upper = keras.layers.GRU(4)
            self.dropout = keras.layers.Dropout(0.0)
            self.readout = keras.layers.Dense(1)

        def call(self, x, training=False):
            x = self.upper(self.lower(x))
            if training:
                x = self.dropout(x, training=training)
            return self.readout(x)

    return Case(Chain(), _sequences(), _targets(1))


def subclassed_stack(keras):
    """Layers in a list and a dict, paths around them, and the last step."""

    class Stack(keras.Model):
        def __init__(self, **options):
            super().__init__(**options)
            self.first = keras.layers.Dense(5)
            self.stack = [keras.layers.LSTM(5, return_sequences=True) for _ in range(2)]
            self.norms = {"a": keras.layers.LayerNormalization(), "b": keras.layers.LayerNormalization()}

        def call(self, x):
            x = self.first(x)
            for layer, norm in zip(self.stack, self.norms.values(), strict=True):
                x = x + layer(norm(x))
            return x[:, -1]

    return Case(Stack(), _sequences(), _targets(5))


def subclassed_autoencoder(keras):
    """Models as attributes."""

    class Autoencoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.encoder = keras.Sequential([keras.layers.Dense(6, activation="relu"), keras.layers.Dense(2)])
            self.decoder = keras.Sequential([keras.layers.Dense(6, activation="relu"), keras.layers.Dense(4)])

        def call(self, x):
            return self.decoder(self.encoder(x))

    return Case(Autoencoder(), _targets(4), _targets(4), "mae")


def subclassed_two_outputs(keras):
    """A tuple of inputs, a tuple of outputs."""

    class WideAndDeep(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = keras.layers.Dense(6, activation="relu")
            self.main, self.other = keras.layers.Dense(1), keras.layers.Dense(2)

        def call(self, inputs):
            wide, deep = inputs
            hidden = self.hidden(deep)
            return self.main(keras.layers.concatenate([wide, hidden])), self.other(hidden)

    return Case(WideAndDeep(), (_targets(2), _targets(3)), (_targets(1), _targets(2)), ["mse", "mse"])


def subclassed_dict(keras):
    """Inputs by their names."""

    class Named(keras.Model):
        def __init__(self):
            super().__init__()
            self.embedding, self.gru = keras.layers.Embedding(7, 4), keras.layers.GRU(5)
            self.readout = keras.layers.Dense(1)

        def call(self, inputs):
            h = self.gru(self.embedding(inputs["tokens"]))
            return self.readout(keras.layers.concatenate([h, inputs["extra"]]))

    return Case(Named(), {"tokens": _numbers(7), "extra": _targets(3)}, _targets(1))


MODELS = {
    case.__name__.removeprefix("subclassed_"): case
    for case in (
        subclassed_chain,
        subclassed_stack,
        subclassed_autoencoder,
        subclassed_two_outputs,
        subclassed_dict,
    )
}


def listed(outputs):
    """Return the outputs of a model as a list."""
    if isinstance(outputs, dict):
        return list(outputs.values())
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def assert_equal(case, keras, ours):
    """Compare predictions, and losses and weights of twenty steps of both, with the same initial weights."""
    mine, theirs = case(ours), case(keras)
    for one in (mine, theirs):
        if not one.model.built or not one.model.weights:
            one.model(one.x)
    rng = np.random.default_rng(3)
    weights = [rng.normal(0, 0.3, np.shape(array)).astype("float32") for array in theirs.model.get_weights()]
    for one in (mine, theirs):
        one.model.set_weights(weights)
    predictions = [listed(one.model.predict(one.x, verbose=0)) for one in (mine, theirs)]
    losses = []
    for one, package, options in ((mine, ours, {}), (theirs, keras, {"jit_compile": False})):
        one.model.compile(optimizer=package.optimizers.SGD(0.1), loss=one.loss, **options)
        fitted = one.model.fit(one.x, one.y, batch_size=6, epochs=10, shuffle=False, verbose=0)
        losses.append(fitted.history["loss"])
    for found, expected in zip(*predictions, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-6)
    np.testing.assert_allclose(*losses, rtol=3e-5)
    for found, expected in zip(mine.model.get_weights(), theirs.model.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)
