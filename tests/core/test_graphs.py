"""Networks in which an output goes to several layers, and a layer takes several outputs."""

import numpy as np
import pytest
from core_networks import NETWORKS, gradients_of

from fastlstm import _core

INPUT = -1
FEATURES, STEPS = 3, 5
SEQUENCES = {"activation": "tanh", "recurrent_activation": "sigmoid", "return_sequences": True}


def recurrent(net, inputs, units, cell="lstm", **options):
    return net.add("recurrent", inputs=inputs, cell=cell, units=units, **{**SEQUENCES, **options})


def two_branches(net):
    """Two branches from one input, joined by an addition and a concatenation."""
    left = recurrent(net, [INPUT], 4)
    right = recurrent(net, [INPUT], 4, "gru", go_backwards=True)
    total = net.add("merge", mode="sum", inputs=[left, right])
    both = net.add("merge", mode="concat", inputs=[total, left, INPUT])
    return net.add("dense", inputs=[both], units=2)


def residual(net):
    """Layers around each of which the input goes as well."""
    at = net.add("dense", inputs=[INPUT], units=4)
    for cell in ("lstm", "simple_rnn", "gru"):
        at = net.add("merge", mode="sum", inputs=[at, recurrent(net, [at], 4, cell)])
    return net.add("dense", inputs=[at], units=2)


def gated(net):
    """The product and the mean of three branches; one of them is given twice."""
    first, second = (net.add("dense", inputs=[INPUT], units=4) for _ in range(2))
    gate = net.add("activation", inputs=[second], activation="sigmoid")
    product = net.add("merge", mode="mul", inputs=[first, gate, first])
    mean = net.add("merge", mode="ave", inputs=[product, second, first])
    return recurrent(net, [mean], 2)


def last_steps(net):
    """Branches that end without steps."""
    left = recurrent(net, [INPUT], 4, return_sequences=False)
    right = recurrent(net, [INPUT], 6, "gru", return_sequences=False)
    both = net.add("merge", mode="concat", inputs=[left, right])
    repeated = net.add("repeat_vector", inputs=[both], n=STEPS)
    joined = net.add("merge", mode="concat", inputs=[repeated, INPUT])
    return net.add("dense", inputs=[joined], units=2)


def chosen_steps(net):
    """The last step, the second one, and some between."""
    low = recurrent(net, [INPUT], 4)
    last, second = net.add("step", inputs=[low]), net.add("step", inputs=[low], step=1)
    between = recurrent(net, [net.add("step_range", inputs=[low], before=-1, after=-1)], 4, return_sequences=False)
    both = net.add("merge", mode="concat", inputs=[last, second, between])
    repeated = net.add("repeat_vector", inputs=[both], n=STEPS)
    return net.add("dense", inputs=[repeated], units=2)


def masked(net):
    """Branches with one mask, as the loss has it then."""
    valid = net.add("masking", inputs=[INPUT], mask_value=0.0)
    left, right = recurrent(net, [valid], 4), recurrent(net, [valid], 4, "gru")
    return net.add("dense", inputs=[net.add("merge", mode="sum", inputs=[left, right])], units=2)


GRAPHS = [two_branches, residual, gated, last_steps, chosen_steps, masked]


@pytest.fixture(params=GRAPHS, ids=lambda graph: graph.__name__)
def graph(request):
    return request.param


def built(graph, rng, dtype="float64", rows=6, input_gradient=False):
    net = NETWORKS[dtype](FEATURES, True, input_gradient)
    graph(net)
    for i, parameter in enumerate(net.parameters):
        net.set_weight(i, (0.6 * rng.normal(size=parameter.shape)).astype(dtype))
    net.set_loss("mean_squared_error")
    x = rng.normal(size=(rows, STEPS, FEATURES)) * (rng.random((rows, STEPS, 1)) < 0.7)
    return net, x.astype(dtype), rng.normal(size=(rows, STEPS, 2)).astype(dtype)


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
    loss = net.loss_and_gradients(x, y)
    assert loss == pytest.approx(net.evaluate(x, y), rel=1e-13)
    gradients = gradients_of(net)
    largest = max(np.abs(gradient).max() for gradient in gradients)
    for i, gradient in enumerate(gradients):
        weight = net.weight(i).copy()

        def loss_of(values, i=i):
            net.set_weight(i, values)
            return net.evaluate(x, y)

        for place in rng.choice(weight.size, size=min(weight.size, 12), replace=False):
            assert abs(gradient.flat[place] - slope(loss_of, weight, place)) < 1e-6 * largest
        net.set_weight(i, weight)


