"""get_config: every argument is in it, and makes a layer like the one it is from."""

import inspect
import json

import pytest

from fastlstm import constraints, initializers, layers, regularizers

WITHOUT_EFFECT = {"unroll", "implementation", "use_cudnn", "renorm_momentum", "attention_axes"}
REFUSED = {
    *(
        "lora_rank",
        "lora_alpha",
        "gptq_unpacked_column_size",
        "quantization_config",
        "data_format",
        "output_padding",
        "renorm",
        "renorm_clipping",
        "synchronized",
        "sparse",
    ),
    *("sliding_window", "flash_attention"),
}
VALUES = {"weights"}  # of arrays, which are no part of a configuration
INPUTS = {"input_shape", "batch_input_shape", "batch_shape", "input_dim", "input_length", "batch_size"}  # of an Input

LAYER = {"name": "own", "dtype": "float64", "activity_regularizer": regularizers.L1L2(0.1, 0.2), "trainable": False}
RULES = {
    "kernel_initializer": initializers.RandomUniform(-0.1, 0.2, seed=3),
    "bias_initializer": "ones",
    "kernel_regularizer": "l1",
    "bias_regularizer": regularizers.L2(0.3),
    "kernel_constraint": constraints.MaxNorm(2.5, axis=1),
    "bias_constraint": "non_neg",
}
DEPTHWISE_RULES = {name.replace("kernel", "depthwise"): value for name, value in RULES.items()}
COMMON = {
    **RULES,
    "use_bias": False,
    "dropout": 0.25,
    "seed": 5,
    "return_sequences": True,
    "return_state": True,
    "go_backwards": True,
    "stateful": True,
    "zero_output_for_mask": True,
    "checkpoint": 4,
    "zoneout": 0.125,
    "clip": 2.0,
}
RECURRENT = {
    **COMMON,
    "activation": "relu",
    "recurrent_initializer": "zeros",
    "recurrent_regularizer": "l2",
    "recurrent_constraint": "unit_norm",
    "recurrent_dropout": 0.5,
}
GATED = {**RECURRENT, "recurrent_activation": "hard_sigmoid"}
UNMERGED = {"return_sequences": True, "return_state": True, "stateful": True, "name": "inner", "dtype": "float64"}

BASES_AND_CELLS = {"GRUCell", "LSTMCell", "RNN", "Recurrent", "RecurrentCell", "SimpleRNNCell", "StackedRNNCells"}
"""Tested with the layers that have them (rnn/test_cells.py)."""

