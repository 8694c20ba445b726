"""Memory lengths, Lyapunov exponents and saturation of networks for which they are known."""

import re

import numpy as np
import pytest

import fastlstm
from fastlstm import analysis, layers, models

H = 6


def orthogonal(rng, scale):
    return scale * np.linalg.qr(rng.normal(size=(H, H)))[0]


def linear_rnn(scale, dtype="float32", **options):
    """A linear SimpleRNN whose gradients change by `scale` at each step, whatever the data."""
    kernel = orthogonal(np.random.default_rng(0), scale)
    layer = layers.SimpleRNN(
        H, name="rnn", activation="linear", recurrent_initializer=lambda shape, dtype: kernel, dtype=dtype, **options
    )
    return fastlstm.Sequential([layer, layers.Dense(1, dtype=dtype)])


def fixed_lstm(forget, **options):
    """An LSTM whose gates do not see h: c is multiplied by `forget` at each step."""
    layer = layers.LSTM(H, name="lstm", **options)
    model = fastlstm.Sequential([layers.Input((None, 1)), layer, layers.Dense(1)])
    kernel, recurrent, bias = layer.get_weights()
    bias[:] = 0
    bias[H : 2 * H] = np.log(forget / (1 - forget))
    layer.set_weights([np.abs(kernel) * [[0] * H + [0] * H + [1] * H + [0] * H], 0 * recurrent, bias])
    return model


@pytest.mark.parametrize("scale", [0.5, 0.9, 1.0, 1.1])
def test_gradients_of_a_linear_network_change_by_its_scale(scale):
    x = np.random.default_rng(1).normal(size=(4, 60, 2))
    norms = analysis.output_flow(linear_rnn(scale, "float64"), x)["rnn"]["h"]
    slopes = np.diff(np.log(norms.mean))
    np.testing.assert_allclose(slopes, -np.log(scale), atol=1e-9)
    assert norms.std.max() < 1e-9 * norms.mean.max()


@pytest.mark.parametrize("forget", [0.5, 0.9, 0.99])
def test_gradients_of_a_cell_state_change_by_the_forget_gate(forget):
    x = np.random.default_rng(1).normal(size=(4, 60, 1))
    norms = analysis.output_flow(fixed_lstm(forget), x)["lstm"]["c"].mean
    np.testing.assert_allclose(np.diff(np.log(norms)), -np.log(forget), atol=1e-5)


@pytest.mark.parametrize(("scale", "length"), [(0.5, 7), (0.9, 44), (1.0, np.inf)])
def test_memory_lasts_until_the_gradient_has_fallen_below_the_share(scale, length):
    x = np.random.default_rng(1).normal(size=(4, 100, 2))
    assert analysis.memory_length(linear_rnn(scale, "float64"), x) == {"rnn": length}


@pytest.mark.parametrize("step", [None, 80, -20])
def test_memory_of_an_output_with_steps_is_counted_from_its_step(step):
    model = linear_rnn(0.9, "float64", return_sequences=True)
    x = np.random.default_rng(1).normal(size=(4, 100, 2))
    assert analysis.memory_length(model, x, step=step) == {"rnn": 44}
    assert analysis.memory_length(model, x, step=step, share=0.5) == {"rnn": 7}


@pytest.mark.parametrize("return_sequences", [False, True])
def test_memory_of_the_backward_layer_is_counted_from_the_other_end(return_sequences):
    kernel = orthogonal(np.random.default_rng(0), 0.5)
    both = layers.Bidirectional(
        layers.SimpleRNN(
            H,
            activation="linear",
            recurrent_initializer=lambda shape, dtype: kernel,
            return_sequences=return_sequences,
        )
    )
    model = fastlstm.Sequential([both, layers.Dense(1)])
    x = np.random.default_rng(1).normal(size=(4, 50, 2))
    found = analysis.memory_length(model, x, step=20 if return_sequences else None)
    assert list(found.values()) == [7, 7]
    assert list(found) == [f"{both.name}/{inner.name}" for inner in (both.forward_layer, both.backward_layer)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [0.2, 0.9, 1.0, 1.3])
