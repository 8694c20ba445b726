"""What MinGRU and MinLSTM do not have. What all cells share is in `test_every_cell.py`."""

import pytest

from fastlstm import layers


@pytest.mark.parametrize("make", [layers.MinGRU, layers.MinLSTM])
@pytest.mark.parametrize(
    "options",
    [{"recurrent_regularizer": "l2"}, {"recurrent_constraint": "non_neg"}, {"recurrent_dropout": 0.5}],
    ids=lambda options: next(iter(options)),
)
def test_cells_without_a_recurrent_kernel_refuse_its_options(make, options):
    with pytest.raises(ValueError, match=f"{next(iter(options))}: Min.* does not support it"):
        make(3, **options)
    with pytest.raises(TypeError, match="activation"):
        make(3, activation="tanh")
