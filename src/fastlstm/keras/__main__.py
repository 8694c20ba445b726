"""``python -m fastlstm.keras script.py`` runs a script that is written for Keras."""

import sys

from .script.command import main

if __name__ == "__main__":
    sys.exit(main())
