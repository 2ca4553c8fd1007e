"""`python -m begrepp` is the command `begrepp`."""

from begrepp.cli.main import main

if __name__ == "__main__":
    main(prog_name="begrepp")
