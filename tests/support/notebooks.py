"""Notebooks that are executed in a kernel, as nbconvert and papermill do, or as someone does who has one open."""

import warnings

from peers import require_peer


def executed(notebook, folder, *, is_open=False):
    """Return a notebook with the outputs of its cells, executed in this folder; an error of a cell is raised."""
    nbclient = require_peer("nbclient")
    require_peer("ipykernel")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # third-party warnings
        client = nbclient.NotebookClient(
            notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
        )
        with client.setup_kernel():
            client.kc.allow_stdin = is_open  # what a front end says of itself
            for index, cell in enumerate(notebook.cells):
                client.execute_cell(cell, index)
    return notebook


def printed(cell):
    """Return all that a cell has printed."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def left(text):
    """Return the lines that stay where a carriage return goes back to the beginning of a line."""
    lines = []
    for line in text.split("\n"):
        found = ""
        for part in line.split("\r"):
            found = part + found[len(part) :]
        lines.append(found.rstrip())
    return [line for line in lines if line]