# Every argument with another value than its default.
MADE = {
    "GetItem": {"key": [[None, None], [1, 3]]},
    "SimpleRNN": {"units": 3, **RECURRENT},
    "LSTM": {
        "units": 3,
        **GATED,
        "unit_forget_bias": False,
        "peephole": True,
        "coupled": True,
        "peephole_initializer": "ones",
        "zoneout_cell": 0.375,
    },
    "GRU": {"units": 3, **GATED, "reset_after": False},
    "MinGRU": {"units": 3, **COMMON},
    "MinLSTM": {"units": 3, **COMMON},
    "Bidirectional": {
        "layer": layers.LSTM(3, peephole=True, kernel_regularizer="l2", **UNMERGED),
        "merge_mode": None,
        "backward_layer": layers.GRU(4, reset_after=False, go_backwards=True, **UNMERGED),
    },
    "TimeDistributed": {"layer": {"class_name": "Dense", "config": {"units": 3, "name": "inner", "dtype": "float64"}}},
    "Dense": {"units": 3, "activation": "gelu", "use_bias": False, **RULES},
    "Activation": {"activation": "gelu"},
    "Dropout": {"rate": 0.5, "noise_shape": (None, 1, 3), "seed": 7},
    "Embedding": {
        "input_dim": 7,
        "output_dim": 3,
        "embeddings_initializer": "ones",
        "embeddings_regularizer": "l1",
        "embeddings_constraint": "max_norm",
        "mask_zero": True,
    },
    "LayerNormalization": {
        "epsilon": 0.5,
        "center": False,
        "scale": False,
        **{f"{name}_initializer": "random_normal" for name in ("beta", "gamma")},
        **{f"{name}_regularizer": "l2" for name in ("beta", "gamma")},
        **{f"{name}_constraint": "non_neg" for name in ("beta", "gamma")},
        "rms_scaling": True,
    },
    "Masking": {"mask_value": -1.0},
    "Normalization": {"mean": [1.0, 2.0], "variance": [3.0, 4.0], "invert": True},
    "Rescaling": {"scale": [1.0, 2.0], "offset": 3.0},
    "RepeatVector": {"n": 4},
    "Reshape": {"target_shape": (-1, 2)},
    "Flatten": {},
    "Add": {},
    "Multiply": {},
    "Average": {},
    "Subtract": {},
    "Maximum": {},
    "Minimum": {},
    "Concatenate": {"axis": 2},
    "Dot": {"axes": (2, 1), "normalize": True},
    "Attention": {"use_scale": True, "score_mode": "concat", "dropout": 0.25, "seed": 7},
    "AdditiveAttention": {"use_scale": False, "dropout": 0.25, "seed": 7},
    "MultiHeadAttention": {
        "num_heads": 2,
        "key_dim": 3,
        "value_dim": 4,
        "dropout": 0.25,
        "use_bias": False,
        "output_shape": 5,
        **RULES,
        "use_gate": True,
        "seed": 7,
    },
    "GroupQueryAttention": {
        "head_dim": 3,
        "num_query_heads": 4,
        "num_key_value_heads": 2,
        "dropout": 0.25,
        "use_bias": False,
        **RULES,
        "use_gate": True,
        "seed": 7,
    },
    "CategoryEncoding": {"num_tokens": 5, "output_mode": "count"},
    "EinsumDense": {
        "equation": "abc,cd->abd",
        "output_shape": (None, 4),
        "activation": "gelu",
        "bias_axes": "d",
        **RULES,
    },
    "BatchNormalization": {
        "axis": 2,
        "momentum": 0.5,
        "epsilon": 0.5,
        "center": False,
        "scale": False,
        **{f"{name}_initializer": "random_normal" for name in ("beta", "gamma", "moving_mean", "moving_variance")},
        **{f"{name}_regularizer": "l2" for name in ("beta", "gamma")},
        **{f"{name}_constraint": "non_neg" for name in ("beta", "gamma")},
    },
    "Conv1D": {
        "filters": 4,
        "kernel_size": 3,
        "strides": 2,
        "padding": "causal",
        "dilation_rate": 2,
        "groups": 2,
        "activation": "gelu",
        "use_bias": False,
        **RULES,
    },
    "Conv1DTranspose": {
        "filters": 4,
        "kernel_size": 3,
        "strides": 2,
        "padding": "same",
        "dilation_rate": 2,
        "activation": "gelu",
        "use_bias": False,
        **RULES,
    },
    "DepthwiseConv1D": {
        "kernel_size": 3,
        "strides": 2,
        "padding": "same",
        "dilation_rate": 2,
        "depth_multiplier": 2,
        "activation": "gelu",
        "use_bias": False,
        **DEPTHWISE_RULES,
    },
    "SeparableConv1D": {
        "filters": 4,
        "kernel_size": 3,
        "strides": 2,
        "padding": "same",
        "dilation_rate": 2,
        "depth_multiplier": 2,
        "activation": "gelu",
        "use_bias": False,
        **DEPTHWISE_RULES,
        "pointwise_initializer": "ones",
        "pointwise_regularizer": "l1",
        "pointwise_constraint": "non_neg",
    },
    **{
        name: {"pool_size": 3, "strides": 4, "padding": "same", "data_format": "channels_first"}
        for name in ("MaxPooling1D", "AveragePooling1D")
    },
    **{
        name: {"keepdims": True, "data_format": "channels_first"}
        for name in ("GlobalMaxPooling1D", "GlobalAveragePooling1D")
    },
    "SpatialDropout1D": {"rate": 0.5, "seed": 7},
    "GaussianNoise": {"stddev": 0.5, "seed": 7},
    "ActivityRegularization": {"l1": 0.1, "l2": 0.2},
    "Identity": {},
    "GaussianDropout": {"rate": 0.5, "seed": 7},
    "AlphaDropout": {"rate": 0.5, "noise_shape": (None, 1, 3), "seed": 7},
    "ReLU": {"max_value": 2.0, "negative_slope": 0.1, "threshold": 0.5},
    "LeakyReLU": {"negative_slope": 0.1},
    "ELU": {"alpha": 2.0},
    "PReLU": {
        "alpha_initializer": "ones",
        "alpha_regularizer": "l1",
        "alpha_constraint": "non_neg",
        "shared_axes": [1],
    },
    "Softmax": {"axis": 1},
    "UpSampling1D": {"size": 3},
    "ZeroPadding1D": {"padding": (2, 3)},
    "Cropping1D": {"cropping": (2, 3)},
    "Permute": {"dims": (2, 1)},
    "UnitNormalization": {},
    "RMSNormalization": {"epsilon": 0.5},
    "GroupNormalization": {
        "groups": 2,
        "epsilon": 0.5,
        "center": False,
        "scale": False,
        **{f"{name}_initializer": "random_normal" for name in ("beta", "gamma")},
        **{f"{name}_regularizer": "l2" for name in ("beta", "gamma")},
        **{f"{name}_constraint": "non_neg" for name in ("beta", "gamma")},
    },
}


