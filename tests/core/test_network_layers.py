"""Every kind of layer in a network: its gradients against finite differences of `evaluate`, and what is exact."""

import numpy as np
import pytest
from core_networks import NETWORKS, gradients_of

from fastlstm import _core

CELL = {"activation": "tanh", "recurrent_activation": "sigmoid", "return_sequences": True}


def recurrent(net, **options):
    net.add("recurrent", **{"cell": "gru", "units": 4, **CELL, **options})


def bidirectional(net, merge_mode="concat", backward=None, **options):
    forward = {"cell": "lstm", "units": 4, **CELL, **options}
    net.add(
        "bidirectional",
        forward=forward,
        backward={**forward, **(backward or {}), "go_backwards": True},
        merge_mode=merge_mode,
    )


def embedding(net):
    net.add("embedding", input_dim=7, output_dim=3, mask_zero=True)
    recurrent(net)


def flatten(net):
    recurrent(net)
    net.add("reshape", steps=1, features=20, sequence=False)


def reshape(net):
    net.add("reshape", steps=3, features=5, sequence=True)
    recurrent(net)
    net.add("reshape", steps=6, features=2, sequence=True)


def layer_normalization(net, **options):
    recurrent(net)
    net.add("layer_normalization", **{"epsilon": 1e-3, "center": True, "scale": True, **options})


def rescaling(net):
    recurrent(net)
    dtype = "float32" if isinstance(net, _core.NetworkF32) else "float64"
    net.add("rescaling", scale=np.array([1, 2, -1, 0.5], dtype), offset=np.arange(4, dtype=dtype))


def masking(net):
    net.add("masking", mask_value=0.0)
    recurrent(net)
    recurrent(net, cell="lstm")


def activity(net):
    recurrent(net)
    net.add("activity_regularizer", l1=0.02, l2=0.03)


def glu(net):
    recurrent(net)
    net.add("activation", activation="glu")


def swallowed_mask(net):
    net.add("masking", mask_value=0.0)
    recurrent(net)
    recurrent(net, return_sequences=False)


def sized(size=3, stride=1, padding="valid", dilation=1):
    return {"size": size, "stride": stride, "padding": padding, "dilation": dilation}


def convolution(net, filters=6, groups=1, use_bias=True, layer="convolution", **window):
    net.add("recurrent", cell="gru", units=4, **CELL)
    if layer == "convolution":
        net.add(layer, filters=filters, groups=groups, use_bias=use_bias, **sized(**window))
    else:
        net.add(layer, multiplier=filters, use_bias=use_bias, **sized(**window))


def first_convolution(net):
    net.add("convolution", filters=5, **sized(2))
    recurrent(net)


def transposed_convolution(net, filters=6, use_bias=True, first=False, **window):
    if not first:
        recurrent(net)
    net.add("transposed_convolution", filters=filters, use_bias=use_bias, **sized(**window))
    recurrent(net)


def pooling(net, kind, **options):
    recurrent(net)
    net.add("pooling", kind=kind, **(options or sized(2)))


def prelu(net, **options):
    recurrent(net)
    net.add("rectifier", learns_slopes=True, steps=5, **options)


def masked_average(net):
    net.add("masking", mask_value=0.0)
    recurrent(net)
    net.add("pooling", kind="average", all_steps=True, sequence=False)


def stacked(net, layer, **options):
    recurrent(net)
    net.add(layer, **options)


def batch_normalization(net, masked=False, **options):
    if masked:
        net.add("masking", mask_value=0.0)
    recurrent(net)
    net.add("batch_normalization", **options)
    recurrent(net)


