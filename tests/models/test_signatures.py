"""The methods of a model take what those of Keras take."""

import inspect

import pytest
from peers import require_peer

import fastlstm

METHODS = (
    *("compile", "fit", "evaluate", "predict", "summary", "get_layer", "build", "count_params"),
    *("train_on_batch", "test_on_batch", "predict_on_batch"),
)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("name", METHODS)
def test_arguments_of_keras_are_taken(name):
    theirs = inspect.signature(getattr(require_peer("keras").Sequential, name)).parameters
    ours = inspect.signature(getattr(fastlstm.Sequential, name)).parameters
    assert [key for key in theirs if key != "kwargs" and key not in ours] == []


def test_what_has_no_effect_in_compile():
    model = fastlstm.Sequential([fastlstm.Input((1,)), fastlstm.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=False, steps_per_execution=10, jit_compile="auto", auto_scale_loss=False)
    assert len(model.fit([[1.0]], [2.0], epochs=2, verbose=0).history["loss"]) == 2
