"""`python -m tests.fuzz`: the fuzzer over the readers."""

from tests.fuzz.fuzz_readers import main

main()
