"""`python tests/faults [ROWS...]`: Python puts this folder first on sys.path, so rows say `from fault`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))  # tests/timed_rows.py

from fault import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
