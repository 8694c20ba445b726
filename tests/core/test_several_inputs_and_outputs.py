"""Networks with several inputs and outputs, layers that share weights, and states that go from layer to layer."""

import numpy as np
import pytest
from core_networks import NETWORKS, gradients_of

INPUTS = [(-1, 0), (-1, 1)]
FEATURES, STEPS = [3, 2], [5, 4]
OPTIONS = {"activation": "tanh", "recurrent_activation": "sigmoid"}


def recurrent(net, inputs, units, cell="lstm", **options):
    return net.add("recurrent", inputs=inputs, cell=cell, units=units, **OPTIONS, **options)


def two_tasks(net):
    """Two sequences of different lengths; the second output goes on to the first."""
    left, right = recurrent(net, [INPUTS[0]], 4), recurrent(net, [INPUTS[1]], 3, "gru")
    both = net.add("merge", mode="concat", inputs=[left, right])
    second = net.add("dense", inputs=[both], units=4)
    joined = net.add("merge", mode="concat", inputs=[second, right])
    return [net.add("dense", inputs=[joined], units=2), second]


def siamese(net):
    """One LSTM on two parts of what it is given."""
    narrow = net.add("dense", inputs=[INPUTS[0]], units=2)
    first = recurrent(net, [narrow], 4)
    second = recurrent(net, [INPUTS[1]], 4, weights_of=first)
    third = net.add("dense", inputs=[first], units=3)
    fourth = net.add("dense", inputs=[second], units=3, weights_of=third)
    product = net.add("merge", mode="mul", inputs=[third, fourth])
    return [net.add("dense", inputs=[product], units=1), first]


def encoder_decoder(net):
    """The states of an encoder are those with which a decoder begins; nothing takes its outputs."""
    encoder = recurrent(net, [INPUTS[0]], 4, return_state=True)
    states = [(encoder, 1), (encoder, 2)]
    decoder = recurrent(net, [INPUTS[1], *states], 4, return_sequences=True, return_state=True)
    last = net.add("merge", mode="sum", inputs=[(decoder, 1), (encoder, 2)])
    return [net.add("dense", inputs=[decoder], units=2), net.add("dense", inputs=[last], units=3)]


def bidirectional_encoder(net):
    """The states of both directions, side by side, begin a GRU; its output goes backwards through time again."""
    options = {"cell": "gru", "units": 2, "return_sequences": True, "return_state": True, **OPTIONS}
    both = net.add(
        "bidirectional",
        inputs=[INPUTS[0]],
        forward=options,
        backward={**options, "go_backwards": True},
        merge_mode="concat",
    )
    state = net.add("merge", mode="concat", inputs=[(both, 1), (both, 2)])
    decoder = recurrent(net, [INPUTS[1], state], 4, "gru", return_sequences=True)
    again = net.add(
        "bidirectional",
        inputs=[decoder, (both, 1), (both, 2)],
        forward={**options, "return_state": False},
        backward={**options, "return_state": False, "go_backwards": True},
        merge_mode="sum",
    )
    return [net.add("dense", inputs=[again], units=2), both]


GRAPHS = [two_tasks, siamese, encoder_decoder, bidirectional_encoder]


@pytest.fixture(params=GRAPHS, ids=lambda graph: graph.__name__)
def graph(request):
    return request.param


def built(graph, rng, dtype="float64", rows=6, input_gradient=False):
    net = NETWORKS[dtype](FEATURES, [True, True], input_gradient)
    net.set_outputs(graph(net))
    for i, parameter in enumerate(net.parameters):
        net.set_weight(i, (0.6 * rng.normal(size=parameter.shape)).astype(dtype))
    net.set_loss("mean_squared_error")
    net.set_loss("log_cosh", output=1)
    net.set_loss_weight(0.3, output=1)
    x = [rng.normal(size=(rows, *shape)).astype(dtype) for shape in zip(STEPS, FEATURES, strict=True)]
    y = [rng.normal(size=output.shape).astype(dtype) for output in net.predict(x)]
    return net, x, y


def slope(function, values, place, step=1e-6):
    """Return the derivative of a function of an array at one of its places, by central differences."""
    results = []
    for move in (step, -step):
        moved = values.copy()
        moved.flat[place] += move
        results.append(function(moved))
    return (results[0] - results[1]) / (2 * step)


def test_gradients_of_weights_match_finite_differences(isa, graph, rng):
    net, x, y = built(graph, rng)
    losses = net.loss_and_gradients(x, y)
    np.testing.assert_allclose(losses, net.evaluate(x, y), rtol=1e-13)
    first, second = net.predict(x)
    np.testing.assert_allclose(losses[1], ((first - y[0]) ** 2).mean(), rtol=1e-12)
    np.testing.assert_allclose(losses[2], np.log(np.cosh(second - y[1])).mean(), rtol=1e-12)
    np.testing.assert_allclose(losses[0], losses[1] + 0.3 * losses[2], rtol=1e-12)
    gradients = gradients_of(net)
    largest = max(np.abs(gradient).max() for gradient in gradients)
    for i, gradient in enumerate(gradients):
        weight = net.weight(i).copy()

        def loss_of(values, i=i):
            net.set_weight(i, values)
            return net.evaluate(x, y)[0]

        for place in rng.choice(weight.size, size=min(weight.size, 12), replace=False):
            assert abs(gradient.flat[place] - slope(loss_of, weight, place)) < 1e-6 * largest
        net.set_weight(i, weight)


