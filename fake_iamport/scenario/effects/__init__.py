"""The effects of the scenario language, one module each."""
