"""ONNX files that PyTorch writes, by both of its exporters."""

import warnings

import numpy as np
import pytest
from peer_onnxruntime import ROOM, error
from peers import require_peer

KINDS = ("LSTM", "GRU", "RNN")
FEW, ALL = range(6), range(6, 106)
NONLINEAR = ("ReLU", "Tanh", "Sigmoid", "ELU", "SiLU", "Hardtanh", "ReLU6")


def random_torch_model(seed):
    """Return a recurrent classifier or regressor with random weights, and whether it takes the batch first."""
    torch = require_peer("torch")
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    kind = KINDS[seed % 3]
    options = {"nonlinearity": str(rng.choice(["tanh", "relu"]))} if kind == "RNN" else {}
    batch_first, bidirectional = bool(rng.integers(2)), bool(rng.integers(2))
    heads = ["sequence", "both states" if bidirectional else "last step", "last state"]
    units, outputs = int(rng.integers(1, 8)), int(rng.integers(1, 4))

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.head = str(rng.choice(heads))
            self.features = int(rng.integers(1, 6))
            depth = int(rng.integers(1, 4))
            self.recurrent = getattr(torch.nn, kind)(
                self.features,
                units,
                num_layers=depth,
                bias=bool(rng.integers(4)),
                batch_first=batch_first,
                bidirectional=bidirectional,
                dropout=0.2 if depth > 1 else 0.0,
                **options,
            )
            width = units * (2 if bidirectional and self.head != "last state" else 1)
            self.dense = torch.nn.Sequential(
                torch.nn.Linear(width, 5),
                getattr(torch.nn, str(rng.choice(NONLINEAR)))(),
                torch.nn.Dropout(0.1),
                torch.nn.LayerNorm(5),
                torch.nn.Linear(5, outputs, bias=bool(rng.integers(2))),
            )

        def forward(self, x):
            y, states = self.recurrent(x)
            h = states[0] if kind == "LSTM" else states
            if self.head == "last step":
                y = y[:, -1] if batch_first else y[-1]
            elif self.head == "last state":
                y = h[-1]
            elif self.head == "both states":
                y = torch.cat([h[-2], h[-1]], dim=1)
            return self.dense(y)

    return Model().eval(), batch_first


def check_torch_model(onnx, seed, path, dynamo):
    torch = require_peer("torch")
    model, batch_first = random_torch_model(seed)
    x = torch.randn((4, 6, model.features) if batch_first else (6, 4, model.features))
    names = {"input_names": ["x"], "output_names": ["y"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on what the exporter does with batches
        if dynamo:
            torch.onnx.export(model, (x,), path, dynamo=True, verbose=False, **names)
        else:
            axes = {"x": {0: "a", 1: "b"}} if seed % 2 else None
            torch.onnx.export(model, (x,), path, dynamo=False, dynamic_axes=axes, **names)
    with torch.no_grad():
        expected = model(x).numpy()
    found = onnx.load(path).predict(x.numpy() if batch_first else x.numpy().swapaxes(0, 1))
    if found.ndim == 3 and not batch_first:
        found = found.swapaxes(0, 1)
    assert error(found, expected) < ROOM


@pytest.mark.parametrize("seed", FEW)
def test_torch_models(onnx, tmp_path, seed):
    check_torch_model(onnx, seed, tmp_path / "model.onnx", dynamo=False)


@pytest.mark.slow
@pytest.mark.parametrize("seed", ALL)
def test_many_torch_models(onnx, tmp_path, seed):
    check_torch_model(onnx, seed, tmp_path / "model.onnx", dynamo=False)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_torch_models_by_the_newer_exporter(onnx, tmp_path, seed):
    require_peer("onnxscript")
    if KINDS[seed % 3] != "RNN":
        check_torch_model(onnx, seed, tmp_path / "model.onnx", dynamo=True)
        return
    with pytest.raises(ValueError, match="no layer does that"):  # it writes the steps of an nn.RNN one by one
        check_torch_model(onnx, seed, tmp_path / "model.onnx", dynamo=True)
