"""``python -m fastlstm`` runs the command `fastlstm`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
