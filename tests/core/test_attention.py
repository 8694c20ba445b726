"""Kernels of attention and of products of matrices, against NumPy and finite differences."""

import numpy as np
import pytest
from attention_oracle import INPUT, attention
from core_networks import NETWORKS, gradients_of, relative

from fastlstm import _core

FEATURES = 5
SCORES = [("dot", False), ("dot", True), ("additive", False), ("additive", True), ("concat", False), ("concat", True)]
MASKS = ["none", "some", "all", "causal", "causal and some", "causal and all"]


def dense(net, units, inputs=(INPUT,)):
    return net.add("dense", inputs=list(inputs), units=units, use_bias=False)


def network(dtype="float64", *, key=4, value=6, heads=1, input_gradient=False, **options):
    """A network that attends with three products of its input."""
    net = NETWORKS[dtype](FEATURES, True, input_gradient)
    inputs = [dense(net, heads * key), dense(net, heads * value), dense(net, heads * key)]
    net.add("attention", inputs=inputs, heads=heads, **options)
    return net


def with_weights(net, rng, dtype="float64"):
    for i, parameter in enumerate(net.parameters):
        net.set_weight(i, np.asarray(0.6 * rng.normal(size=parameter.shape), dtype))
    return net


def mask_of(kind, rng, rows, steps):
    if "some" not in kind and "all" not in kind:
        return None
    mask = rng.random((rows, steps)) < 0.6
    if "all" in kind:
        mask[1:3], mask[3, : steps // 2] = False, False  # rows without a valid step, and one that begins without
    else:
        mask[:, 0] = True
    return mask


def expected(net, x, mask, **options):
    """Return what NumPy computes with a network's weights."""
    weights = [np.asarray(net.weight(i), np.float64) for i in range(len(net.parameters))]
    query, value, key = (x.astype(np.float64) @ weight for weight in weights[:3])
    rest = dict(zip([parameter.name for parameter in net.parameters[3:]], weights[3:], strict=True))
    return attention(
        query,
        value,
        key,
        scale=rest.get("scale"),
        concat_weight=rest.get("concat_score_weight"),
        query_mask=mask,
        value_mask=mask,
        **{name: given for name, given in options.items() if name not in ("use_scale", "key", "value", "masks_keys")},
    )[0]


@pytest.mark.parametrize(("scores", "use_scale"), SCORES)
@pytest.mark.parametrize("kind", MASKS)
def test_outputs(isa, dtype, rng, scores, use_scale, kind):
    for steps, key, value in [(1, 1, 1), (7, 4, 6), (33, 17, 3), (50, 33, 20)]:
        options = {"scores": scores, "use_scale": use_scale, "causal": "causal" in kind}
        net = with_weights(network(dtype, key=key, value=value, **options), rng, dtype)
        x = rng.normal(size=(5, steps, FEATURES)).astype(dtype)
        mask = mask_of(kind, rng, 5, steps)
        found = net.run(x, mask=mask)[0]
        wanted = expected(net, x, mask, **options)
        if mask is not None and dtype == "float32":
            # scores less 1e9 are equal for float32
            keep = mask.any(1) if "causal" not in kind else mask[:, 0]
            found, wanted = found[keep], wanted[keep]
        assert relative(found, wanted) < {"float32": 3e-6, "float64": 1e-13}[dtype]


@pytest.mark.parametrize("all_masked", ["alike", "none"])
@pytest.mark.parametrize("kind", MASKS)
def test_heads(isa, dtype, rng, all_masked, kind):
    for steps, heads, key, value in [(1, 2, 1, 1), (7, 3, 4, 6), (33, 2, 17, 3), (40, 4, 16, 16)]:
        options = {"heads": heads, "factor": key**-0.5, "causal": "causal" in kind, "all_masked": all_masked}
        options["zeros_masked"] = False
        net = with_weights(network(dtype, key=key, value=value, masks_keys=True, **options), rng, dtype)
        x = rng.normal(size=(5, steps, FEATURES)).astype(dtype)
        mask = mask_of(kind, rng, 5, steps)
        assert (
            relative(net.run(x, mask=mask)[0], expected(net, x, mask, **options))
            < {
                "float32": 3e-6,
                "float64": 1e-13,
            }[dtype]
        )


def slope(function, values, place, step=1e-6):
    """Return the derivative of a function of an array at one of its places, by central differences."""
    results = []
    for move in (step, -step):
        moved = values.copy()
        moved.flat[place] += move
        results.append(function(moved))
    return (results[0] - results[1]) / (2 * step)


GRADIENT_CASES = [
    *({"scores": scores, "use_scale": use_scale} for scores, use_scale in SCORES),
    {"heads": 3, "factor": 0.5, "all_masked": "alike", "zeros_masked": False, "masks_keys": True},
    {"heads": 2, "factor": 0.5, "all_masked": "none", "zeros_masked": False, "masks_keys": True},
    {"dropout": 0.4, "use_scale": True, "seed": 3},
    {"dropout": 0.4, "scores": "additive", "use_scale": True, "seed": 3},
]


@pytest.mark.parametrize("options", GRADIENT_CASES, ids=str)
@pytest.mark.parametrize("kind", MASKS)
def test_gradients_match_finite_differences(isa, rng, options, kind):
    net = with_weights(network(input_gradient=True, causal="causal" in kind, **options), rng)
    x = rng.normal(size=(5, 9, FEATURES))
    mask = mask_of(kind, rng, 5, 9)
    call = {"mask": mask, "rng_step": 4 if "dropout" in options else None}
    saved = net.forward(x, **call)
    d_output = rng.normal(size=saved.output.shape)
    d_x = net.backward(saved, d_output)[0]

    def total(x):
        return (net.forward(x, **call).output * d_output).sum()

    for place in rng.choice(x.size, size=12, replace=False):
        assert d_x.flat[place] == pytest.approx(slope(total, x, place), rel=1e-5, abs=1e-7)
    gradients = [gradient.copy() for gradient in gradients_of(net)]
    for i, gradient in enumerate(gradients):
        weight = net.weight(i).copy()

        def of_weight(values, i=i):
            net.set_weight(i, values)
            return total(x)

        for place in rng.choice(weight.size, size=min(weight.size, 6), replace=False):
            assert gradient.flat[place] == pytest.approx(slope(of_weight, weight, place), rel=1e-5, abs=1e-7)
        net.set_weight(i, weight)


@pytest.mark.parametrize("options", GRADIENT_CASES, ids=str)
def test_the_same_bits_in_any_batch_and_on_any_number_of_threads(isa, dtype, rng, threads, options):
    net = with_weights(network(dtype, key=8, value=8, **options), rng, dtype)
    net.set_loss("mean_squared_error")
    x = rng.normal(size=(40, 30, FEATURES)).astype(dtype)
    y = rng.normal(size=(40, 30, 8 * options.get("heads", 1))).astype(dtype)
    mask = rng.random((40, 30)) < 0.8
    results = []
    for count in (1, 2):
        _core.set_num_threads(count)
        net.loss_and_gradients(x, y, mask=mask)
        results.append([net.run(x, mask=mask)[0], *(gradient.copy() for gradient in gradients_of(net))])
    for one, two in zip(*results, strict=True):
        np.testing.assert_array_equal(one, two)
    for rows in (slice(0, 1), slice(7, 20)):
        np.testing.assert_array_equal(net.run(x[rows], mask=mask[rows])[0], results[0][0][rows])


@pytest.mark.parametrize(("first", "second"), [(False, False), (False, True), (True, False), (True, True)])
def test_products(isa, dtype, rng, first, second):
    """Of (N, T, A) and (N, T, B) over their features, over the steps of one, and over the steps of both."""
    for steps, other in [(1, 3), (7, 4), (33, 20)]:
        # an axis of features that is summed with steps has as many of them
        if first != second:
            units = [steps, other] if second else [other, steps]
        else:
            units = [other, 9] if first else [other, other]
        net = NETWORKS[dtype](FEATURES, True, True)
        options = {} if second else {"second_steps": steps}
        inputs = [dense(net, units[0]), dense(net, units[1])]
        net.add("dot", inputs=inputs, sums_first_steps=first, sums_second_steps=second, **options)
        with_weights(net, rng, dtype)
        x = rng.normal(size=(5, steps, FEATURES)).astype(dtype)
        a, b = (x.astype(np.float64) @ np.asarray(net.weight(i), np.float64) for i in range(2))
        wanted = np.einsum(f"n{'ca' if first else 'ac'},n{'cb' if second else 'bc'}->nab", a, b)
        saved = net.forward(x)
        assert relative(saved.output, wanted) < {"float32": 3e-6, "float64": 1e-13}[dtype]
        if dtype == "float32":
            continue
        d_output = rng.normal(size=wanted.shape)
        d_x = net.backward(saved, d_output)[0]
        for place in rng.choice(x.size, size=min(x.size, 8), replace=False):

            def total(x, net=net, d_output=d_output):
                return (net.run(x)[0] * d_output).sum()

            assert d_x.flat[place] == pytest.approx(slope(total, x, place), rel=1e-6, abs=1e-8)


# Inputs of their own, of different numbers of steps: of query, value and key, and the flags of their masks.
def of_several_inputs(dtype, rng, *, masked, features=(4, 6, 4), **options):
    masks = [1] * len(masked)
    net = NETWORKS[dtype]([*features, *masks], [True] * (3 + len(masked)), True)
    places = [(INPUT, i) for i in range(3)]
    for i, name in enumerate(masked):
        k = ["query", "value", "key"].index(name)
        places[k] = net.add("masked_by", inputs=[places[k], (INPUT, 3 + i)])
    net.add("attention", inputs=places, **options)
    return with_weights(net, rng, dtype)


HEADS = {"heads": 2, "all_masked": "alike", "zeros_masked": False, "masks_keys": True}


@pytest.mark.parametrize("masked", [(), ("query",), ("value",), ("query", "value", "key")], ids="-".join)
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("options", [{}, {"scores": "additive"}, HEADS], ids=str)
def test_other_numbers_of_value_steps(isa, rng, options, causal, masked):
    for steps, value_steps in [(3, 9), (9, 3), (1, 20), (20, 1), (40, 35)]:
        net = of_several_inputs("float64", rng, masked=masked, causal=causal, **options)
        shapes = {"query": (4, steps, 4), "value": (4, value_steps, 6), "key": (4, value_steps, 4)}
        inputs = {name: rng.normal(size=shape) for name, shape in shapes.items()}
        flags = {name: rng.random(shapes[name][:2]) < 0.7 for name in masked}
        for flag in flags.values():
            flag[:, 0], flag[1] = True, options != HEADS  # scores less 1e9 have no digits for a difference
        x = [*inputs.values(), *(flag[..., None].astype(float) for flag in flags.values())]
        masks = {f"{name}_mask": flag for name, flag in flags.items()}
        given = dict(options)
        if not given.pop("masks_keys", False):
            masks.pop("key_mask", None)
        saved = net.forward(x)
        wanted = attention(*inputs.values(), causal=causal, **masks, **given)[0]
        assert relative(saved.output, wanted) < 1e-13
        d_output = rng.normal(size=wanted.shape)
        gradients = net.backward(saved, d_output)[0]
        for k in range(3):
            for place in rng.choice(x[k].size, size=3):

                def total(values, k=k, net=net, x=x, d_output=d_output):
                    return (net.run([*x[:k], values, *x[k + 1 :]])[0] * d_output).sum()

                assert gradients[k].flat[place] == pytest.approx(slope(total, x[k], place), rel=1e-5, abs=1e-7)


def test_weights_of_attention(isa, dtype, rng):
    net = of_several_inputs(dtype, rng, masked=("value",), heads=2, all_masked="none", weights_of_steps=7)
    shapes = [(4, 5, 4), (4, 7, 6), (4, 7, 4)]
    x = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    flags = rng.random((4, 7)) < 0.6
    found = net.predict([*x, flags[..., None].astype(dtype)])
    wanted = attention(*x, heads=2, value_mask=flags, all_masked="none")[1]
    assert relative(found, wanted.transpose(0, 2, 1, 3).reshape(4, 5, 14)) < 3e-6
    assert found[:, :, np.concatenate([~flags[0], ~flags[0]])][0].max(initial=0) == 0


WEIGHTS_CASES = [
    {"scores": "dot", "use_scale": True, "all_masked": "alike"},
    {"scores": "concat", "use_scale": True, "all_masked": "none"},
    {"heads": 2, "factor": 0.5, "all_masked": "none", "zeros_masked": False, "masks_keys": True},
]


@pytest.mark.parametrize("options", WEIGHTS_CASES, ids=str)
@pytest.mark.parametrize("kind", MASKS)
def test_gradients_of_the_weights_match_finite_differences(isa, rng, options, kind):
    net = with_weights(network(input_gradient=True, causal="causal" in kind, weights_of_steps=9, **options), rng)
    x, mask = rng.normal(size=(5, 9, FEATURES)), mask_of(kind, rng, 5, 9)
    saved = net.forward(x, mask=mask)
    d_output = rng.normal(size=saved.output.shape)
    d_x = net.backward(saved, d_output)[0]

    def total(x):
        return (net.forward(x, mask=mask).output * d_output).sum()

    for place in rng.choice(x.size, size=12, replace=False):
        assert d_x.flat[place] == pytest.approx(slope(total, x, place), rel=1e-5, abs=1e-7)
    assert not net.gradient(1).any()  # of the values


def masked_pairs(dtype, rng, *, all_masked="alike", causal=False, trained=False):
    """A network that attends with a mask of pairs of steps, which may be what it computes of its last input."""
    net = NETWORKS[dtype]([4, 6, 4, 7], [True] * 4, True)
    inputs = [(INPUT, k) for k in range(4)]
    if trained:
        inputs[3] = (net.add("dense", inputs=inputs[3:], units=7, use_bias=False), 0)
    net.add("attention", inputs=inputs, heads=2, all_masked=all_masked, causal=causal, zeros_masked=False)
    return with_weights(net, rng, dtype)


def pairs_and_data(rng, dtype):
    x = [rng.normal(size=(4, *shape)).astype(dtype) for shape in ((5, 4), (7, 6), (7, 4))]
    pairs = rng.random((4, 5, 7)) < 0.5
    pairs[0], pairs[1, 2], pairs[2, 3, :4] = True, False, False
    return x, pairs


@pytest.mark.parametrize("all_masked", ["alike", "none"])
@pytest.mark.parametrize("causal", [False, True])
def test_masks_of_pairs(isa, dtype, rng, all_masked, causal):
    x, pairs = pairs_and_data(rng, dtype)
    net = masked_pairs(dtype, rng, all_masked=all_masked, causal=causal)
    found = net.predict([*x, pairs.astype(dtype)])
    seen = pairs & np.tri(5, 7, dtype=bool) if causal else pairs
    wanted = attention(*x, heads=2, pair_mask=seen, all_masked=all_masked)[0]
    assert relative(found, wanted) < 3e-6
    for n in range(4):  # the same bits alone
        assert (net.predict([one[n : n + 1] for one in (*x, pairs.astype(dtype))])[0] == found[n]).all()


@pytest.mark.parametrize("all_masked", ["alike", "none"])
@pytest.mark.parametrize("causal", [False, True])
def test_gradients_with_masks_of_pairs(isa, rng, all_masked, causal):
    x, pairs = pairs_and_data(rng, "float64")
    net = masked_pairs("float64", rng, all_masked=all_masked, causal=causal)
    saved = net.forward([*x, pairs.astype("float64")])
    d_output = rng.normal(size=saved.output.shape)
    gradients = net.backward(saved, d_output)[0]
    for k, gradient in enumerate(gradients[:3]):

        def total(values, k=k):
            given = [*x[:k], values, *x[k + 1 :], pairs.astype("float64")]
            return (net.predict(given) * d_output).sum()

        for place in rng.choice(x[k].size, size=15, replace=False):
            assert gradient.flat[place] == pytest.approx(slope(total, x[k], place), rel=1e-5, abs=1e-7)
    assert not gradients[3].any()
    computed = masked_pairs("float64", rng, trained=True)
    saved = computed.forward([*x, rng.normal(size=pairs.shape)])
    computed.backward(saved, d_output)
    assert not computed.gradient(0).any()


def test_wrong_masks_of_pairs(rng):
    net = masked_pairs("float64", rng)
    x = [np.zeros((2, *shape)) for shape in ((5, 4), (7, 6), (7, 4), (4, 7))]
    with pytest.raises(ValueError, match="attention_mask: expected 5 steps of 7 numbers, got 4 of 7"):
        net.predict(x)


def test_steps_one_after_the_other(isa, dtype, rng):
    net = NETWORKS[dtype]([3, 3, 1], [True] * 3, True)
    masked = net.add("masked_by", inputs=[(INPUT, 0), (INPUT, 2)])
    joined = net.add("concatenate_steps", inputs=[masked, (INPUT, 1)])
    net.add("recurrent", inputs=[joined], cell="gru", units=2, activation="tanh", recurrent_activation="sigmoid")
    with_weights(net, rng, dtype)
    first, second = rng.normal(size=(4, 5, 3)).astype(dtype), rng.normal(size=(4, 2, 3)).astype(dtype)
    flags = rng.random((4, 5)) < 0.5
    alone = NETWORKS[dtype](3, True)
    alone.add("recurrent", cell="gru", units=2, activation="tanh", recurrent_activation="sigmoid")
    for i in range(3):
        alone.set_weight(i, net.weight(i))
    mask = np.concatenate([flags, np.ones((4, 2), bool)], 1)
    expected = alone.run(np.concatenate([first, second], 1), mask=mask)[0]
    x = [first, second, flags[..., None].astype(dtype)]
    np.testing.assert_array_equal(net.run(x)[0], expected)
    if dtype == "float64":
        saved = net.forward(x)
        gradients = net.backward(saved, np.ones_like(saved.output))[0]
        for k in range(2):
            for place in range(6):
                expected = slope(lambda v, k=k: net.run([*x[:k], v, *x[k + 1 :]])[0].sum(), x[k], place)
                assert gradients[k].flat[place] == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("add", "match"),
    [
        (
            lambda net: net.add("attention", inputs=[(INPUT, 0), (INPUT, 1)]),
            "a query, a value, a key and perhaps a mask, got 2",
        ),
        (lambda net: net.add("attention", inputs=[(INPUT, 0)] * 3, heads=3), "heads: expected a divisor of 4 .* got 3"),
        (
            lambda net: net.add("dense", inputs=[(INPUT, 0)], units=4, output_heads=3),
            "output_heads: expected",
        ),
        (lambda net: net.add("dot", inputs=[(INPUT, 0)], second_steps=3), "dot expects two, got 1"),
        (lambda net: net.add("merge", mode="sub", inputs=[(INPUT, 0)]), "a difference is of two, got 1"),
    ],
)
def test_wrong_options(add, match):
    with pytest.raises(ValueError, match=match):
        add(NETWORKS["float32"]([4, 6], [True, True]))


def test_wrong_numbers_of_steps(rng):
    net = of_several_inputs("float64", rng, masked=())
    with pytest.raises(ValueError, match="key: expected as many steps as the value has, 5, got 6"):
        net.predict([np.zeros((2, 3, 4)), np.zeros((2, 5, 6)), np.zeros((2, 6, 4))])
    net = NETWORKS["float64"]([4, 6], [True, True])
    net.add("dot", inputs=[(INPUT, 0), (INPUT, 1)], sums_second_steps=True)
    assert net.predict([np.ones((2, 3, 4)), np.ones((2, 4, 6))]).shape == (2, 3, 6)
    with pytest.raises(ValueError, match="dot: expected axes of the same size, got 4 and 5"):
        net.predict([np.zeros((2, 3, 4)), np.zeros((2, 5, 6))])
