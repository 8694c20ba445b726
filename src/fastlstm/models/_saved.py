"""What a model has of files, copies and pickles."""

import os
import weakref
from typing import TYPE_CHECKING, Any, cast

from ._stack import LayerStack

if TYPE_CHECKING:
    from ..optimizers import Optimizer
    from .sequential import Sequential


class SavedModel(LayerStack):
    """A model that can be written to a file, copied and pickled."""

    optimizer: "Optimizer | None" = None

    def save(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Write the model to a file that `fastlstm.load_model` and Keras open.

        It has the layers, the weights, and how the model is compiled, with the state of its optimizer. Layers and
        arguments that Keras does not have need ``import fastlstm.integrations.keras`` there. A file is written whole
        or not at all.

        Parameters
        ----------
        filepath : path-like
            Ends with .keras, or with .h5 for Keras's older format.
        overwrite : bool
            Whether a file that exists is replaced.

        Raises
        ------
        ValueError
            If the path has another ending.
        FileExistsError
            If there is such a file and `overwrite` is False.

        Warns
        -----
        UserWarning
            If the model is not built, so that there are no weights.
        """
        from ..formats import model_files

        model_files.save_model(cast("Sequential", self), filepath, overwrite)

    def save_weights(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Write the weights to a file.

        Parameters
        ----------
        filepath : path-like
            Ends with .weights.h5, which has the state of the optimizer as well and which Keras reads; or with
            .safetensors, which has the model's description beside the weights.
        overwrite : bool
            Whether a file that exists is replaced.

        Raises
        ------
        ValueError
            If the path has another ending, or the model is not built.
        FileExistsError
            If there is such a file and `overwrite` is False.
        ImportError
            If the package safetensors is needed and missing.
        """
        from ..formats import model_files

        model_files.save_weights(cast("Sequential", self), filepath, overwrite)

    def load_weights(self, filepath: str | os.PathLike[str], skip_mismatch: bool = False) -> None:
        """Replace the weights by those of a file; where one does not fit, nothing is changed.

        Layers are told apart by their classes and order, in a .safetensors file by their names. If the model is
        compiled with such an optimizer as the one that a file has the state of, that is restored as well, and a fit
        goes on from there.

        Parameters
        ----------
        filepath : path-like
            What `save_weights` or `save` has written, here or in Keras.
        skip_mismatch : bool
            Whether weights that do not fit, or are not there, stay as they are, with a warning.

        Raises
        ------
        OSError
            If there is no such file, or it can not be read.
        ValueError
            If the file is damaged, unsafe, or does not fit the model, or the model is not built.

        Warns
        -----
        UserWarning
            If what the file has of an optimizer does not fit.
        """
        from ..formats import model_files

        model_files.load_weights(cast("Sequential", self), filepath, skip_mismatch)

    def __copy__(self) -> Any:
        raise TypeError(
            f"model {self.name!r} can not share its layers with a copy: use copy.deepcopy, or"
            " fastlstm.models.clone_model for one with initial weights"
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles have: everything, with the state of the training in place of the network."""
        return {**vars(self), "_network": None, "_training": self._kept()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        kept = state["_training"]
        vars(self).update({name: value for name, value in state.items() if name != "_training"})
        for layer in self._layers:
            layer._owner = weakref.ref(self)
        if self.optimizer is not None:
            self.optimizer.claim(self)
        if kept is not None:
            self._take(kept)

    def _kept(self) -> dict[str, Any] | None:
        """Return what the network has beside the weights, None without one."""
        from ..formats import optimizer_state

        network = self._network
        if network is None:
            return None
        kept: dict[str, Any] = {"carried": network.state if self._stateful else None}
        if self.optimizer is not None:
            kept["steps"] = network.iterations
            kept["slots"] = [network.slot(*slot) for slot in optimizer_state.slots(self.optimizer, network)]
        return kept

    def _take(self, kept: dict[str, Any]) -> None:
        """Make the network, and restore what `_kept` has returned."""
        from ..formats import optimizer_state

        network = self._built_network()
        network.state = kept["carried"]
        if self.optimizer is not None:
            for slot, array in zip(optimizer_state.slots(self.optimizer, network), kept["slots"], strict=True):
                network.set_slot(*slot, array)
            network.iterations = kept["steps"]
