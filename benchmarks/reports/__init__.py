"""What came of a run, for each reader: a table, JSON, Markdown and a plot."""