@pytest.mark.parametrize("steps", [40, 2000])
def test_the_exponent_of_a_linear_network_is_the_logarithm_of_its_scale(scale, steps, dtype):
    x = np.random.default_rng(1).normal(size=(3, steps, 2))
    model = linear_rnn(scale, dtype)
    assert analysis.lyapunov_exponent(model, x)["rnn"] == pytest.approx(np.log(scale), abs=1e-6)


def test_exponents_of_a_stack_are_those_of_its_layers():
    scales = [0.7, 1.1, 0.9]
    kernels = [orthogonal(np.random.default_rng(k), scale) for k, scale in enumerate(scales)]
    stack = [
        layers.SimpleRNN(
            H, activation="linear", recurrent_initializer=lambda shape, dtype, k=kernel: k, return_sequences=True
        )
        for kernel in kernels
    ]
    model = fastlstm.Sequential([*stack, layers.Dense(1)])
    found = analysis.lyapunov_exponent(model, np.random.default_rng(1).normal(size=(2, 100, 2)))
    np.testing.assert_allclose(list(found.values()), np.log(scales), atol=1e-6)


def test_the_exponent_is_the_growth_of_a_small_change():
    """Against two runs that begin with states beside each other (Benettin's method)."""
    rng = np.random.default_rng(5)
    layer = layers.GRU(H, dtype="float64", return_state=True)
    x = rng.normal(size=(2, 2000, 3))
    model_layer = layers.GRU(H, name="gru", dtype="float64")
    model = fastlstm.Sequential([model_layer, layers.Dense(1, dtype="float64")])
    model.predict(x)
    model_layer.set_weights([rng.normal(size=w.shape) for w in model_layer.get_weights()])
    layer(x)
    layer.set_weights(model_layer.get_weights())
    h, change, growth = np.zeros((2, H)), rng.normal(size=(2, H)), []
    for t in range(x.shape[1]):
        change *= 1e-7 / np.linalg.norm(change, axis=1, keepdims=True)
        _, after = layer(x[:, t : t + 1], initial_state=[h])
        _, changed = layer(x[:, t : t + 1], initial_state=[h + change])
        h, change = after, changed - after
        growth.append(np.log(np.linalg.norm(change, axis=1) / 1e-7))
    wanted = np.mean(growth[100:])
    assert analysis.lyapunov_exponent(model, x)["gru"] == pytest.approx(wanted, rel=0.05)


@pytest.mark.parametrize("scale", [0.5, 1.0])
def test_masked_steps_count_in_neither_memory_nor_exponent(scale):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(6, 80, 2))
    plain = linear_rnn(scale, "float64")
    masked = fastlstm.Sequential([layers.Masking(dtype="float64"), *plain.layers])
    padded = np.zeros((6, 240, 2))
    for sample, values in zip(padded, x, strict=True):
        sample[np.sort(rng.choice(240, 80, replace=False))] = values
    assert analysis.memory_length(masked, padded) == analysis.memory_length(plain, x)
    assert analysis.lyapunov_exponent(masked, padded)["rnn"] == pytest.approx(np.log(scale), abs=1e-6)


def test_steps_of_the_output_are_no_steps_of_a_layer_with_other_steps():
    scales = {"encoder": 0.5, "decoder": 0.5}
    stack = [
        layers.SimpleRNN(
            H,
            name=name,
            activation="linear",
            recurrent_initializer=lambda shape, dtype, s=scale: orthogonal(np.random.default_rng(0), s),
            return_sequences=name == "decoder",
        )
        for name, scale in scales.items()
    ]
    model = fastlstm.Sequential([stack[0], layers.RepeatVector(20), stack[1], layers.Dense(1)])
    x = np.random.default_rng(1).normal(size=(4, 30, 2))
    assert analysis.memory_length(model, x) == {"encoder": 7, "decoder": 7}
    with pytest.raises(ValueError, match="step: layer 'encoder' has 30 steps and the output 20"):
        analysis.memory_length(model, x, step=5)


