"""One module a page; each holds render() and runs nothing on import."""
