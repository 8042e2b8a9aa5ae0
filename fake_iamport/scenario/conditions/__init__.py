"""The conditions of the scenario language, one module each."""