BATCH_STAGES = {
    "batch normalization": batch_normalization,
    "batch normalization without gamma": lambda net: batch_normalization(net, scale=False),
    "batch normalization without beta": lambda net: batch_normalization(net, center=False),
    "batch normalization under a mask": lambda net: batch_normalization(net, masked=True),
}
STAGES = BATCH_STAGES | {
    "frozen batch normalization": lambda net: batch_normalization(net, frozen=True),
    "convolution": convolution,
    "first convolution": first_convolution,
    "convolution same": lambda net: convolution(net, padding="same", size=4),
    "convolution causal": lambda net: convolution(net, padding="causal", dilation=2),
    "convolution causal strided": lambda net: convolution(net, padding="causal", stride=2),
    "convolution strided": lambda net: convolution(net, padding="same", stride=2, use_bias=False),
    "convolution groups": lambda net: convolution(net, groups=2, padding="same"),
    "convolution wide": lambda net: convolution(net, filters=70, size=1, stride=3),
    "transposed convolution": transposed_convolution,
    "transposed convolution strided": lambda net: transposed_convolution(net, stride=2, size=4),
    "transposed convolution same": lambda net: transposed_convolution(net, padding="same", stride=2, use_bias=False),
    "transposed convolution dilated": lambda net: transposed_convolution(net, padding="same", dilation=2),
    "transposed convolution wide": lambda net: transposed_convolution(net, filters=70, size=1, stride=2),
    "first transposed convolution": lambda net: transposed_convolution(net, 5, first=True, size=2),
    "depthwise": lambda net: convolution(net, 1, layer="depthwise_convolution"),
    "depthwise several": lambda net: convolution(net, 3, layer="depthwise_convolution", padding="same", stride=2),
    "depthwise dilated": lambda net: convolution(
        net, 2, layer="depthwise_convolution", padding="same", dilation=2, use_bias=False
    ),
    "max pooling": lambda net: pooling(net, "max"),
    "max pooling overlapping": lambda net: pooling(net, "max", **sized(3, padding="same")),
    "average pooling": lambda net: pooling(net, "average", **sized(3, 2, "same")),
    "global max pooling": lambda net: pooling(net, "max", all_steps=True),
    "global average pooling": lambda net: pooling(net, "average", all_steps=True, sequence=False),
    "masked average pooling": masked_average,
    "relu": lambda net: stacked(net, "rectifier", slope=0.2, most=0.3, threshold=0.1),
    "elu": lambda net: stacked(net, "rectifier", slope=0.7, exponential=True),
    "prelu": prelu,
    "prelu for features": lambda net: prelu(net, per_step=False),
    "prelu for steps": lambda net: prelu(net, per_feature=False),
    "prelu for all": lambda net: prelu(net, per_step=False, per_feature=False),
    "zero padding": lambda net: stacked(net, "step_range", before=2, after=1),
    "cropping": lambda net: stacked(net, "step_range", before=-1, after=-2),
    "up sampling": lambda net: stacked(net, "up_sampling", size=3),
    "permute": lambda net: stacked(net, "permute", steps=5),
    "unit normalization": lambda net: stacked(net, "vector_normalization", unit=True, epsilon=1e-12),
    "rms normalization": lambda net: stacked(net, "vector_normalization", scale=True),
    "group normalization": lambda net: stacked(net, "group_normalization", groups=2),
    "group normalization without gamma": lambda net: stacked(net, "group_normalization", groups=1, scale=False),
    "sum": lambda net: bidirectional(net, "sum"),
    "mul": lambda net: bidirectional(net, "mul"),
    "ave": lambda net: bidirectional(net, "ave"),
    "concat": lambda net: bidirectional(net, "concat", {"units": 3, "cell": "gru"}),
    "last outputs": lambda net: bidirectional(net, return_sequences=False),
    "bidirectional under a mask": lambda net: (net.add("masking", mask_value=0.0), bidirectional(net)),
    "embedding": embedding,
    "flatten": flatten,
    "reshape": reshape,
    "layer normalization": layer_normalization,
    "layer normalization without gamma": lambda net: layer_normalization(net, scale=False),
    "layer normalization without beta": lambda net: layer_normalization(net, center=False),
    "rescaling": rescaling,
    "masking": masking,
    "swallowed mask": swallowed_mask,
    "activity": activity,
    "glu": glu,
    "zoneout": lambda net: recurrent(net, cell="lstm", zoneout=0.3, zoneout_cell=0.1),
}


def built(stage, rng, dtype="float64", rows=6):
    """Return a network of a stage under a Dense, and samples with whole steps of zeros among them."""
    index = stage == "embedding"
    net = NETWORKS[dtype](1 if index else 3, True)
    STAGES[stage](net)
    net.add("dense", units=2, use_bias=True)
    for i, parameter in enumerate(net.parameters):
        values = 0.6 * rng.normal(size=parameter.shape)
        net.set_weight(i, (np.abs(values) if parameter.name == "moving_variance" else values).astype(dtype))
    net.set_loss("mean_squared_error")
    x = rng.integers(0, 7, (rows, 5, 1)) if index else rng.normal(size=(rows, 5, 3)) * (rng.random((rows, 5, 1)) < 0.7)
    x = x.astype(dtype)
    return net, x, rng.normal(size=net.predict(x).shape).astype(dtype)


