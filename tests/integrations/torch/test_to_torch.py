"""`to_torch`: a Sequential becomes modules of torch.nn with its predictions, or is refused."""

import warnings

import numpy as np
import pytest
from activation_peers import NOT_IN_TORCH
from peer_torch import assert_same_predictions

import fastlstm
from fastlstm import layers

T, D = 6, 3


def test_plain_layers_become_modules_of_torch(torch, ours):
    model = fastlstm.Sequential(
        [layers.Input((T, D)), layers.LSTM(4, return_sequences=True), layers.GRU(3), layers.Dense(1, "tanh")]
    )
    module = ours.to_torch(model)
    assert [type(one) for one in module] == [ours.Recurrent, ours.Recurrent, torch.nn.Linear, torch.nn.Tanh]
    assert type(module[0].layer) is torch.nn.LSTM
    assert type(module[1].layer) is torch.nn.GRU
    peephole = fastlstm.Sequential([layers.Input((T, D)), layers.LSTM(4, peephole=True)])
    assert type(ours.to_torch(peephole)[0].layer) is ours.LSTM


def test_a_model_of_the_quick_way(torch, ours, rng):
    model = fastlstm.fit(np.sin(np.arange(80) / 5) + 3, window=T, epochs=1, verbose=0, seed=1)
    assert_same_predictions(rng, ours.to_torch(model), model, "float32")


def test_what_only_training_uses_is_reported(torch, ours):
    inner = layers.LSTM(4, recurrent_dropout=0.1, kernel_regularizer="l2")
    model = fastlstm.Sequential(
        [layers.Input((T, D)), layers.Bidirectional(inner), layers.Dense(1, kernel_constraint="max_norm", name="head")]
    )
    with pytest.warns(UserWarning, match="left out") as told:
        ours.to_torch(model)
    assert len(told) == 1
    for name in ("kernel_regularizer", "recurrent_dropout", "head (kernel_constraint)"):
        assert name in str(told[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours.to_torch(fastlstm.Sequential([layers.Input((T, D)), layers.LSTM(4), layers.Dropout(0.2)]))


@pytest.mark.parametrize(
    ("layer", "match"),
    [
        (lambda: layers.GRU(4, reset_after=False, name="it"), "layer 'it': it has the cell 'gru_reset_before'"),
        (lambda: layers.LSTM(4, coupled=True), "the cell 'coupled_lstm'"),
        (lambda: layers.MinGRU(4), "the cell 'min_gru'"),
        (lambda: layers.MinLSTM(4), "the cell 'min_lstm'"),
        (lambda: layers.LSTM(4, activation="relu"), "the activations 'relu' and 'sigmoid'"),
        (lambda: layers.GRU(4, recurrent_activation="hard_sigmoid"), "'hard_sigmoid'"),
        (lambda: layers.SimpleRNN(4, activation="elu"), "'elu'"),
        (lambda: layers.LSTM(4, clip=1.0), "clip or zoneout"),
        (lambda: layers.GRU(4, zoneout=0.1), "clip or zoneout"),
        (lambda: layers.LSTM(4, zoneout_cell=0.1), "clip or zoneout"),
        (lambda: layers.LSTM(4, stateful=True), "stateful"),
        (layers.Masking, r"does not convert Masking"),
        (lambda: layers.Dropout(0.1, noise_shape=(None, 1, None)), "noise_shape"),
        (
            lambda: layers.Bidirectional(layers.LSTM(4), backward_layer=layers.LSTM(3, go_backwards=True)),
            "the directions of .* differ in units",
        ),
    ],
)
def test_what_to_torch_refuses(torch, ours, layer, match):
    model = fastlstm.Sequential([layers.Input((T, D)), layer()])
    with pytest.raises(ValueError, match=match):
        ours.to_torch(model)


def test_masks_and_other_objects_are_refused(torch, ours):
    model = fastlstm.Sequential([layers.Input((T,)), layers.Embedding(5, 3, mask_zero=True)])
    with pytest.raises(ValueError, match="mask_zero=True"):
        ours.to_torch(model)
    with pytest.raises(ValueError, match="is not built"):
        ours.to_torch(fastlstm.Sequential([layers.LSTM(4)]))
    with pytest.raises(TypeError, match=r"model: expected a fastlstm\.Sequential, got LSTM"):
        ours.to_torch(layers.LSTM(4))


def test_recurrent_refuses(torch, ours):
    with pytest.raises(ValueError, match="batch_first=True"):
        ours.Recurrent(torch.nn.LSTM(3, 4), True)
    with pytest.raises(ValueError, match="merge_mode: expected one of concat, sum, mul, ave, got 'max'"):
        ours.Recurrent(torch.nn.LSTM(3, 4, batch_first=True), True, "max")


def test_every_activation(torch, ours, rng):
    names = [name for name in fastlstm.activations.__all__ if name not in ("get", "threshold", "swish", "hard_swish")]
    for name in names:
        head = layers.Dense(4, activation=name)
        model = fastlstm.Sequential([layers.Input((T, D)), layers.LSTM(4, return_sequences=True), head])
        model.set_weights([rng.normal(size=one.shape) for one in model.get_weights()])
        if name in NOT_IN_TORCH:
            with pytest.raises(ValueError, match=f"no module for the activation {name!r}"):
                ours.to_torch(model)
            continue
        module = ours.to_torch(model)
        assert_same_predictions(rng, module, model, "float32")
        assert_same_predictions(rng, module, ours.from_torch(module), "float32")
