"""Write the kept tables anew from the code as it is: `python -m tests.golden`. Then read what git says has changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.golden import golden_run


def main() -> None:
    """Run, write, and say what became different."""
    with tempfile.TemporaryDirectory() as folder:
        tables = golden_run.run(Path(folder))
    for table, rows in tables.items():
        path = golden_run.expected_path(table)
        changed = golden_run.differences(table, rows, golden_run.kept(table)) if path.exists() else {"new"}
        rows.to_csv(path, index=False)
        print(f"{path.name}: {len(rows)} rows, {len(changed)} cells changed")  # noqa: T201


if __name__ == "__main__":
    main()