REPLACED = {"ActivityRegularization": {"activity_regularizer"}}
"""Arguments of all layers that some have others for."""


def made(name):
    common = {key: value for key, value in LAYER.items() if key not in REPLACED.get(name, ())}
    return getattr(layers, name)(**{**common, **MADE[name]})


def test_every_layer_is_here():
    classes = {name for name in layers.__all__ if isinstance(getattr(layers, name), type)}
    assert set(MADE) == classes - {"InputLayer", "Lambda", "Layer", "SymbolicTensor", *BASES_AND_CELLS}


@pytest.mark.parametrize("name", MADE)
def test_every_argument_is_in_the_configuration(name):
    parameters = inspect.signature(getattr(layers, name)).parameters
    config = made(name).get_config()
    refused = {p for p in parameters if p.startswith("recurrent_")} if name.startswith("Min") else set()
    given = set(MADE[name])
    left_out = (INPUTS - given) | (REFUSED - given) | REPLACED.get(name, set())
    assert set(config) == set(parameters) - WITHOUT_EFFECT - VALUES - refused - left_out
    default = getattr(layers, name)(**{k: v for k, v in MADE[name].items() if parameters[k].default is inspect._empty})
    same = {key for key, value in default.get_config().items() if value == config[key]}
    allowed = {"axis", *(key for key, p in parameters.items() if p.default is inspect._empty)}
    assert same <= allowed | ({"dtype"} if "layer" in config else set())  # a wrapper has its layer's dtype


@pytest.mark.parametrize("name", MADE)
def test_the_configuration_makes_an_equal_layer(name):
    layer = made(name)
    config = json.loads(json.dumps(layer.get_config()))
    again = type(layer)(**config)
    assert json.loads(json.dumps(again.get_config())) == config
    assert again.name == layer.name


def test_a_configuration_names_classes_that_there_are():
    for value in ({"class_name": "LTSM", "config": {}}, {"class_name": "Layerr"}):
        with pytest.raises(ValueError, match="unknown layer"):
            layers.TimeDistributed(value)
    with pytest.raises(TypeError, match="layer: expected a layer"):
        layers.TimeDistributed({"name": "dense"})


def test_the_wrapped_layers_keep_their_configuration():
    layer = made("Bidirectional")
    again = type(layer)(**layer.get_config())
    for direction in ("forward_layer", "backward_layer"):
        assert getattr(again, direction).get_config() == getattr(layer, direction).get_config()
    config = made("TimeDistributed").get_config()
    assert layers.TimeDistributed(**config).layer.get_config() == config["layer"]["config"]


@pytest.mark.parametrize("kind", [initializers.Orthogonal, regularizers.L1L2, constraints.MaxNorm])
def test_other_objects_come_back_from_their_configuration(kind):
    value = kind()
    assert type(value).from_config(value.get_config()).get_config() == value.get_config()
