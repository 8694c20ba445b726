"""Sources of batches, and a small model that is trained on them."""

import math

import numpy as np

import fastlstm


def small_model(kit=fastlstm, dtype="float64"):
    make = kit.layers
    model = kit.Sequential([kit.Input((5, 2), dtype=dtype), make.LSTM(4, dtype=dtype), make.Dense(1, dtype=dtype)])
    rng = np.random.default_rng(1)
    model.set_weights([0.4 * rng.normal(size=array.shape) for array in model.get_weights()])
    model.compile(optimizer=kit.optimizers.Adam(0.01), loss="mse")
    return model


class Numbered:
    """A data set with numbered batches and the hooks of Keras."""

    def __init__(self, x, y, batch_size=16):
        self.x, self.y, self.batch_size = x, y, batch_size
        self.asked, self.told = [], []

    def __len__(self):
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, i):
        if not 0 <= i < len(self):
            raise IndexError(i)
        self.asked.append(i)
        part = slice(i * self.batch_size, (i + 1) * self.batch_size)
        return self.x[part], self.y[part]

    def on_epoch_begin(self):
        self.told.append("begin")

    def on_epoch_end(self):
        self.told.append("end")


def batches(data, times=1, size=16):
    for _ in range(times):
        for i in range(0, len(data[0]), size):
            yield data[0][i : i + size], data[1][i : i + size]


def same(one, other):
    return all((a == b).all() for a, b in zip(one.get_weights(), other.get_weights(), strict=True))


def fitted(x, y=None, **options):
    model = small_model()
    model.fit(x, y, verbose=0, **{"shuffle": False, **options})
    return model


class Iterated:
    """What can be iterated over again, and does not say how many batches there are."""

    def __init__(self, data):
        self.data = data

    def __iter__(self):
        return batches(self.data)
