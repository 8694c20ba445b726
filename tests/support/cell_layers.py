"""A layer of each cell with random weights, and the same cell in the NumPy reference."""

import numpy as np

from fastlstm import reference
from fastlstm.layers.rnn.recurrent import layers_by_cell

MAKERS = layers_by_cell()
CELLS = tuple(MAKERS)

# Rows: all valid, padded on the right and on the left, gaps, one valid step, none.
MASK = np.array([list(row) for row in ("111111", "111000", "000111", "101101", "010010", "000001", "000000")]) == "1"


def with_random_weights(rng, layer, features):
    """Build a layer and give it random weights."""
    layer.build((None, None, features))
    layer.set_weights([rng.uniform(-0.7, 0.7, weight.shape) for weight in layer.weights])
    return layer


def made(rng, cell, units=5, features=3, dtype="float64", **options):
    """Return a layer of this cell with random weights."""
    return with_random_weights(rng, MAKERS[cell](units, dtype=dtype, **options), features)


def reference_run(layer, x, initial_state=None, mask=None, **options):
    """Return outputs (N, T, H) and final states as the NumPy reference computes them in float64."""
    names = [name for name in reference.CELLS[layer.cell.name].weights if name != "bias" or layer.use_bias]
    weights = {name: weight.astype(np.float64) for name, weight in zip(names, layer.get_weights(), strict=True)}
    if layer.clip is not None:
        options["clip"] = layer.clip
    if layer.activation != "linear":
        options["activation"] = layer.activation
    outputs, states, _ = reference.CELLS[layer.cell.name].forward(
        np.asarray(x, np.float64),
        **weights,
        initial_state=initial_state,
        mask=mask,
        go_backwards=layer.go_backwards,
        **options,
    )
    return outputs, states
