"""The scenario language: rules of what goes wrong, read from files and applied to calls."""
