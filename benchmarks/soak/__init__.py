"""Minutes of everything at once, and an audit of the books on the way."""
