"""Attention, AdditiveAttention and MultiHeadAttention by themselves: against Keras, with masks and without."""

import numpy as np
import pytest
from peers import floatx

from fastlstm import layers

pytestmark = pytest.mark.filterwarnings("ignore:.*destroy the mask information:UserWarning")  # of Keras's products

ROWS = 6
TOLERANCE = 3e-6  # Keras multiplies in float32 whatever the dtype; test_attention.py of the core has float64
MASKED = [(), ("query",), ("value",), ("query", "value")]


def random_mask(rng, steps, *, empty):
    """Return a mask with valid, padded and, if `empty`, completely masked rows."""
    mask = rng.random((ROWS, steps)) < 0.6
    mask[0], mask[1, steps // 2 :] = True, False
    mask[1:, 0] = True
    if empty:
        mask[3], mask[4, : (steps + 1) // 2] = False, False
    return mask


def numbers(rng, dtype, *shape):
    return rng.normal(size=shape).astype(dtype)


def masks_for(rng, names, steps, *, empty):
    return {name: random_mask(rng, steps[name], empty=empty) if name in names else None for name in steps}


def as_numpy(value):
    """Return what a call of Keras on PyTorch returns as arrays."""
    if isinstance(value, (tuple, list)):
        return [as_numpy(one) for one in value]
    return value.detach().cpu().numpy()


def close(found, expected, dtype):
    found, expected = (value if isinstance(value, (tuple, list)) else [value] for value in (found, expected))
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.dtype == dtype
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max(initial=0) < TOLERANCE * max(1, np.abs(theirs).max(initial=0))


KINDS = [
    ("Attention", {}),
    ("Attention", {"use_scale": True}),
    ("Attention", {"score_mode": "concat"}),
    ("Attention", {"score_mode": "concat", "use_scale": True}),
    ("AdditiveAttention", {}),
    ("AdditiveAttention", {"use_scale": False}),
]


@pytest.fixture
def keras(dtype):
    with floatx(dtype) as keras:
        yield keras


@pytest.mark.parametrize("masked", MASKED, ids="-".join)
@pytest.mark.parametrize("causal", [False, True], ids=["", "causal"])
@pytest.mark.parametrize(("name", "options"), KINDS, ids=str)
def test_attention_against_keras(name, options, causal, masked, dtype, rng, keras):
    for steps, value_steps, features, width, with_key in [(1, 2, 1, 1, True), (5, 8, 4, 4, False), (9, 6, 7, 20, True)]:
        query, value = numbers(rng, dtype, ROWS, steps, features), numbers(rng, dtype, ROWS, value_steps, width)
        inputs = [query, value] + ([numbers(rng, dtype, ROWS, value_steps, features)] if with_key else [])
        empty = dtype == "float32"  # scores less 1e9 are equal there alone
        masks = masks_for(rng, masked, {"query": steps, "value": value_steps}, empty=empty)
        call = {"use_causal_mask": causal, "return_attention_scores": True}
        if masked:
            call["mask"] = [masks["query"], masks["value"]]
        theirs = getattr(keras.layers, name)(dtype=dtype, **options)
        ours = getattr(layers, name)(dtype=dtype, **options)
        shapes = [x.shape for x in inputs]
        theirs.build(shapes)
        ours.build(shapes)
        assert [w.shape for w in ours.get_weights()] == [tuple(w.shape) for w in theirs.weights]
        assert [w.name for w in ours._weights.declared] == [w.name for w in theirs.weights]
        weights = [np.asarray(rng.normal(size=w.shape), dtype) for w in ours.get_weights()]
        theirs.set_weights(weights)
        ours.set_weights(weights)
        tensors = [keras.ops.convert_to_tensor(x, dtype) for x in inputs]
        close(ours(inputs, **call), as_numpy(theirs(tensors, **call)), dtype)
        assert ours.compute_output_shape(shapes) == tuple(theirs.compute_output_shape(shapes))


@pytest.mark.parametrize("masked", [*MASKED, ("key",), ("query", "value", "key")], ids="-".join)
@pytest.mark.parametrize("causal", [False, True], ids=["", "causal"])
@pytest.mark.parametrize(
    "options",
    [
        {"num_heads": 1, "key_dim": 1},
        {"num_heads": 2, "key_dim": 3, "value_dim": 5},
        {"num_heads": 3, "key_dim": 4, "use_bias": False, "output_shape": 7},
        {"num_heads": 2, "key_dim": 20, "dropout": 0.5},
        {"num_heads": 2, "key_dim": 3, "value_dim": 5, "use_gate": True},
        {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2},
        {"head_dim": 5, "num_query_heads": 3, "num_key_value_heads": 1, "use_gate": True, "dropout": 0.5},
        {"head_dim": 4, "num_query_heads": 2, "num_key_value_heads": 2, "use_bias": False},
    ],
    ids=str,
)
def test_multi_head_attention_against_keras(options, causal, masked, dtype, rng, keras):
    name, width = ("GroupQueryAttention", 4) if "head_dim" in options else ("MultiHeadAttention", 6)
    for steps, value_steps in [(1, 2), (5, 8), (9, 6)]:
        inputs = {
            "query": numbers(rng, dtype, ROWS, steps, 4),
            "value": numbers(rng, dtype, ROWS, value_steps, width),
            "key": numbers(rng, dtype, ROWS, value_steps, 3),
        }
        masks = masks_for(rng, masked, {"query": steps, "value": value_steps, "key": value_steps}, empty=True)
        theirs = getattr(keras.layers, name)(dtype=dtype, **options)
        ours = getattr(layers, name)(dtype=dtype, **options)
        shapes = [x.shape for x in inputs.values()]
        theirs.build(*shapes)
        ours.build(*shapes)
        assert [w.shape for w in ours.get_weights()] == [tuple(w.shape) for w in theirs.weights]
        assert [f"{ours.name}/{w.name}" for w in ours._weights.declared] == [
            w.path.replace(theirs.name, ours.name) for w in theirs.weights
        ]
        weights = [np.asarray(rng.normal(size=w.shape), dtype) for w in ours.get_weights()]
        theirs.set_weights(weights)
        ours.set_weights(weights)
        call = {f"{name}_mask": mask for name, mask in masks.items() if mask is not None}
        found = ours(**inputs, **call, use_causal_mask=causal)
        given = {name: keras.ops.convert_to_tensor(x, dtype) for name, x in inputs.items()}
        if masks["query"] is not None:  # Keras has it from the tensor, whatever is given
            given["query"]._keras_mask = keras.ops.convert_to_tensor(masks["query"])
        expected = theirs(**given, **call, use_causal_mask=causal)
        close(found, as_numpy(expected), dtype)
        assert ours.compute_output_shape(*shapes) == tuple(theirs.compute_output_shape(*shapes))


@pytest.mark.parametrize("masked", [(), ("value",), ("query", "value", "key")], ids="-".join)
@pytest.mark.parametrize("causal", [False, True], ids=["", "causal"])
@pytest.mark.parametrize("shape", [(ROWS, 5, 7), (1, 5, 7), (5, 7), (ROWS, 1, 7)], ids=str)
def test_masks_of_pairs_against_keras(masked, causal, shape, dtype, rng, keras):
    query, value = numbers(rng, dtype, ROWS, 5, 4), numbers(rng, dtype, ROWS, 7, 6)
    masks = masks_for(rng, masked, {"query": 5, "value": 7, "key": 7}, empty=False)
    pairs = rng.random(shape) < 0.7
    pairs[..., 0] = True  # a step that sees nothing is another matter
    for name in ("value", "key"):
        if masks[name] is not None:
            masks[name][:, 0] = True
    theirs, ours = (package.MultiHeadAttention(2, 3, dtype=dtype) for package in (keras.layers, layers))
    for layer in (theirs, ours):
        layer.build(query.shape, value.shape)
    ours.set_weights(theirs.get_weights())
    call = {f"{name}_mask": mask for name, mask in masks.items() if mask is not None}
    found = ours(query, value, **call, attention_mask=pairs, use_causal_mask=causal)
    given = [keras.ops.convert_to_tensor(x, dtype) for x in (query, value)]
    if masks["query"] is not None:
        given[0]._keras_mask = keras.ops.convert_to_tensor(masks["query"])
    expected = theirs(*given, **call, attention_mask=keras.ops.convert_to_tensor(pairs), use_causal_mask=causal)
    rows = np.ones((ROWS, 5), bool) if masks["query"] is None else masks["query"]
    close(found[rows], as_numpy(expected)[rows], dtype)


@pytest.mark.parametrize("causal", [False, True], ids=["", "causal"])
def test_masks_of_pairs_with_an_axis_of_heads(causal, dtype, rng, keras):
    query, value = numbers(rng, dtype, ROWS, 5, 4), numbers(rng, dtype, ROWS, 7, 6)
    pairs = rng.random((ROWS, 1, 5, 7)) < 0.7
    pairs[..., 0] = True
    theirs, ours = (package.MultiHeadAttention(2, 3, dtype=dtype) for package in (keras.layers, layers))
    for layer in (theirs, ours):
        layer.build(query.shape, value.shape)
    ours.set_weights(theirs.get_weights())
    found = ours(query, value, attention_mask=pairs, use_causal_mask=causal)
    if causal:  # which Keras combines with masks of three axes only
        pairs = pairs & np.tri(5, 7, dtype=bool)
    given = [keras.ops.convert_to_tensor(x, dtype) for x in (query, value)]
    close(found, as_numpy(theirs(*given, attention_mask=keras.ops.convert_to_tensor(pairs))), dtype)


def test_masks_of_pairs_that_do_not_fit(rng):
    x = rng.normal(size=(2, 5, 4))
    for shape in [(2, 5, 4), (3, 5, 5), (2, 2, 5, 5)]:
        with pytest.raises(ValueError, match=r"attention_mask: expected a shape that can be broadcast to \(2, 5, 5\)"):
            layers.MultiHeadAttention(2, 3)(x, x, attention_mask=np.ones(shape, bool))


def test_scores_of_heads_against_keras(dtype, rng, keras):
    query, value = numbers(rng, dtype, ROWS, 5, 4), numbers(rng, dtype, ROWS, 7, 6)
    theirs, ours = (package.MultiHeadAttention(3, 4, dtype=dtype) for package in (keras.layers, layers))
    for layer in (theirs, ours):
        layer.build(query.shape, value.shape)
    ours.set_weights(theirs.get_weights())
    call = {"return_attention_scores": True, "use_causal_mask": True}
    given = [keras.ops.convert_to_tensor(x, dtype) for x in (query, value)]
    close(ours(query, value, **call), as_numpy(theirs(*given, **call)), dtype)
