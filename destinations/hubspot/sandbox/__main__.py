from __future__ import annotations

from argparse import ArgumentParser

from destinations.hubspot.sandbox import command

if __name__ == "__main__":
    parser = ArgumentParser(prog="python -m destinations.hubspot.sandbox", description="A local HubSpot account.")
    command.add_arguments(parser)
    command.run(parser.parse_args())
