"""Networks: what their calls take and refuse, and where numbers are extreme."""

import numpy as np
import pytest
from core_networks import NETWORKS

from fastlstm import _core


def test_wrong_indices_and_masks():
    net = _core.NetworkF32(1, True)
    net.add("embedding", input_dim=4, output_dim=2, mask_zero=False)
    for bad in (4, -1, 0.5, np.nan):
        with pytest.raises(ValueError, match=r"whole numbers from 0 to input_dim - 1 = 3"):
            net.predict(np.full((1, 2, 1), bad, "f4"))
    with pytest.raises(ValueError, match="mask: expected shape"):
        net.run(np.zeros((1, 2, 1), "f4"), mask=np.ones((1, 3), bool))
    with pytest.raises(TypeError, match="mask"):
        net.run(np.zeros((1, 2, 1), "f4"), mask=np.ones((1, 2)))
    late = _core.NetworkF32(1, True)
    late.add("dense", units=1, use_bias=True)
    with pytest.raises(ValueError, match="must be the first"):
        late.add("embedding", input_dim=4, output_dim=2, mask_zero=False)


def single_lstm(units, features=3):
    net = _core.NetworkF64(features, True)
    net.add("recurrent", cell="lstm", units=units, return_sequences=True)
    return net


def test_a_weight_may_be_the_first_thing_that_is_asked_for():
    net = _core.NetworkF64(3, True)
    net.add("dense", units=4, use_bias=True)
    np.testing.assert_array_equal(net.weight(1), np.zeros(4))


def test_a_pass_belongs_to_its_network(rng):
    x = rng.normal(size=(2, 3, 3))
    small, large = single_lstm(4), single_lstm(400)
    kept = small.forward(x)
    with pytest.raises(ValueError, match="of this network"):
        large.backward(kept, np.ones((2, 3, 400)))
    del small  # the pass keeps it alive
    with pytest.raises(ValueError, match="of this network"):
        large.backward(kept, np.ones((2, 3, 400)))
    for nothing in (None, _core.SavedForwardF64.__new__(_core.SavedForwardF64)):
        with pytest.raises(TypeError, match=r"what forward returned|__init__ has been called"):
            large.backward(nothing, np.ones((2, 3, 400)))


@pytest.mark.parametrize("scale", [1, 1e4, 1e8])
def test_sparsemax_of_large_numbers_ends(isa, dtype, scale, rng):
    net = NETWORKS[dtype](4, False)
    net.add("activation", activation="sparsemax")
    near = np.array([74803.1641, 74803.3984, 74803.7422, 74804.0391], dtype)
    x = np.concatenate([near[None], np.full((1, 4), scale), rng.normal(scale=scale, size=(200, 4))]).astype(dtype)
    y = net.predict(x)
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=4 * np.finfo(dtype).eps)
    np.testing.assert_array_equal(y[1], np.full(4, 0.25))


def test_wrong_types_are_named(rng):
    net = single_lstm(4)
    x = rng.normal(size=(2, 3, 3))
    for options in ({"state": np.zeros((2, 8)).tolist()}, {"mask": [[True] * 3] * 2}, {"rng_step": 1.5}):
        with pytest.raises(TypeError, match=f"{next(iter(options))}: expected"):
            net.run(x, **options)
    for options in ({"units": "x"}, {"cell": 3}, {"dropout": "a"}, {"seed": 3.7}):
        with pytest.raises(TypeError, match=f"{next(iter(options))}: "):
            _core.NetworkF64(3, True).add("recurrent", **{"cell": "lstm", "units": 2, **options})
    with pytest.raises(ValueError, match="zoneout_cell"):
        _core.NetworkF64(3, True).add("recurrent", cell="gru", units=2, zoneout_cell=0.1)
    with pytest.raises(ValueError, match="recurrent_dropout"):
        _core.NetworkF64(3, True).add("recurrent", cell="min_gru", units=2, recurrent_dropout=0.1)


def test_a_stateful_call_that_fails_leaves_no_state(rng):
    net = _core.NetworkF64(2, True)
    net.add("recurrent", cell="gru", units=3, stateful=True)
    net.add("dense", units=1, use_bias=True)
    net.set_loss("mean_squared_error")
    net.set_optimizer("sgd", {"momentum": 0.0})
    x, y = rng.normal(size=(4, 5, 2)), rng.normal(size=(4, 1))
    with pytest.raises(ValueError, match="order"):
        net.train(x, y, np.full(4, 9), batch_size=4, first_step=0, learning_rate=0.1, seconds=0.0)
    assert net.state is None
    assert net.predict(x[:3]).shape == (3, 1)


