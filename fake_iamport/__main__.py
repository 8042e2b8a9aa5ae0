"""``python -m fake_iamport`` is ``fake-iamport``."""

from fake_iamport.cli import main

main()