def test_exponents_do_not_depend_on_batches():
    model = fastlstm.Sequential([layers.GRU(H, name="gru"), layers.Dense(1)])
    x = np.random.default_rng(1).normal(size=(7, 40, 2))
    found = [analysis.lyapunov_exponent(model, x, batch_size=size)["gru"] for size in (1, 3, 7)]
    assert found == pytest.approx([found[0]] * 3, rel=1e-9)


def test_gradients_of_several_embeddings_of_an_input_are_joined():
    inputs = layers.Input((9,))
    first, second = (layers.Embedding(5, width)(inputs) for width in (3, 4))
    x = layers.GRU(4)(layers.Concatenate()([first, second]))
    model = models.Model(inputs, layers.Dense(1)(x))
    indices = np.random.default_rng(0).integers(0, 5, (6, 9))
    vectors = [np.array(layer.embeddings)[indices] for layer in model.layers[1:3]]
    wide = layers.Input((9, 7))
    rest = models.Model(wide, model.layers[-1](model.layers[-2](wide)))
    wanted = analysis.connectivity(rest, np.concatenate(vectors, axis=2))
    np.testing.assert_allclose(analysis.connectivity(model, indices), wanted, rtol=1e-5)


def test_gates_of_large_biases_are_saturated():
    model = fastlstm.Sequential([layers.Input((None, 1)), layers.LSTM(H, name="lstm"), layers.Dense(1)])
    kernel, recurrent, bias = model.layers[0].get_weights()
    bias[:H], bias[H : 2 * H], bias[3 * H :] = -9, 9, 0
    model.layers[0].set_weights([0 * kernel, 0 * recurrent, bias])
    found = analysis.saturation(model, np.ones((2, 5, 1)))["lstm"]
    assert {gate: (shut.tolist(), open_.tolist()) for gate, (shut, open_) in found.items()} == {
        "i": ([1.0] * H, [0.0] * H),
        "f": ([0.0] * H, [1.0] * H),
        "o": ([0.0] * H, [0.0] * H),
    }


def test_masked_steps_are_not_saturated():
    model = fastlstm.Sequential([layers.Masking(), layers.GRU(H, name="gru")])
    x = np.ones((2, 8, 1))
    x[:, 3:] = 0
    found = analysis.saturation(model, x, low=0.45, high=0.55)["gru"]
    unmasked = analysis.saturation(model, x[:, :3], low=0.45, high=0.55)["gru"]
    for gate in "zr":
        np.testing.assert_array_equal(found[gate], unmasked[gate])


def test_every_kind_of_model_has_names_for_its_layers():
    inputs = layers.Input((10, 3))
    cells = [layers.LSTMCell(4), layers.LSTMCell(4)]
    shared = layers.GRU(4, return_sequences=True)
    x = layers.TimeDistributed(layers.Dense(3))(shared(shared(layers.Dense(4)(inputs))))
    x = layers.RNN(cells, return_sequences=True, go_backwards=True)(x)
    model = models.Model(inputs, layers.Dense(1)(layers.Bidirectional(layers.MinGRU(4))(x)))
    data = np.random.default_rng(0).normal(size=(5, 10, 3)).astype("float32")
    found = analysis.states(model, data)
    assert [re.sub(r"_\d+", "", name) for name in found] == [
        "gru",
        "gru (2)",
        "rnn/lstm_cell",
        "rnn/lstm_cell",
        "bidirectional/forward_min_gru",
        "bidirectional/backward_min_gru",
    ]
    assert len(found) == 6
    up_to_rnn = models.Model(inputs, x)
    np.testing.assert_array_equal(list(found.values())[3]["h"][:, ::-1], up_to_rnn.predict(data))


def stateful_model():
    fastlstm.utils.set_random_seed(1)
    model = fastlstm.Sequential([layers.Input((5, 2), batch_size=4)])
    model.add(layers.LSTM(4, name="lstm", stateful=True, dropout=0.5))
    model.add(layers.BatchNormalization())
    model.add(layers.Dense(1))
    model.layers[0].trainable = False
    model.compile("adam", loss="mse")
    return model


