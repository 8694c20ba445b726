"""A stack of layers with an optimizer, a loss and metrics: compile."""

from functools import partial
from typing import Any

from .. import losses, optimizers
from .._internal import checks
from .._internal.native import Network
from ..metrics import Metric
from ..metrics._compiled import CompiledMetrics
from ._prediction import PredictingStack


class CompiledStack(PredictingStack):
    """A stack of layers that has what training and evaluation need."""

    optimizer: optimizers.Optimizer | None = None
    _loss: losses.Loss | None = None
    _loss_weight: float = 1.0
    _compiled_metrics = CompiledMetrics()

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        *,
        run_eagerly: Any = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Choose optimizer, loss and metrics. The optimizer starts afresh, the weights stay.

        Parameters
        ----------
        optimizer : str or `fastlstm.optimizers.Optimizer`
            A name such as 'adam' or 'rmsprop', or an instance that is not another model's.
        loss : str, `fastlstm.losses.Loss` or callable, optional
            Needed to fit and to evaluate. A function of one's own gets the targets and the predictions of a batch and
            returns values and gradient; see `fastlstm.losses.get`.
        loss_weights : float, or list or dict of one, optional
            What the loss, without the penalties of regularizers, is multiplied by.
        metrics : list, optional
            Names, such as 'mae', classes or instances of `fastlstm.metrics`, names of losses, functions
            ``f(y_true, y_pred)``. 'accuracy' (or 'acc') and 'crossentropy' (or 'ce') stand for the binary, categorical
            or sparse categorical one, whichever fits the targets and the output. They see no sample weights.
        weighted_metrics : list, optional
            The same, with sample weights. The mask of the output is a weight for both, as in Keras.
        run_eagerly, jit_compile
            As in Keras code; True is refused, there being nothing to compile.
        steps_per_execution : int
            As in Keras code, without effect: a native call makes as many steps as take 50 ms, or one where a callback
            has hooks for batches.
        auto_scale_loss : bool
            As in Keras code, without effect: it is for half precision.

        Raises
        ------
        ValueError, TypeError
            If a name is unknown or a type is wrong.
        """
        checks.refuse("compile", run_eagerly=run_eagerly, jit_compile=None if jit_compile == "auto" else jit_compile)
        checks.integer("steps_per_execution", steps_per_execution, 1)
        checks.flag("auto_scale_loss", auto_scale_loss)
        chosen, chosen_loss = optimizers.get(optimizer), None if loss is None else losses.get(loss)  # all, or none
        compiled, weight = CompiledMetrics(metrics, weighted_metrics), _loss_weight(loss_weights)
        chosen.claim(self)
        if self.optimizer is not None and self.optimizer is not chosen:
            self.optimizer.release()
        self.optimizer, self._loss, self._loss_weight = chosen, chosen_loss, weight
        self._compiled_metrics = compiled
        if self._network is not None:
            self._equip(self._network)

    @property
    def metrics(self) -> list[Metric]:
        """The metrics of `compile`, those that are chosen by the targets once there were some."""
        return self._compiled_metrics.metrics

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns, in that order: 'loss' and the metrics."""
        return ["loss", *self._compiled_metrics.names]

    # Inside -----------------------------------------------------------------------------------------------------

    def _make_network(self) -> Network:
        network = super()._make_network()
        self._equip(network)
        return network

    def _equip(self, network: Network) -> None:
        """Give a network the loss and the optimizer of `compile`."""
        if self._loss is not None:
            self._loss._start(network)
        network.set_loss_weight(self._loss_weight)
        if self.optimizer is not None:
            self.optimizer.start(network)

    def _require_loss(self) -> losses.Loss:
        if self._loss is None or self.optimizer is None:
            raise ValueError(f"model {self.name!r} has no loss: call compile(optimizer, loss) first")
        return self._loss

    def _runner(self) -> Any:
        """Return what trains and evaluates: the network, or what splits its steps for a loss in Python."""
        network = self._built_network()
        carried = partial(self._carried, network) if self._stateful else None
        return self._require_loss()._runner(network, carried, self._loss_weight)


def _loss_weight(value: Any) -> float:
    """Return the weight of the only loss."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        if len(value) != 1:
            raise ValueError(f"loss_weights: expected one, as a model has one output, got {len(value)}")
        value = value[0]
    return 1.0 if value is None else checks.number("loss_weights", value)
