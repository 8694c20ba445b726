"""Execute docs/lesson.ipynb and save it with its outputs, which readers on the web see.

It needs nbclient and ipykernel. Run it after changing the notebook; tests/docs/test_lesson.py executes it as well, and
fails if outputs are missing.
"""

from pathlib import Path

import nbclient
import nbformat

PAGE = Path(__file__).with_name("lesson.ipynb")


def main() -> None:
    """Execute the notebook in place."""
    notebook = nbformat.read(PAGE, as_version=4)
    nbclient.NotebookClient(notebook, kernel_name="python3", record_timing=False, coalesce_streams=True).execute()
    notebook.metadata.language_info = {"name": "python"}  # without the version, which differs between machines
    nbformat.write(notebook, PAGE)


if __name__ == "__main__":
    main()
