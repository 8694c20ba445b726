"""The gradient of the loss at every step of the recurrent layers."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .._internal import html
from .._internal.arrays import Array
from .._internal.text import counted, figures
from ._probe import Probe


class StepNorms:
    """Norms at every step: of each sample, and their mean and spread.

    Parameters
    ----------
    samples : ndarray (N, T)
        A norm for each sample and step.

    Attributes
    ----------
    samples : ndarray (N, T)
        As given.

    Examples
    --------
    >>> import numpy as np
    >>> StepNorms(np.array([[1.0, 2.0], [3.0, 2.0]])).mean.tolist()
    [2.0, 2.0]
    """

    def __init__(self, samples: Array) -> None:
        self.samples = samples

    @property
    def mean(self) -> Array:
        """Means over the samples, (T,)."""
        return np.asarray(self.samples.mean(axis=0))

    @property
    def std(self) -> Array:
        """Standard deviations over the samples, (T,)."""
        return np.asarray(self.samples.std(axis=0))

    def __repr__(self) -> str:
        """Return the numbers of samples and steps, and the means of the first and the last step."""
        samples, steps = self.samples.shape
        mean = self.mean
        ends = f", first step {mean[0]:.3g}, last step {mean[-1]:.3g}" if steps else ""
        return f"StepNorms({samples} samples, {steps} steps{ends})"

    def _repr_html_(self) -> str:
        """Return the mean and the spread of the first steps as a table for notebooks."""
        rows = [
            [str(step), figures(mean), figures(std)]
            for step, (mean, std) in enumerate(zip(self.mean, self.std, strict=True))
        ]
        title = f"Norms of {counted(len(self.samples), 'sample')} at {counted(len(rows), 'step')}"
        return html.section(title, html.head(["Step", "Mean", "Standard deviation"], rows, ">>>"))


class GradientFlow(Mapping[str, Mapping[str, StepNorms]]):
    """Norms of gradients by recurrent layer and state: ``flow["lstm"]["c"].mean``.

    Parameters
    ----------
    norms : mapping of str to mapping of str to StepNorms
        By the name of the layer and of the state, 'h' or 'c'.

    Examples
    --------
    >>> import numpy as np
    >>> flow = GradientFlow({"lstm": {"h": StepNorms(np.ones((2, 3))), "c": StepNorms(np.ones((2, 3)))}})
    >>> list(flow), list(flow["lstm"])
    (['lstm'], ['h', 'c'])
    """

    def __init__(self, norms: Mapping[str, Mapping[str, StepNorms]]) -> None:
        self._norms = {layer: dict(states) for layer, states in norms.items()}

    def __getitem__(self, layer: str) -> Mapping[str, StepNorms]:
        """Return the norms of a layer by state."""
        return self._norms[layer]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the layers."""
        return iter(self._norms)

    def __len__(self) -> int:
        """Return the number of layers."""
        return len(self._norms)

    def __repr__(self) -> str:
        """Return the norms of all layers, one in each line."""
        lines = [f"{layer} {state}: {norms!r}" for layer, states in self.items() for state, norms in states.items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the norms as a picture, and the means of the first and the last step as a table, for notebooks."""
        means = {(layer, state): norms.mean for layer, states in self.items() for state, norms in states.items()}
        parts = []
        if means and all(len(mean) for mean in means.values()):
            from ..plotting import plot_gradient_flow  # slow to import

            figure = plot_gradient_flow(self).figure
            parts.append(html.picture(figure, "The norm of the gradient at each step"))
        rows = [[*names, *(figures(mean[at]) if len(mean) else "-" for at in (0, -1))] for names, mean in means.items()]
        parts.append(html.table(["Layer", "State", "First step", "Last step"], rows, "<<>>"))
        return html.section(f"Gradients of {counted(len(self), 'recurrent layer')}", *parts)


def norms_of(batches: list[dict[str, dict[str, Array]]]) -> GradientFlow:
    """Return the norms (N, T) of all batches by layer and state."""
    return GradientFlow(
        {
            layer: {state: StepNorms(np.concatenate([batch[layer][state] for batch in batches])) for state in states}
            for layer, states in batches[0].items()
        }
    )


def gradient_flow(model: Any, x: Any, y: Any, sample_weight: Any = None, *, batch_size: int = 32) -> GradientFlow:
    """Return how much of the gradient of the loss arrives at each step of the recurrent layers.

    The norm of the gradient with respect to h(t), and c(t) of an LSTM, says how much the loss would change if the state
    after step t were another one. Where it falls towards the first steps, training cannot learn from them (vanishing
    gradients); where it grows, it explodes.

    The gradients are those of one native backward pass, that of c with its way through h of the same step. Dropout and
    other noise are off, and frozen layers are included.

    Parameters
    ----------
    model : fastlstm.models.Model
        A compiled model with recurrent layers.
    x, y, sample_weight
        Data, as for `Model.evaluate`. A model that is not built is built for `x`.
    batch_size : int
        Samples of a pass. A loss that is a mean over samples does not depend on it.

    Returns
    -------
    GradientFlow
        For each recurrent layer by name, and each of its states, the norms over the units (N, T) with their mean and
        spread over samples. They are those of the loss of a batch times the number of its samples: for a mean over
        samples, of the loss of each sample. Steps are in the order of time. A Bidirectional has two entries,
        'bidirectional/forward_lstm' and 'bidirectional/backward_lstm'.

    Raises
    ------
    ValueError
        If the model has no recurrent layer or no loss, or the data does not fit.
    TypeError
        If `model` is not a model, or the data not made of real numbers.

    References
    ----------
    Bengio, Simard and Frasconi, "Learning long-term dependencies with gradient descent is difficult", IEEE Transactions
    on Neural Networks 5 (1994). Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks",
    ICML 2013.

    Examples
    --------
    >>> import numpy as np
    >>> import fastlstm
    >>> from fastlstm import analysis, layers
    >>> model = fastlstm.Sequential([layers.LSTM(8, name="lstm"), layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> x = np.random.default_rng(0).normal(size=(16, 50, 3))
    >>> flow = analysis.gradient_flow(model, x, x[:, 0, :1])
    >>> flow["lstm"]["h"].samples.shape
    (16, 50)
    >>> bool(flow["lstm"]["h"].mean[0] < flow["lstm"]["h"].mean[-1])
    True
    """
    probe = Probe(model, x)
    trainer = probe.trainer()
    found = []
    for inputs, targets, weights, rows in probe.examples(x, y, sample_weight, batch_size):
        _, records = trainer.loss_and_state_gradients(inputs, targets, sample_weight=weights)
        found.append(probe.norms_by_layer(records, rows))
    return norms_of(found)
