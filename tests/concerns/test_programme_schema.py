"""The vocabulary of the programme: every closed column has a list, every key is a column, every type can be stored."""

from __future__ import annotations

import pyarrow as pa
import pytest

from concerns.programme import CLOSED_LISTS, PROGRAMME_KEYS, PROGRAMME_TABLES, SERVICE_LEVEL_DAYS, Priority
from tests.concerns.test_programme_checks import check

TYPES = {"string": pa.string(), "date32": pa.date32(), "int32": pa.int32(), "float64": pa.float64(), "bool": pa.bool_()}


def test_keys_and_closed_lists_name_columns():
    columns = {name for table in PROGRAMME_TABLES.values() for name in table}
    assert set(CLOSED_LISTS) <= columns
    assert all(set(keys) <= set(PROGRAMME_TABLES[table]) for table, keys in PROGRAMME_KEYS.items())


def test_every_priority_has_a_service_level():
    assert SERVICE_LEVEL_DAYS == {Priority.EMERGENCY: 1, Priority.URGENT: 3, Priority.NORMAL: 14}
    assert set(SERVICE_LEVEL_DAYS) == set(Priority)


@pytest.mark.parametrize("table", PROGRAMME_TABLES)
def test_accepted_rows_fit_the_stored_types(table):
    accepted = check(table, {}).accepted
    for name, kind in PROGRAMME_TABLES[table].items():
        stored = pa.Array.from_pandas(accepted[name], type=TYPES[kind.rstrip("?")])
        assert kind.endswith("?") or stored.null_count == 0
