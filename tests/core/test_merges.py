"""Merges of several inputs that take masks into account, against NumPy and finite differences."""

import numpy as np
import pytest
from core_networks import NETWORKS

INPUT = -1


def network(mode, count, masked, dtype="float64"):
    net = NETWORKS[dtype]([3] * count + [1] * len(masked), [True] * (count + len(masked)), True)
    places = [(INPUT, k) for k in range(count)]
    for i, k in enumerate(masked):
        places[k] = net.add("masked_by", inputs=[places[k], (INPUT, count + i)])
    net.add("merge", mode=mode, inputs=places)
    return net


def merged(mode, arrays, masks):
    """Return what Keras computes, one input after the other."""
    if mode == "sub":
        return arrays[0] - arrays[1]
    masks = [np.ones(arrays[0].shape[:2], bool) if mask is None else mask for mask in masks]
    if mode == "mul":
        factors = [np.where(mask[..., None], x, 1) for x, mask in zip(arrays, masks, strict=True)]
        return np.where(np.any(masks, 0)[..., None], np.prod(factors, 0), 0)
    function = {"max": np.maximum, "min": np.minimum}[mode]
    output, valid = arrays[0], masks[0]
    for x, mask in zip(arrays[1:], masks[1:], strict=True):
        other = np.where(mask[..., None], x, output)
        output = function(np.where(valid[..., None], output, other), other)
        valid = valid | mask
    return output


@pytest.mark.parametrize("masked", [(), (0,), (1,), (0, 1), (0, 1, 2)])
@pytest.mark.parametrize("mode", ["sub", "mul", "max", "min"])
def test_values_and_gradients(isa, rng, mode, masked):
    count = 2 if mode == "sub" else 3
    masked = [k for k in masked if k < count]
    net = network(mode, count, masked)
    arrays = [rng.normal(size=(4, 5, 3)) for _ in range(count)]
    flags = [rng.random((4, 5)) < 0.5 for _ in masked]
    masks = [flags[masked.index(k)] if k in masked else None for k in range(count)]
    x = [*arrays, *(flag[..., None].astype(float) for flag in flags)]
    saved = net.forward(x)
    np.testing.assert_allclose(saved.output, merged(mode, arrays, masks), rtol=1e-14)
    d_output = rng.normal(size=saved.output.shape)
    gradients = net.backward(saved, d_output)[0]
    for k in range(count):
        for place in range(0, arrays[k].size, 7):
            results = []
            for move in (1e-6, -1e-6):
                moved = [array.copy() for array in x]
                moved[k].flat[place] += move
                results.append((net.run(moved)[0] * d_output).sum())
            expected = (results[0] - results[1]) / 2e-6
            assert gradients[k].flat[place] == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("mode", ["max", "min"])
def test_equal_inputs_share_the_gradient(isa, dtype, mode):
    """As if compared two by two, as in Keras: half for each of two that are equal."""
    net = network(mode, 3, [], dtype)
    x = [np.ones((1, 1, 3), dtype) for _ in range(3)]
    x[2][..., 1] += 1 if mode == "max" else -1
    x[0][..., 2] = np.nan
    saved = net.forward(x)
    assert np.isnan(saved.output[0, 0]).tolist() == [False, False, True]
    gradients = net.backward(saved, np.ones((1, 1, 3), dtype))[0]
    assert [gradient[0, 0, 0] for gradient in gradients] == [0.25, 0.25, 0.5]
    assert [gradient[0, 0, 1] for gradient in gradients] == [0, 0, 1]
