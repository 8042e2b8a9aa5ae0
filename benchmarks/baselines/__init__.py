"""What the emulator is measured beside: servers that do next to nothing, set up as it is."""