def test_gradients_of_inputs_and_states_match_finite_differences(isa, graph, rng):
    net, x, _ = built(graph, rng, input_gradient=True)
    state = rng.normal(size=(len(x), net.state_size))
    saved = net.forward(x, state=state)
    d_output, d_state = rng.normal(size=saved.output.shape), rng.normal(size=saved.state.shape)
    d_x, d_initial = net.backward(saved, d_output, d_state)

    def total(x, state):
        output, final = net.run(x, state=state)
        return (output * d_output).sum() + (final * d_state).sum()

    for place in rng.choice(x.size, size=20, replace=False):
        if x.flat[place]:  # the mask changes where zeros do
            assert d_x.flat[place] == pytest.approx(slope(lambda x: total(x, state), x, place), rel=1e-6, abs=1e-8)
    for place in rng.choice(state.size, size=min(20, state.size), replace=False):
        expected = slope(lambda state: total(x, state), state, place)
        assert d_initial.flat[place] == pytest.approx(expected, rel=1e-6, abs=1e-8)


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
        done, losses = 0, 0.0
        while done < 3:
            done, losses = net.train(
                x, y, np.arange(67), batch_size=24, first_step=done, learning_rate=0.01, seconds=0.0, loss_sum=losses
            )
        np.testing.assert_array_equal(net.predict(x[:1]), net.predict(x)[:1])
        results.append([net.weight(i).copy() for i in range(len(net.parameters))] + [np.float64(losses)])
    for found in results[1:]:
        for a, b in zip(found, results[0], strict=True):
            np.testing.assert_array_equal(a, b)


