"""Everything that is held to be true of the project."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # processes side by side: more would only wait
