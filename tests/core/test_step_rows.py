"""Layers that take every step of a sequence as a row: each layer against loops over steps, and finite differences."""

import numpy as np
import pytest
from core_networks import NETWORKS

STEPS, INNER_STEPS, FEATURES = 3, 5, 2
OPTIONS = {"activation": "tanh", "recurrent_activation": "sigmoid"}


def divided(net, source, features=FEATURES, sequence=True):
    return net.add("steps_to_rows", inputs=[source], features=features, sequence=sequence)


def united(net, rows, sequence, steps=1):
    return net.add("rows_to_steps", inputs=[rows, sequence], steps=steps)


def recurrent(net, units, cell="lstm", **options):
    return net.add("recurrent", cell=cell, units=units, **OPTIONS, **options)


def convolutions(net):
    """The steps of the input are rows already; rows are steps again at no cost."""
    divided(net, -1)
    net.add("convolution", filters=3, size=2)
    net.add("activation", activation="tanh")
    flat = net.add("reshape", features=12, steps=1, sequence=False)
    united(net, flat, -1)
    recurrent(net, 4)
    net.add("dense", units=2)


def between(net):
    """Something before them learns, and something else takes their sequence; dropout draws for every step."""
    low = recurrent(net, 6, return_sequences=True)
    divided(net, low)
    recurrent(net, 4, return_sequences=True)
    high = recurrent(net, 3, "gru", return_sequences=True)
    again = united(net, high, low, 3)
    net.add("merge", mode="concat", inputs=[low, again])
    net.add("dense", units=2)


def twice(net):
    """Steps of steps, with weights that are used in two places, and penalties."""
    divided(net, -1, 5, True)
    rows = net.add("dense", units=4)
    inner = divided(net, rows, 2, True)
    first = recurrent(net, 3)
    net.add("activity_regularizer", l1=0.01, l2=0.02)
    outer = united(net, net.add("dense", units=2), rows)
    net.add("activity_regularizer", l2=0.03, inputs=[outer])
    last = recurrent(net, 3)
    second = net.add("dense", units=2, inputs=[last])
    united(net, second, -1)
    recurrent(net, 2)
    assert (inner, first) == (2, 3)


def batch_normalized(net):
    """Moments of each step."""
    recurrent(net, 6, return_sequences=True)
    low = net.add("activation", activation="tanh")
    divided(net, low)
    net.add("batch_normalization", momentum=0.8)
    united(net, recurrent(net, 3, "gru"), low)
    recurrent(net, 2)


GRAPHS = [convolutions, between, twice, batch_normalized]


@pytest.fixture(params=GRAPHS, ids=lambda graph: graph.__name__)
def graph(request):
    return request.param


def built(graph, rng, dtype="float64", rows=6, input_gradient=False):
    net = NETWORKS[dtype](INNER_STEPS * FEATURES, True, input_gradient)
    graph(net)
    for i, parameter in enumerate(net.parameters):
        values = 0.6 * rng.normal(size=parameter.shape)
        if parameter.name == "moving_variance":
            values = np.abs(values) + 0.3
        net.set_weight(i, values.astype(dtype))
    net.set_loss("mean_squared_error")
    x = rng.normal(size=(rows, STEPS, INNER_STEPS * FEATURES)).astype(dtype)
    return net, x, rng.normal(size=net.predict(x).shape).astype(dtype)


def slope(function, values, place, step=1e-6):
    """Return the derivative of a function of an array at one of its places, by central differences."""
    results = []
    for move in (step, -step):
        moved = values.copy()
        moved.flat[place] += move
        results.append(function(moved))
    return (results[0] - results[1]) / (2 * step)


def test_gradients_match_finite_differences(isa, graph, rng):
    net, x, y = built(graph, rng, input_gradient=True)
    assert net.loss_and_gradients(x, y) == pytest.approx(net.evaluate(x, y), rel=1e-13)
    trained = [i for i, parameter in enumerate(net.parameters) if parameter.trainable]
    gradients = {i: net.gradient(i) for i in trained}
    largest = max(np.abs(gradient).max() for gradient in gradients.values())
    for i, gradient in gradients.items():
        weight = net.weight(i).copy()

        def loss_of(values, i=i):
            net.set_weight(i, values)
            return net.evaluate(x, y)

        for place in rng.choice(weight.size, size=min(weight.size, 12), replace=False):
            assert abs(gradient.flat[place] - slope(loss_of, weight, place)) < 1e-6 * largest
        net.set_weight(i, weight)
    saved = net.forward(x)
    d_output = rng.normal(size=saved.output.shape)
    d_x, _ = net.backward(saved, d_output)
    for place in rng.choice(x.size, size=20, replace=False):
        found = slope(lambda values: (net.predict(values) * d_output).sum(), x, place)
        assert d_x.flat[place] == pytest.approx(found, rel=1e-6, abs=1e-8)


def test_gradients_in_training_mode_match_finite_differences(isa, rng):
    net, x, _ = built(batch_normalized, rng, input_gradient=True)
    saved = net.forward(x, rng_step=0)
    d_output = rng.normal(size=saved.output.shape)
    d_x, _ = net.backward(saved, d_output)
    weights = [net.weight(i).copy() for i in range(len(net.parameters))]

    def total(values):
        for i, weight in enumerate(weights):
            net.set_weight(i, weight)
        return (net.forward(values, rng_step=0).output * d_output).sum()

    for place in rng.choice(x.size, size=20, replace=False):
        assert d_x.flat[place] == pytest.approx(slope(total, x, place), rel=1e-5, abs=1e-8)