def test_bits_do_not_depend_on_threads_that_share_units_or_layers(dtype, threads, rng):
    def wide(net):
        low = recurrent(net, [INPUT], 64)
        high = recurrent(net, [recurrent(net, [low], 64)], 64)
        return net.add("dense", inputs=[net.add("merge", mode="sum", inputs=[low, high])], units=2)

    net = NETWORKS[dtype](FEATURES, True)
    wide(net)
    for i, parameter in enumerate(net.parameters):
        net.set_weight(i, (0.2 * rng.normal(size=parameter.shape)).astype(dtype))
    net.set_loss("mean_squared_error")
    x, y = rng.normal(size=(1, 200, FEATURES)).astype(dtype), rng.normal(size=(1, 200, 2)).astype(dtype)
    results = []
    for count in (1, 2):
        threads(count)
        results.append([net.predict(x), np.float64(net.loss_and_gradients(x, y)), *gradients_of(net)])
    for a, b in zip(*results, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_chain_with_its_inputs_named_is_the_same_chain(isa, dtype, rng):
    def chain(net, named):
        at = INPUT
        for cell in ("lstm", "gru"):
            at = recurrent(net, [at] if named else [], 4, cell)
        net.add("dense", inputs=[at] if named else [], units=2)

    results = []
    for named in (False, True):
        net, x, y = built(lambda net, named=named: chain(net, named), np.random.default_rng(3), dtype)
        results.append([net.predict(x), np.float64(net.loss_and_gradients(x, y)), *gradients_of(net)])
    for a, b in zip(*results, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("frozen", ["left", "right", "dense", "input side"])
def test_gradients_do_not_depend_on_what_else_is_trained(isa, frozen, dtype, rng):
    def network(flags):
        net = NETWORKS[dtype](FEATURES, True)
        two_branches(net)
        if flags is not None:
            net.set_trainable(flags)
        return net

    whole = network(None)
    layers = {"left": [0], "right": [1], "dense": [4], "input side": [0, 1]}[frozen]
    part = network([parameter.layer not in layers for parameter in whole.parameters])
    x, y = rng.normal(size=(9, STEPS, FEATURES)).astype(dtype), rng.normal(size=(9, STEPS, 2)).astype(dtype)
    for i, parameter in enumerate(whole.parameters):
        value = (0.5 * rng.normal(size=parameter.shape)).astype(dtype)
        for net in (whole, part):
            net.set_weight(i, value)
    for net in (whole, part):
        net.set_loss("mean_squared_error")
    assert part.loss_and_gradients(x, y) == whole.loss_and_gradients(x, y)
    for i, parameter in enumerate(part.parameters):
        if parameter.trainable:
            np.testing.assert_array_equal(part.gradient(i), whole.gradient(i))


def test_a_merge_is_valid_where_any_input_is(isa, rng):
    """As Keras 3 has it; an input without a mask is valid everywhere."""
    x = rng.normal(size=(4, STEPS, FEATURES))
    x[:, :2, 0], x[:, 1:4, 1] = 0, 0  # the two maskings see one feature each
    y = rng.normal(size=(4, STEPS, 2))

    def network(masks, mode):
        net = NETWORKS["float64"](FEATURES, True)
        branches = []
        for feature in range(2):
            kernel = net.add("dense", inputs=[INPUT], units=2, use_bias=False)
            branches.append(net.add("masking", inputs=[kernel], mask_value=0.0) if masks[feature] else kernel)
        net.add("merge", mode=mode, inputs=branches)
        for i in range(2):
            weight = np.zeros((FEATURES, 2))
            weight[i] = [1.0, -0.5]
            net.set_weight(i, weight)
        net.set_loss("mean_squared_error")
        return net

    for mode in ("sum", "mul", "ave"):
        net = network((True, True), mode)
        assert net.masked_output
        valid = (x[..., 0] != 0) | (x[..., 1] != 0)
        error = ((net.predict(x) - y) ** 2).mean(axis=-1)
        assert net.evaluate(x, y) == pytest.approx((error * valid).sum() / valid.sum(), rel=1e-12)
        assert not network((True, False), mode).masked_output


def test_a_graph_runs_as_a_stream(dtype, rng):
    net, x, _ = built(residual, rng, dtype)
    stream = {"float32": _core.StreamF32, "float64": _core.StreamF64}[dtype](net, np.asarray)
    whole = net.predict(x)
    for t in range(STEPS):
        np.testing.assert_array_equal(stream.step(np.ascontiguousarray(x[:, t])), whole[:, t])


def test_errors_name_what_does_not_fit():
    net = NETWORKS["float32"](FEATURES, True)
    first = recurrent(net, [INPUT], 4)
    for inputs in ([7], [-2], [first + 1]):
        with pytest.raises(ValueError, match=f"inputs: expected -1 .* or layers before this one, got {inputs[0]}"):
            net.add("dense", inputs=inputs, units=2)
    with pytest.raises(ValueError, match="inputs: the layer expects 1, got 2"):
        net.add("dense", inputs=[first, INPUT], units=2)
    with pytest.raises(ValueError, match="the layer expects 4 features, got 3"):
        net.add("merge", mode="sum", inputs=[first, INPUT])
    with pytest.raises(ValueError, match=r"layer: expected one of activation, .*, got 'conv'"):
        net.add("conv")
    with pytest.raises(ValueError, match="mode: expected one of sum, mul, ave, concat, sub, max, min, got ''"):
        net.add("merge", inputs=[first, first])
    with pytest.raises(TypeError, match="unexpected keyword 'width'"):
        net.add("dense", units=2, width=3)
    assert net.add("dense", units=2) == first + 1  # none of these added anything


def test_an_output_that_nothing_takes_is_an_error():
    net = NETWORKS["float32"](FEATURES, True)
    for _ in range(2):
        net.add("dense", inputs=[INPUT], units=2)
    with pytest.raises(ValueError, match="nothing takes the output of layer 0"):
        net.predict(np.zeros((1, STEPS, FEATURES), "float32"))


def test_inputs_of_different_lengths_are_an_error(rng):
    net = NETWORKS["float32"](FEATURES, True)
    last = recurrent(net, [INPUT], FEATURES, return_sequences=False)
    net.add("merge", mode="sum", inputs=[INPUT, net.add("repeat_vector", inputs=[last], n=4)])
    with pytest.raises(ValueError, match="layer 2 expects the same number of steps in all of them, got 5 and 4"):
        net.predict(np.zeros((1, STEPS, FEATURES), "float32"))
