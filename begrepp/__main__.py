"""`python -m begrepp` is the command `begrepp`."""

from begrepp.cli import main

if __name__ == "__main__":
    main(prog_name="begrepp")