def test_each_step_is_what_the_layers_give_for_it_alone(isa, dtype, rng):
    net, x, _ = built(convolutions, rng, dtype)
    inner = NETWORKS[dtype](FEATURES, True)
    inner.add("convolution", filters=3, size=2)
    inner.add("activation", activation="tanh")
    inner.add("reshape", features=12, steps=1, sequence=False)
    outer = NETWORKS[dtype](12, True)
    recurrent(outer, 4)
    outer.add("dense", units=2)
    for i in range(len(net.parameters)):
        network, place = (inner, i) if i < 2 else (outer, i - 2)
        network.set_weight(place, net.weight(i))
    each = [inner.predict(np.ascontiguousarray(x[:, s].reshape(-1, INNER_STEPS, FEATURES))) for s in range(STEPS)]
    np.testing.assert_array_equal(net.predict(x), outer.predict(np.ascontiguousarray(np.stack(each, axis=1))))


def test_bits_do_not_depend_on_batch_or_threads(isa, dtype, graph, threads, rng):
    net, x, y = built(graph, rng, dtype, rows=67)
    whole = net.predict(x)
    for start, end in [(0, 1), (5, 7), (13, 30), (66, 67)]:
        np.testing.assert_array_equal(net.predict(x[start:end]), whole[start:end])
    before, results = [net.weight(i).copy() for i in range(len(net.parameters))], []
    for count in (1, 2, 4):
        threads(count)
        for i, weight in enumerate(before):
            net.set_weight(i, weight)
        net.set_optimizer("adam", {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7})
        done, loss = 0, 0.0
        while done < 3:
            done, loss = net.train(
                x, y, np.arange(67), batch_size=24, first_step=done, learning_rate=0.01, seconds=0.0, loss_sum=loss
            )
        results.append([net.weight(i).copy() for i in range(len(net.parameters))] + [np.float64(loss)])
    for found in results[1:]:
        for a, b in zip(found, results[0], strict=True):
            np.testing.assert_array_equal(a, b)


def test_dropout_draws_for_every_step_and_not_by_batch(isa, rng):
    net = NETWORKS["float64"](INNER_STEPS * FEATURES, True)
    divided(net, -1)
    rows = net.add("dropout", rate=0.5, seed=3)
    united(net, rows, -1, INNER_STEPS)
    x = np.ones((40, STEPS, INNER_STEPS * FEATURES))
    output, _ = net.run(x, rng_step=0)
    assert set(np.unique(output)) == {0.0, 2.0}
    steps = output.reshape(40 * STEPS, -1)
    assert len(np.unique(steps, axis=0)) > 40 * STEPS * 0.8
    np.testing.assert_array_equal(net.run(x[:7], rng_step=0)[0], output[:7])


def test_the_mask_of_the_sequence_goes_on_and_those_inside_end(isa, rng):
    net = NETWORKS["float64"](INNER_STEPS * FEATURES, True)
    divided(net, -1)
    net.add("masking", mask_value=0.0)
    rows = recurrent(net, 3)
    united(net, rows, -1)
    recurrent(net, 4)
    for i, parameter in enumerate(net.parameters):
        net.set_weight(i, rng.normal(size=parameter.shape))
    x = rng.normal(size=(4, STEPS, INNER_STEPS, FEATURES))
    x[:, :, 3:] = 0
    valid = np.array([[True] * STEPS, [True, False, True], [False, True, True], [True, False, False]])
    flat = x.reshape(4, STEPS, -1)
    found, _ = net.run(flat, mask=valid)
    for n in range(4):
        alone, _ = net.run(np.ascontiguousarray(flat[n : n + 1, valid[n]]))
        np.testing.assert_array_equal(found[n], alone[0])
        short = np.ascontiguousarray(x[n : n + 1, :, :3].reshape(1, STEPS, -1))
        other = NETWORKS["float64"](3 * FEATURES, True)
        divided(other, -1)
        united(other, recurrent(other, 3), -1)
        recurrent(other, 4)
        for i in range(len(other.parameters)):
            other.set_weight(i, net.weight(i))
        np.testing.assert_array_equal(other.run(short)[0], net.run(flat[n : n + 1])[0])


def test_streams_of_steps_that_are_sequences(isa, rng):
    net, x, _ = built(convolutions, rng)
    from fastlstm._core import StreamF64

    stream = StreamF64(net, lambda values: values)
    for s in range(STEPS):
        output = stream.step(np.ascontiguousarray(x[:, s]))
    np.testing.assert_array_equal(output, net.predict(x))


def test_no_steps_and_no_rows(isa, graph, rng):
    net, x, _ = built(graph, rng)
    assert net.predict(x[:0]).shape[0] == 0
    assert np.isfinite(net.predict(np.ascontiguousarray(x[:, :0]))).all()


def test_errors_name_what_does_not_fit():
    net = NETWORKS["float64"](10, True)
    with pytest.raises(ValueError, match="features: expected steps of 3 numbers or several times as many, got 10"):
        divided(net, -1, 3)
    rows = divided(net, -1, 2)
    with pytest.raises(ValueError, match="stateful: expected false for a layer that is applied to every step"):
        recurrent(net, 3, stateful=True)
    low = recurrent(net, 3)
    with pytest.raises(ValueError, match="outputs: expected rows of the network, got their steps"):
        net.set_outputs([low])
    with pytest.raises(ValueError, match="inputs: expected the same rows in all of them"):
        net.add("merge", mode="concat", inputs=[rows, divided(net, -1, 2)])
    with pytest.raises(ValueError, match="inputs: expected rows and the sequence whose steps they were"):
        united(net, -1, -1)
