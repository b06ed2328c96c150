"""`python -m agent` is `portrait`."""

from agent.cli import main

main()