def test_gradients_of_inputs_match_finite_differences(isa, graph, rng):
    net, x, _ = built(graph, rng, input_gradient=True)
    saved = net.forward(x)
    d_outputs = [rng.normal(size=output.shape) for output in saved.output]
    d_x, _ = net.backward(saved, d_outputs)

    def total(x):
        return sum((output * d).sum() for output, d in zip(net.predict(x), d_outputs, strict=True))

    for k in range(2):
        for place in rng.choice(x[k].size, size=20, replace=False):
            found = slope(lambda values, k=k: total([values if i == k else x[i] for i in range(2)]), x[k], place)
            assert d_x[k].flat[place] == pytest.approx(found, rel=1e-6, abs=1e-8)


def test_bits_do_not_depend_on_batch_or_threads(isa, dtype, graph, threads, rng):
    net, x, y = built(graph, rng, dtype, rows=67)
    whole = net.predict(x)
    for start, end in [(0, 1), (5, 7), (13, 30), (66, 67)]:
        for part, output in zip(net.predict([array[start:end] for array in x]), whole, strict=True):
            np.testing.assert_array_equal(part, output[start:end])
    before, results = [net.weight(i).copy() for i in range(len(net.parameters))], []
    for count in (1, 2, 4):
        threads(count)
        for i, weight in enumerate(before):
            net.set_weight(i, weight)
        net.set_optimizer("adam", {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7})
        done, losses = 0, 0.0
        while done < 3:
            done, losses = net.train(
                x, y, np.arange(67), batch_size=24, first_step=done, learning_rate=0.01, seconds=0.0, loss_sum=losses
            )
        results.append([net.weight(i).copy() for i in range(len(net.parameters))] + [np.float64(losses)])
    for found in results[1:]:
        for a, b in zip(found, results[0], strict=True):
            np.testing.assert_array_equal(a, b)


def test_an_output_without_a_loss_gives_no_gradient(isa, graph, rng):
    net, x, y = built(graph, rng)
    net.set_loss_weight(0.0, output=1)
    with_weight_zero = net.loss_and_gradients(x, y)
    expected = gradients_of(net)
    alone = NETWORKS["float64"](FEATURES, [True, True])
    alone.set_outputs(graph(alone))
    for i in range(len(net.parameters)):
        alone.set_weight(i, net.weight(i))
    alone.set_loss("mean_squared_error")
    for _ in range(2):  # what one step has written does not go into the next
        losses = alone.loss_and_gradients(x, [y[0], None])
        for a, b in zip(gradients_of(alone), expected, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-15)
    assert losses[0] == pytest.approx(with_weight_zero[0], rel=1e-13)


def test_weights_of_samples_and_targets_go_to_their_outputs(isa, rng):
    net, x, y = built(two_tasks, rng)
    weights = [rng.uniform(size=6), None]
    losses = net.evaluate(x, y, sample_weight=weights)
    error = ((net.predict(x)[0] - y[0]) ** 2).mean(axis=-1)
    assert losses[1] == pytest.approx((error * weights[0]).mean(), rel=1e-12)
    assert losses[2] == pytest.approx(net.evaluate(x, y)[2], rel=1e-13)


def test_shared_weights_are_the_same_parameters(rng):
    net, _, _ = built(siamese, rng)
    assert [parameter.layer for parameter in net.parameters] == [0, 0, 1, 1, 1, 3, 3, 6, 6]
    other = NETWORKS["float64"](FEATURES, [True, True])
    with pytest.raises(ValueError, match="weights_of: expected an earlier layer"):
        other.add("dense", inputs=[INPUTS[0]], units=2, weights_of=0)
    first = other.add("dense", inputs=[INPUTS[0]], units=2)
    with pytest.raises(ValueError, match="weights_of: expected an earlier layer with weights of its own"):
        other.add("dense", inputs=[INPUTS[1]], units=2, weights_of=first)


def test_errors_name_what_does_not_fit(rng):
    net, x, y = built(two_tasks, rng)
    for bad, message in [
        (x[0], "x: expected a list of 2, got <class 'numpy.ndarray'>"),
        ([x[0]], "x: expected 2, got 1"),
        ([x[0], x[1][:3]], "x: expected as many rows in all inputs, got 6 and 3"),
    ]:
        with pytest.raises((TypeError, ValueError), match=message):
            net.predict(bad)
    with pytest.raises(ValueError, match="y: expected 2, got 3"):
        net.evaluate(x, [*y, y[0]])
    with pytest.raises(IndexError, match="output: expected one of 2, got 2"):
        net.set_loss("mean_squared_error", output=2)
    with pytest.raises(ValueError, match="mask: expected None"):
        net.run(x, mask=np.ones((6, 5), bool))
    net.set_optimizer("sgd", {})
    with pytest.raises(ValueError, match="loss_sum: expected 3, got 1"):
        net.train(x, y, np.arange(6), batch_size=6, first_step=0, learning_rate=0.1, seconds=0.0, loss_sum=[0.0])
    other = NETWORKS["float64"](FEATURES, [True, True])
    with pytest.raises(ValueError, match="inputs: expected one of 2 outputs of node -1, got 2"):
        other.add("dense", inputs=[(-1, 2)], units=2)
    with pytest.raises(ValueError, match="outputs: expected outputs of layers, got an input"):
        other.set_outputs([-1])
