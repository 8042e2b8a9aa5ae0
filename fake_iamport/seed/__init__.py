"""Seed files: the merchants and their worlds that an emulator starts with, and returns to.

``docs/seed-file.md`` shows the form. A file is read and checked as a whole before anything starts;
what is kept of it holds no card number and no secret.
"""

from fake_iamport.seed.reading import SeededMerchant, read_seed, read_seed_file
from fake_iamport.seed.world import World

__all__ = ["SeededMerchant", "World", "read_seed", "read_seed_file"]
