from __future__ import annotations

from argparse import ArgumentParser

from django.conf import settings

from destinations.hubspot.sandbox import command

if __name__ == "__main__":
    parser = ArgumentParser(prog="python -m destinations.hubspot.sandbox", description="A local HubSpot account.")
    command.add_arguments(parser)
    settings.configure()  # for the pages' templates; the sandbox needs nothing else from Django
    command.run(parser.parse_args())