def test_analysis_changes_neither_weights_nor_states_nor_random_numbers():
    x, y = np.random.default_rng(0).normal(size=(4, 5, 2)), np.ones((4, 1))
    wanted = stateful_model().fit(x, y, batch_size=4, epochs=2, verbose=0).history["loss"]
    model = stateful_model()
    model.predict(x)
    before = [*model.get_weights(), *model.layers[0].states]
    flow = analysis.gradient_flow(model, x, y)
    assert (flow["lstm"]["h"].samples > 0).all()
    for look in (analysis.states, analysis.gates, analysis.saturation, analysis.lyapunov_exponent):
        look(model, x)
    analysis.connectivity(model, x)
    for old, new in zip(before, [*model.get_weights(), *model.layers[0].states], strict=True):
        np.testing.assert_array_equal(old, new)
    model.reset_states()
    found = model.fit(x, y, batch_size=4, epochs=2, verbose=0).history["loss"]
    assert found == wanted


@pytest.mark.parametrize("loss", [lambda y, p: ((y - p) ** 2).mean(-1), "mse"])
def test_losses_written_in_python_give_the_same_flow(loss):
    model = fastlstm.Sequential([layers.GRU(4, name="gru", return_sequences=True), layers.Dense(2)])
    x = np.random.default_rng(0).normal(size=(6, 5, 2))
    y = np.random.default_rng(1).normal(size=(6, 5, 2))
    model.compile(loss="mse")
    weight = np.linspace(0.5, 2, 6)
    wanted = analysis.gradient_flow(model, x, y, weight)["gru"]["h"].samples
    model.compile(loss=loss)
    np.testing.assert_allclose(analysis.gradient_flow(model, x, y, weight)["gru"]["h"].samples, wanted, rtol=1e-5)


def test_several_outputs_count_with_their_weights():
    inputs = layers.Input((5, 2))
    h = layers.GRU(4, name="gru")(inputs)
    model = models.Model(inputs, [layers.Dense(1, name="a")(h), layers.Dense(1, name="b")(h)])
    x, y = np.random.default_rng(0).normal(size=(6, 5, 2)), np.random.default_rng(1).normal(size=(6, 1))
    found = []
    for weights in ([1, 0], [0, 1], [2, 0]):
        model.compile(loss=["mse", "mae"], loss_weights=weights)
        found.append(analysis.gradient_flow(model, x, [y, y])["gru"]["h"].samples)
    assert not np.allclose(found[0], found[1])
    np.testing.assert_allclose(found[2], 2 * found[0], rtol=1e-5)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m, x: analysis.gradient_flow(m, x, x[:, 0]), ValueError, "loss"),
        (lambda m, x: analysis.states("model", x), TypeError, "model: expected a fastlstm model, got str"),
        (lambda m, x: analysis.states(m, x[:0]), ValueError, "x: expected at least one sample"),
        (lambda m, x: analysis.states(m, x, batch_size=0), ValueError, "batch_size"),
        (
            lambda m, x: analysis.connectivity(m, x, 3),
            ValueError,
            "step: expected None for a model",
        ),
        (lambda m, x: analysis.connectivity(m, x, feature=9), ValueError, "feature"),
        (lambda m, x: analysis.memory_length(m, x, share=1.0), ValueError, "share"),
        (lambda m, x: analysis.memory_length(m, x, share=0.0), ValueError, "share"),
        (lambda m, x: analysis.saturation(m, x, low=0.9, high=0.1), ValueError, "high"),
        (lambda m, x: analysis.lyapunov_exponent(m, x[:, :3]), ValueError, "x: expected sequences of at least 4 steps"),
        (
            lambda m, x: analysis.states(fastlstm.Sequential([layers.Dense(1)]), x),
            ValueError,
            "model: expected one with LSTM, GRU",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    model = fastlstm.Sequential([layers.GRU(4), layers.Dense(2)])
    with pytest.raises(error, match=message):
        call(model, np.zeros((4, 6, 2)))