def trained(net):
    return [i for i, parameter in enumerate(net.parameters) if parameter.trainable]


@pytest.mark.parametrize("regularized", [False, True])
@pytest.mark.parametrize("stage", STAGES)
def test_gradients_match_finite_differences(isa, stage, regularized, rng):
    net, x, y = built(stage, rng)
    if regularized:
        for i in trained(net):
            net.set_regularizer(i, 0.01 * i, 0.02)
    loss = net.loss_and_gradients(x, y)
    assert loss == pytest.approx(net.evaluate(x, y), rel=1e-13)
    gradients, step = {i: net.gradient(i) for i in trained(net)}, 1e-6
    largest = max(np.abs(gradient).max() for gradient in gradients.values())
    for i, gradient in gradients.items():
        weight = net.weight(i).copy()
        for place in rng.choice(weight.size, size=min(weight.size, 12), replace=False):
            losses = []
            for move in (step, -step):
                moved = weight.copy()
                moved.flat[place] += move
                net.set_weight(i, moved)
                losses.append(net.evaluate(x, y))
            net.set_weight(i, weight)
            assert abs(gradient.flat[place] - (losses[0] - losses[1]) / (2 * step)) < 1e-6 * largest


@pytest.mark.parametrize("stage", BATCH_STAGES)
def test_gradients_in_training_match_finite_differences(isa, stage, rng):
    """The moments of the batch depend on x, and so on the weights before; a mask must stay as it is."""
    net, x, y = built(stage, rng)
    d_output = np.ascontiguousarray(y)

    def loss():
        return (net.forward(x, rng_step=0).output * d_output).sum()

    net.backward(net.forward(x, rng_step=0), d_output)
    gradients, step = {i: net.gradient(i) for i in trained(net)}, 1e-6
    largest = max(np.abs(gradient).max() for gradient in gradients.values())
    for i, gradient in gradients.items():
        weight = net.weight(i).copy()
        for place in rng.choice(weight.size, size=min(weight.size, 12), replace=False):
            losses = []
            for move in (step, -step):
                moved = weight.copy()
                moved.flat[place] += move
                net.set_weight(i, moved)
                losses.append(loss())
            net.set_weight(i, weight)
            assert abs(gradient.flat[place] - (losses[0] - losses[1]) / (2 * step)) < 1e-6 * largest


