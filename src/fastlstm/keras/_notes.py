"""What a script has done: what it trained, and what it asks for and fastlstm ignores."""

import warnings

from ..models.graph import LayerGraph

_noted: dict[str, None] = {}
_trained: list[str] = []
_collecting = False


def ignored(what: str) -> None:
    """Note that something has no effect here: in the last line of a script's run, otherwise as a warning.

    Parameters
    ----------
    what : str
        What is ignored, as the script writes it.
    """
    if _collecting:
        _noted[what.rstrip(",")] = None
    else:
        warnings.warn(f"{what} has no effect in fastlstm", UserWarning, stacklevel=3)


def collect(on: bool) -> None:
    """Collect notes from now on, or stop and forget them.

    Parameters
    ----------
    on : bool
        Whether to collect.
    """
    global _collecting  # noqa: PLW0603 - there is one script in a process
    _collecting = on
    _noted.clear()
    _trained.clear()


def collected() -> list[str]:
    """Return the notes, each once.

    Returns
    -------
    list of str
    """
    return list(_noted)


def trained(model: LayerGraph) -> None:
    """Note that a model is trained.

    Parameters
    ----------
    model : LayerGraph
        The model.
    """
    layers = ", ".join(dict.fromkeys(type(layer).__name__ for layer in model.layers))
    _trained.append(f"{type(model).__name__}({layers})")


def trained_models() -> list[str]:
    """Return a description of the model of each `fit`.

    Returns
    -------
    list of str
    """
    return list(_trained)
