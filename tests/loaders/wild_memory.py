"""A parser that takes all the memory it can get."""

from loaders.confine import serve

serve(lambda _request: {"n": len(bytearray(1 << 30))})
