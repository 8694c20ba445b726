"""Networks of the compiled core with random weights, and the same networks in the NumPy reference."""

from dataclasses import dataclass, field

import numpy as np

from fastlstm import _core, reference

NETWORKS = {"float32": _core.NetworkF32, "float64": _core.NetworkF64}

# One and a few, odd, and one more than a vector or two of every instruction set.
ODD = (1, 3, 17, 33)


@dataclass
class Case:
    """Layers of one cell under a Dense, on (N, T, D)."""

    features: int
    units: tuple[int, ...]
    outputs: int
    dtype: str = "float64"
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    output_activation: str = "tanh"
    return_sequences: bool = False
    use_bias: bool = True
    loss: str = "mean_squared_error"
    cell: str = "lstm"
    weights: list = field(default_factory=list)

    def random_weights(self, rng, scale=0.5):
        self.weights = [
            (scale * rng.normal(size=parameter.shape)).astype(self.dtype)
            for parameter in self.empty_network().parameters
        ]
        return self

    def empty_network(self):
        net = NETWORKS[self.dtype](self.features, True)
        for i, units in enumerate(self.units):
            net.add(
                "recurrent",
                cell=self.cell,
                units=units,
                **self.activations(),
                use_bias=self.use_bias,
                return_sequences=self.return_sequences or i + 1 < len(self.units),
            )
        net.add("dense", units=self.outputs, use_bias=self.use_bias)
        net.add("activation", activation=self.output_activation)
        return net

    def activations(self):
        if self.cell.startswith("min_"):
            return {"activation": "linear", "recurrent_activation": "sigmoid"}
        return {"activation": self.activation, "recurrent_activation": self.recurrent_activation}

    def weight_names(self):
        """Return the names of one layer's weights."""
        names = reference.CELLS[self.cell].weights
        return [name for name in names if name != "bias" or self.use_bias]

    def reference_options(self):
        if self.cell.startswith("min_"):
            return {}
        if self.cell == "simple_rnn":
            return {"activation": self.activation}
        return self.activations()

    def network(self):
        net = self.empty_network()
        for i, weight in enumerate(self.weights):
            net.set_weight(i, weight)
        net.set_loss(self.loss)
        return net

    def reference(self, x, y=None):
        """Return the output, and with targets also the loss and all gradients, computed in float64."""
        weights = [np.asarray(w, np.float64) for w in self.weights]
        cell, names = reference.CELLS[self.cell], self.weight_names()
        h, saved = np.asarray(x, np.float64), []
        for i in range(len(self.units)):
            own = dict(zip(names, weights[len(names) * i : len(names) * (i + 1)], strict=True))
            h, _, kept = cell.forward(h, **own, **self.reference_options())
            saved.append(kept)
        if not self.return_sequences:
            h = h[:, -1] if h.shape[1] else np.zeros((len(x), self.units[-1]))
        out, dense = reference.dense_forward(
            h, *weights[len(names) * len(self.units) :], activation=self.output_activation
        )
        if y is None:
            return out
        loss, d_out = getattr(reference, self.loss)(np.asarray(y, np.float64), out)
        through = reference.dense_backward(dense, d_out)
        gradients = [through.kernel, through.bias][: 1 + self.use_bias]
        d_h = through.x
        if not self.return_sequences:
            d_h = np.zeros((len(x), x.shape[1], self.units[-1]))
            if x.shape[1]:
                d_h[:, -1] = through.x
        for kept in reversed(saved):
            back = cell.backward(kept, d_h)
            gradients = [getattr(back, name) for name in names] + gradients
            d_h = back.x
        return out, loss, gradients

    def sample(self, rng, rows, steps):
        x = rng.normal(size=(rows, steps, self.features)).astype(self.dtype)
        shape = (rows, steps, self.outputs) if self.return_sequences else (rows, self.outputs)
        return x, rng.uniform(-1, 1, size=shape).astype(self.dtype)


def gradients_of(net):
    return [net.gradient(i) for i in range(len(net.parameters))]


def relative(found, expected):
    """Return the largest error in units of the largest value expected (1 where all are zero)."""
    expected = np.asarray(expected)
    largest = np.abs(expected).max(initial=0) or 1.0
    return np.abs(np.asarray(found, np.float64) - expected).max(initial=0) / largest
