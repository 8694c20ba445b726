"""Frozen layers in the core: gradients of the others stay the same bits, and flags that do not fit are refused."""

import numpy as np
import pytest
from core_networks import NETWORKS


def core_network(dtype, flags):
    net = NETWORKS[dtype](3, True)
    options = {"activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": True, "return_sequences": True}
    net.add("recurrent", cell="lstm", units=9, **options)
    net.add(
        "bidirectional",
        forward={"cell": "peephole_lstm", "units": 5, **options},
        backward={"cell": "gru", "units": 5, "go_backwards": True, **options},
        merge_mode="sum",
    )
    net.add("dense", units=2, use_bias=True)
    if flags is not None:
        net.set_trainable(flags)
    net.set_loss("mean_squared_error")
    return net


FLAGS = [[a] * 3 + [b] * 4 + [c] * 3 + [d] * 2 for a in (0, 1) for b in (0, 1) for c in (0, 1) for d in (0, 1)]


@pytest.mark.parametrize("flags", FLAGS, ids=lambda flags: "".join(str(flags[i]) for i in (0, 3, 7, 10)))
def test_gradients_do_not_depend_on_what_else_is_trained(flags, isa, dtype, rng, threads):
    whole, part = core_network(dtype, None), core_network(dtype, [bool(flag) for flag in flags])
    x, y = rng.normal(size=(37, 5, 3)).astype(dtype), rng.normal(size=(37, 5, 2)).astype(dtype)
    for i, parameter in enumerate(whole.parameters):
        value = (0.5 * rng.normal(size=parameter.shape)).astype(dtype)
        whole.set_weight(i, value)
        part.set_weight(i, value)
    assert [parameter.trainable for parameter in part.parameters] == flags
    for count in (1, 2):
        threads(count)
        assert part.loss_and_gradients(x, y) == whole.loss_and_gradients(x, y)
        for i, trained in enumerate(flags):
            if trained:
                np.testing.assert_array_equal(part.gradient(i), whole.gradient(i))
            else:
                with pytest.raises(ValueError, match="expected one that is trained"):
                    part.gradient(i)


def test_the_core_refuses_flags_that_do_not_fit():
    net = NETWORKS["float32"](3, False)
    net.add("dense", units=2, use_bias=True)
    with pytest.raises(ValueError, match="flags: expected 2, got 1"):
        net.set_trainable([False])
    with pytest.raises(ValueError, match="the same for all weights of a layer"):
        net.set_trainable([False, True])
    assert all(parameter.trainable for parameter in net.parameters)
    with pytest.raises(RuntimeError, match="fixed after a network's first use"):
        net.set_trainable([False, False])


@pytest.mark.parametrize("frozen", [1, 2, 3])
def test_layers_that_threads_share_may_be_frozen(frozen, dtype, rng, threads):
    def stacked(flags):
        net = NETWORKS[dtype](8, True)
        for _ in range(4):
            net.add(
                "recurrent",
                cell="lstm",
                units=32,
                activation="tanh",
                recurrent_activation="sigmoid",
                use_bias=True,
                return_sequences=True,
            )
        if flags:
            net.set_trainable(flags)
        net.set_loss("mean_squared_error")
        return net

    whole, part = stacked(None), stacked([False] * 3 * frozen + [True] * 3 * (4 - frozen))
    x, y = rng.normal(size=(1, 80, 8)).astype(dtype), rng.normal(size=(1, 80, 32)).astype(dtype)
    for i, parameter in enumerate(whole.parameters):
        value = (0.3 * rng.normal(size=parameter.shape)).astype(dtype)
        whole.set_weight(i, value)
        part.set_weight(i, value)
    for count in (1, 2):
        threads(count)
        assert part.loss_and_gradients(x, y) == whole.loss_and_gradients(x, y)
        for i in range(3 * frozen, 12):
            np.testing.assert_array_equal(part.gradient(i), whole.gradient(i))
