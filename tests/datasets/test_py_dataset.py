"""PyDataset, the base class of data sets that users write."""

import numpy as np
import pytest

import fastlstm
from fastlstm import Input, Sequential, layers


class Batches(fastlstm.utils.Sequence):
    def __init__(self, count, **kwargs):
        super().__init__(**kwargs)
        self.count, self.ended = count, 0

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        return np.full((4, 3, 1), index, np.float32), np.zeros((4, 1), np.float32)

    def on_epoch_end(self):
        self.ended += 1


class Endless(fastlstm.utils.PyDataset):
    num_batches = None

    def __getitem__(self, index):
        return np.full((2, 3, 1), index, np.float32), np.zeros((2, 1), np.float32)


def model():
    found = Sequential([Input((3, 1)), layers.SimpleRNN(2), layers.Dense(1)])
    found.compile("sgd", "mse")
    return found


def test_fit_takes_it():
    batches = Batches(3, workers=2, use_multiprocessing=True, max_queue_size=5)
    assert (batches.workers, batches.use_multiprocessing, batches.max_queue_size) == (2, True, 5)
    assert [x[0, 0, 0] for x, _ in batches] == [0, 1, 2]
    assert batches.num_batches == 3
    found = model()
    found.fit(batches, epochs=2, validation_data=Batches(1), verbose=0)
    assert batches.ended == 2
    assert found.predict(Batches(2), verbose=0).shape == (8, 1)
    found.fit(Endless(), steps_per_epoch=3, epochs=2, verbose=0)


def test_a_subclass_need_not_call_the_constructor():
    class Bare(fastlstm.utils.PyDataset):
        def __init__(self):
            pass

        def __len__(self):
            return 1

    assert (Bare().workers, Bare().num_batches) == (1, 1)
    with pytest.raises(NotImplementedError, match=r"Bare: expected a method __getitem__\(index\)"):
        Bare()[0]
    with pytest.raises(NotImplementedError, match=r"PyDataset: expected a method __len__\(\)"):
        list(fastlstm.utils.PyDataset())
    with pytest.raises(ValueError, match="workers: expected an integer of at least 0, got -1"):
        Batches(1, workers=-1)
