"""`python -m xmpp_agent` is `portner`. What Jibri waits for does not load the rest."""

import sys

from xmpp_agent import cli_recording


def main() -> None:
    """Run the command line."""
    if sys.argv[1:2] == [cli_recording.COMMAND]:
        sys.exit(cli_recording.quickly(sys.argv[2:]))
    from xmpp_agent import cli

    cli.main()


if __name__ == "__main__":
    main()
