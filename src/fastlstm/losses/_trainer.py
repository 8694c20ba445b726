"""What a training loop needs of whatever computes its steps: a network, or one whose loss is computed in Python."""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from .._internal.arrays import Array

StatefulState: TypeAlias = Callable[[int], Array | None]
"""Returns the states that a batch of so many rows begins with, None for zeros."""


class Trainer(Protocol):
    """Trains and evaluates with a loss; the networks of the core do."""

    @property
    def loss_depends_on_batch(self) -> bool:
        """Whether the loss of several batches is not what it is for all of their rows at once."""

    @property
    def masked_output(self) -> bool:
        """Whether a mask may reach the output."""

    def train(
        self,
        x: Any,
        y: Any,
        order: Array,
        *,
        batch_size: int,
        first_step: int,
        learning_rate: float | Array,
        seconds: float,
        loss_sum: Any = 0.0,
        sample_weight: Any = None,
        predictions: Any = None,
    ) -> tuple[int, Any]:
        """Make at least one step, and more for so many seconds.

        Returns the next step, and `loss_sum` with the samples' losses added: of a network with several outputs, lists
        of the loss and of that of each output.
        """

    def evaluate(self, x: Any, y: Any, *, sample_weight: Any = None, predictions: Any = None) -> Any:
        """Return the loss of all rows as one batch, with the penalties of all regularizers."""

    def loss_and_state_gradients(self, x: Any, y: Any, sample_weight: Any = None) -> tuple[Any, list[Array]]:
        """Return the loss of all rows as one batch, and its gradients with respect to the states of all steps.

        These are of each record of the network, (N, T, states, H).
        """