def test_min_lstm_with_both_gates_closed(isa, dtype):
    net = NETWORKS[dtype](1, True)
    net.add("recurrent", cell="min_lstm", units=1, activation="linear", return_sequences=True)
    for closed in (-80, -87, -100, -1000):
        net.set_weight(0, np.zeros((1, 3), dtype))
        net.set_weight(1, np.array([closed, closed, 4.0], dtype))
        np.testing.assert_allclose(net.predict(np.zeros((1, 2, 1), dtype)).ravel(), [2, 3], rtol=1e-6)


def lstm_and_kernel(rng, dtype="float64"):
    net = NETWORKS[dtype](3, True)
    net.add("recurrent", cell="lstm", units=37, return_sequences=True)
    return net, rng.normal(size=(3, 148)).astype(dtype)


@pytest.mark.parametrize("layout", ["C", "F", "every second", "backwards"])
def test_weights_and_gradients_in_any_layout(dtype, layout, rng):
    net, kernel = lstm_and_kernel(rng, dtype)
    given = np.zeros((6, 296), dtype)[::2, ::2] if layout == "every second" else np.zeros_like(kernel)
    if layout == "F":
        given = np.zeros_like(kernel, order="F")
    elif layout == "backwards":
        given = given[::-1, ::-1]
    assert not net.weight_equals(0, kernel)
    given[...] = kernel
    net.set_weight(0, given)
    np.testing.assert_array_equal(net.weight(0), kernel)
    assert net.weight_equals(0, given)
    given[2, 147] = np.nextafter(given[2, 147], np.dtype(dtype).type(9))
    assert not net.weight_equals(0, given)
    x = rng.normal(size=(4, 5, 3)).astype(dtype)
    net.backward(net.forward(x), np.ones((4, 5, 37), dtype))
    net.copy_gradient(0, given)
    np.testing.assert_array_equal(given, net.gradient(0))


@pytest.mark.parametrize("blocks", [(3, 0, 2, 1), (1, 0), (0,)])
def test_weights_and_gradients_with_gates_in_another_order(blocks, rng):
    net, kernel = lstm_and_kernel(rng)
    theirs = np.empty((148, 3)).T
    for place, ours in zip(blocks, np.split(kernel, len(blocks), axis=1), strict=True):
        np.split(theirs, len(blocks), axis=1)[place][...] = ours
    net.set_weight(0, theirs, blocks)
    np.testing.assert_array_equal(net.weight(0), kernel)
    assert net.weight_equals(0, theirs, blocks)
    net.backward(net.forward(rng.normal(size=(4, 5, 3))), np.ones((4, 5, 37)))
    net.copy_gradient(0, theirs, blocks)
    for place, ours in zip(blocks, np.split(net.gradient(0), len(blocks), axis=1), strict=True):
        np.testing.assert_array_equal(np.split(theirs, len(blocks), axis=1)[place], ours)


def test_wrong_layouts_of_weights(rng):
    net, kernel = lstm_and_kernel(rng)
    net.backward(net.forward(rng.normal(size=(4, 5, 3))), np.ones((4, 5, 37)))
    for blocks in ((), (0, 0), (1,), (-1, 0), (0, 1, 2), range(149)):
        with pytest.raises(ValueError, match=r"blocks: expected each place once, of blocks that divide 148 columns"):
            net.set_weight(0, kernel, blocks)
    with pytest.raises(TypeError, match=r"value: expected an aligned array of float64, got float32"):
        net.set_weight(0, kernel.astype("f4"))
    with pytest.raises(TypeError, match=r"value: expected an aligned array"):
        net.weight_equals(0, np.frombuffer(b" " + kernel.tobytes(), np.uint8)[1:].view("f8").reshape(3, 148))
    with pytest.raises(ValueError, match=r"value: expected shape \(3, 148\), got \(148, 3\)"):
        net.weight_equals(0, kernel.T)
    kernel.flags.writeable = False
    with pytest.raises(ValueError, match="out: expected an array that can be written to"):
        net.copy_gradient(0, kernel)
    with pytest.raises(TypeError):
        net.copy_gradient(0, kernel.tolist())


def test_numbers_are_converted_before_pointers_are_taken(rng):
    """A number may be of any class, whose __float__ may do anything, also to the arrays of the call."""
    net = single_lstm(4)
    net.set_loss("mean_squared_error")
    net.set_optimizer("sgd", {})
    x, y = rng.normal(size=(64, 3, 3)), rng.normal(size=(64, 3, 4))

    class Shrinks:
        def __float__(self):
            x.resize((1, 3, 3), refcheck=False)
            return 0.1

    before = net.weight(0).copy()
    for argument in ("learning_rate", "loss_sum"):
        options = {"learning_rate": 0.1, "seconds": 0.0, "loss_sum": 0.0, argument: Shrinks()}
        with pytest.raises(ValueError, match="expected shape"):
            net.train(x, y, np.arange(64), batch_size=64, first_step=0, **options)
        x.resize((64, 3, 3), refcheck=False)
    np.testing.assert_array_equal(net.weight(0), before)
