"""Generated examples are drawn anew at each run; with `DATENKONTOR_EXAMPLES=repeated` they are the same ones each time.

`.ci/run` sets it: there a commit is judged, and not a draw. No example has a deadline, because the machine may be busy.
"""

import os

from hypothesis import settings

settings.register_profile("drawn", deadline=None)
settings.register_profile("repeated", deadline=None, derandomize=True)
settings.load_profile(os.environ.get("DATENKONTOR_EXAMPLES", "drawn"))
