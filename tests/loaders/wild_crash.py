"""A parser that crashes the process."""

import os

from loaders.confine import serve

serve(lambda _request: {"n": os.abort()})
