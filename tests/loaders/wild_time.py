"""A parser that never ends."""

from itertools import count

from loaders.confine import serve

serve(lambda _request: {"n": sum(1 for _ in count())})