@pytest.mark.parametrize("stage", STAGES)
def test_rows_do_not_depend_on_batch_or_threads(isa, dtype, stage, threads, rng):
    net, x, y = built(stage, rng, dtype, rows=67)
    whole = net.predict(x)
    for start, end in [(0, 1), (5, 7), (13, 30), (66, 67)]:
        np.testing.assert_array_equal(net.predict(x[start:end]), whole[start:end])
    net.set_optimizer("adam", {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7})
    for i in trained(net):
        net.set_regularizer(i, 0.01, 0.02)
    before, results = [net.weight(i).copy() for i in range(len(net.parameters))], []
    for count in (1, 4):
        threads(count)
        for i, weight in enumerate(before):
            net.set_weight(i, weight)
        net.set_optimizer("adam", {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7})
        done, losses = 0, 0.0
        while done < 3:
            done, losses = net.train(
                x, y, np.arange(67), batch_size=24, first_step=done, learning_rate=0.01, seconds=0.0, loss_sum=losses
            )
        results.append(([net.weight(i).copy() for i in range(len(net.parameters))], losses))
    assert results[0][1] == results[1][1]
    for found, expected in zip(*(weights for weights, _ in results), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_masked_loss_is_the_mean_over_valid_steps(isa, rng):
    net, x, y = built("masking", rng)
    mask = (x != 0).any(axis=2)
    out = net.predict(x)
    assert net.masked_output
    assert net.evaluate(x, y) == pytest.approx(((out - y) ** 2)[mask].mean(), rel=1e-12)
    swallowed, x, y = built("swallowed mask", rng)
    assert not swallowed.masked_output
    assert swallowed.evaluate(x, y) == pytest.approx(((swallowed.predict(x) - y) ** 2).mean(), rel=1e-12)


def test_a_mask_given_with_the_data_is_that_of_a_masking_stage(isa, rng):
    net, x, y = built("masking", rng)
    plain = _core.NetworkF64(3, True)
    recurrent(plain)
    recurrent(plain, cell="lstm")
    plain.add("dense", units=2, use_bias=True)
    for i in range(len(net.parameters)):
        plain.set_weight(i, net.weight(i).copy())
    plain.set_loss("mean_squared_error")
    mask = (x != 0).any(axis=2)
    assert plain.evaluate(x, y, mask) == net.evaluate(x, y)
    assert plain.loss_and_gradients(x, y, mask) == net.loss_and_gradients(x, y)
    for found, expected in zip(gradients_of(plain), gradients_of(net), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("per", [(True, True, True), (True, False, True), (True, True, False), (False, True, True)])
def test_dropout(isa, dtype, per, rng):
    rate, shape = 0.3, (50, 40, 30)
    net = NETWORKS[dtype](30, True, True)
    net.add("dropout", rate=rate, seed=7, per_row=per[0], per_step=per[1], per_feature=per[2])
    x = np.ones(shape, dtype)
    np.testing.assert_array_equal(net.predict(x), x)
    kept = net.forward(x, rng_step=1)
    y = kept.output
    np.testing.assert_array_equal(np.unique(y), np.array([0, 1 / (1 - rate)], dtype))
    for axis, own in enumerate(per):
        shared = (y == np.take(y, [0], axis=axis)).all()
        assert shared == (not own)
    drawn = np.prod([extent for extent, own in zip(shape, per, strict=True) if own])
    assert abs((y == 0).mean() - rate) < 4 * np.sqrt(rate * (1 - rate) / drawn)
    np.testing.assert_array_equal(net.backward(kept, x)[0], y)
    np.testing.assert_array_equal(net.run(x, rng_step=1)[0], y)
    assert (net.run(x, rng_step=2)[0] != y).any()
    np.testing.assert_array_equal(net.run(x[:9], rng_step=1)[0], y[:9])


def test_both_dtypes_drop_the_same(isa):
    outputs = []
    for dtype in NETWORKS:
        net = NETWORKS[dtype](33, True)
        net.add("dropout", rate=0.5, seed=3)
        outputs.append(net.run(np.ones((4, 5, 33), dtype), rng_step=0)[0])
    np.testing.assert_array_equal(*outputs)


@pytest.mark.parametrize("units", [1, 3, 17, 40])
def test_constraints(isa, units, rng):
    def constrained(kind, axes, minimum=0.0, maximum=1.0, rate=1.0):
        net = _core.NetworkF64(5, False)
        net.add("dense", units=units, use_bias=False)
        start = rng.normal(size=(5, units))
        net.set_weight(0, start)
        net.set_loss("mean_squared_error")
        net.set_optimizer("sgd", {"momentum": 0.0})
        net.set_constraint(0, kind, axes, minimum, maximum, rate)
        x, y = rng.normal(size=(3, 5)), rng.normal(size=(3, units))
        net.train(x, y, np.arange(3), batch_size=3, first_step=0, learning_rate=0.0, seconds=0.0)
        return start, net.weight(0).copy()

    start, found = constrained("non_neg", (0,))
    np.testing.assert_array_equal(found, np.maximum(start, 0))
    for axes in [(0,), (1,), (0, 1)]:
        for kind, rate in [("max_norm", 1.0), ("unit_norm", 1.0), ("min_max_norm", 0.6)]:
            start, found = constrained(kind, axes, 0.5 if kind == "min_max_norm" else 0.0, 0.9, rate)
            norm = np.sqrt((start**2).sum(axis=axes, keepdims=True))
            wanted = 1.0 if kind == "unit_norm" else np.clip(norm, 0.5 if kind == "min_max_norm" else 0, 0.9)
            wanted = rate * wanted + (1 - rate) * norm
            np.testing.assert_allclose(found, start * wanted / (1e-7 + norm), rtol=1e-12)


@pytest.mark.parametrize("cell", _core.cells())
def test_streamed_step_by_step_is_the_whole(isa, dtype, cell, threads, rng):
    activation = "linear" if cell.startswith("min_") else "tanh"
    net = NETWORKS[dtype](3, True)
    for units in (17, 5):
        net.add("recurrent", cell=cell, units=units, return_sequences=True, activation=activation)
    for i, parameter in enumerate(net.parameters):
        net.set_weight(i, (0.5 * rng.normal(size=parameter.shape)).astype(dtype))
    x = rng.normal(size=(9, 12, 3)).astype(dtype)
    threads(4)
    whole, final = net.run(x)
    np.testing.assert_array_equal(net.predict(x), whole)
    state, outputs = np.zeros((9, net.state_size), dtype), []
    for t in range(12):
        output, state = net.run(np.ascontiguousarray(x[:, t : t + 1]), state=state)
        outputs.append(output)
    np.testing.assert_array_equal(np.concatenate(outputs, axis=1), whole)
    np.testing.assert_array_equal(state, final)


@pytest.mark.parametrize("cell", ["lstm", "gru_reset_before"])
def test_a_stateful_network_goes_on_where_it_was(isa, cell, rng):
    def network(stateful):
        net = _core.NetworkF64(2, True)
        net.add("recurrent", cell=cell, units=5, return_sequences=True, stateful=stateful)
        net.add("recurrent", cell=cell, units=3, return_sequences=True)  # begins with zeros each time
        net.add("dense", units=1, use_bias=True)
        for i, parameter in enumerate(net.parameters):
            net.set_weight(i, np.random.default_rng(i).normal(size=parameter.shape) * 0.5)
        net.set_loss("mean_squared_error")
        return net

    x = rng.normal(size=(40, 12, 2))
    stateful, plain = network(True), network(False)
    state = np.zeros((40, stateful.state_size))
    for part in (x[:, :5].copy(), x[:, 5:].copy()):
        expected, final = plain.run(part, state=state)
        np.testing.assert_array_equal(stateful.predict(part), expected)
        state = np.concatenate([final[:, : stateful.state_sizes[0]], np.zeros((40, stateful.state_sizes[1]))], axis=1)
        np.testing.assert_array_equal(stateful.state[:, : stateful.state_sizes[0]], final[:, : stateful.state_sizes[0]])
    with pytest.raises(ValueError, match="carries the states of 40 rows, got a batch of 39"):
        stateful.predict(x[:39])
    stateful.state = None
    y = rng.normal(size=(40, 12, 1))
    assert stateful.evaluate(x, y) == pytest.approx(plain.evaluate(x, y), rel=1e-14)
    assert stateful.evaluate(x, y) != plain.evaluate(x, y)
    stateful.state = None
    stateful.set_optimizer("sgd", {"momentum": 0.0})
    losses = []
    for _ in range(2):
        losses.append(
            stateful.train(x, y, np.arange(40), batch_size=40, first_step=0, learning_rate=0.0, seconds=0.0)[1] / 40
        )
    np.testing.assert_allclose(losses[0], plain.evaluate(x, y), rtol=1e-13)
    assert losses[0] != losses[1]
    with pytest.raises(ValueError, match="full batches of 16 rows"):
        stateful.train(x, y, np.arange(40), batch_size=16, first_step=0, learning_rate=0.0, seconds=0.0)


def test_regularizers_and_constraints_are_set_not_added(rng):
    net, x, y = built("flatten", rng)
    without = net.evaluate(x, y)
    net.set_regularizer(0, 1.0, 0.0)
    once = net.evaluate(x, y)
    net.set_regularizer(0, 1.0, 0.0)
    assert net.evaluate(x, y) == once != without
    net.set_regularizer(0, 0.0, 0.0)
    assert net.evaluate(x, y) == without
    fixed = _core.NetworkF64(3, True)
    fixed.add("normalization", invert=False)
    with pytest.raises(ValueError, match="one that is trained"):
        fixed.set_regularizer(0, 0.1, 0.1)
    for axes in ((), (2,), (-1,), (0, 0)):
        with pytest.raises(ValueError, match="axes: expected neighbours"):
            net.set_constraint(0, "max_norm", axes, 0.0, 1.0, 1.0)
    with pytest.raises(IndexError, match="parameter: expected one of"):
        net.set_regularizer(99, 0.0, 0.0)
