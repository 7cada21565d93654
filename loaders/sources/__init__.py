"""One module a format: the only place where foreign column names are known."""
