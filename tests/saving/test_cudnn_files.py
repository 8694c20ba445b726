"""Files of Keras 2 with the layers CuDNNLSTM and CuDNNGRU, whose weights are in cuDNN's order."""

import json

import h5py
import numpy as np
import pytest

from fastlstm import Input, Sequential, layers, load_model

T, D, H = 5, 3, 4


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, w, r, b):
    """Return the last h of an LSTM with matrices W[i, f, c, o] (H, D), R (H, H) and both biases (2, 4, H)."""
    h = c = np.zeros((len(x), H))
    for t in range(x.shape[1]):
        i, f, g, o = (x[:, t] @ w[k].T + h @ r[k].T + b[0, k] + b[1, k] for k in range(4))
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return h


def gru(x, w, r, b):
    """Return the last h of a GRU with matrices W[z, r, h] (H, D), R (H, H) and both biases (2, 3, H)."""
    h = np.zeros((len(x), H))
    for t in range(x.shape[1]):
        of_x, of_h = ([data @ m[k].T + b[side, k] for k in range(3)] for data, m, side in ((x[:, t], w, 0), (h, r, 1)))
        z, reset = sigmoid(of_x[0] + of_h[0]), sigmoid(of_x[1] + of_h[1])
        h = z * h + (1 - z) * np.tanh(of_x[2] + reset * of_h[2])
    return h


CELLS = {"LSTM": (lstm, 4), "GRU": (gru, 3)}


def cudnn_weights(rng, gates):
    """Return W, R and biases, and the arrays of a file: the numbers of each matrix in the shape of its transpose."""
    w, r, b = rng.normal(size=(gates, H, D)), rng.normal(size=(gates, H, H)), rng.normal(size=(2, gates, H))
    kernel = np.concatenate([one.reshape(D, H) for one in w], axis=1)
    recurrent = np.concatenate(list(r), axis=1)
    return (w, r, b), [kernel, recurrent, b.reshape(-1)]


def write(path, config, groups, version="2.2.4"):
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = version.encode(), b"tensorflow"
        file.attrs["model_config"] = json.dumps(config).encode()
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [name.encode() for name in groups]
        for name, arrays in groups.items():
            group = weights.create_group(name)
            names = [f"{name}/{i}:0" for i in range(len(arrays))]
            group.attrs["weight_names"] = [one.encode() for one in names]
            for one, array in zip(names, arrays, strict=True):
                group[one] = array


def described(name, **config):
    return {"class_name": f"CuDNN{name}", "config": {"name": "layer", "units": H, **config}}


@pytest.mark.parametrize("name", CELLS)
def test_models(name, tmp_path, rng):
    cell, gates = CELLS[name]
    matrices, arrays = cudnn_weights(rng, gates)
    layer = described(name, batch_input_shape=[None, T, D], return_sequences=False, stateful=False, go_backwards=False)
    write(tmp_path / "model.h5", {"class_name": "Sequential", "config": {"layers": [layer]}}, {"layer": arrays})
    model = load_model(tmp_path / "model.h5")
    x = rng.normal(size=(6, T, D))
    assert type(model.layers[0]) is getattr(layers, name)
    np.testing.assert_allclose(model.predict(x, verbose=0), cell(x, *matrices), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", CELLS)
def test_bidirectional_layers(name, tmp_path, rng):
    cell, gates = CELLS[name]
    both = [cudnn_weights(rng, gates) for _ in range(2)]
    inner = described(name)
    config = {"name": "both", "batch_input_shape": [None, T, D], "layer": inner, "merge_mode": "concat"}
    model = {"class_name": "Sequential", "config": [{"class_name": "Bidirectional", "config": config}]}
    write(tmp_path / "model.h5", model, {"both": both[0][1] + both[1][1]})
    x = rng.normal(size=(6, T, D))
    expected = np.concatenate([cell(x, *both[0][0]), cell(x[:, ::-1], *both[1][0])], axis=1)
    np.testing.assert_allclose(load_model(tmp_path / "model.h5").predict(x, verbose=0), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", CELLS)
def test_weights_of_a_model_that_exists(name, tmp_path, rng):
    cell, gates = CELLS[name]
    matrices, arrays = cudnn_weights(rng, gates)
    write(tmp_path / "weights.h5", None, {"layer": arrays})
    model = Sequential([Input((T, D)), getattr(layers, name)(H)])
    model.load_weights(tmp_path / "weights.h5")
    x = rng.normal(size=(6, T, D))
    np.testing.assert_allclose(model.predict(x, verbose=0), cell(x, *matrices), rtol=1e-4, atol=1e-5)
    before = model.get_weights()
    other = Sequential([Input((T, D)), getattr(layers, name)(H + 1)])
    with pytest.raises(ValueError, match="expected shape"):
        other.load_weights(tmp_path / "weights.h5")
    assert all((old == new).all() for old, new in zip(before, model.get_weights(), strict=True))


def test_a_gru_with_the_reset_gate_before_the_product_is_another_cell(tmp_path, rng):
    write(tmp_path / "weights.h5", None, {"layer": cudnn_weights(rng, 3)[1]})
    model = Sequential([Input((T, D)), layers.GRU(H, reset_after=False)])
    with pytest.raises(ValueError, match=r"expected shape \(12,\) of its bias, got \(24,\)"):
        model.load_weights(tmp_path / "weights.h5")
