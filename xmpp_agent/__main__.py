"""`python -m xmpp_agent` is `portner`. What Jibri, or a person at the console, waits for does not load the rest."""

import gc
import sys

from xmpp_agent import cli_recording


def main() -> None:
    """Run the command line."""
    if sys.argv[1:2] == [cli_recording.COMMAND]:
        sys.exit(cli_recording.quickly(sys.argv[2:]))
    # What is imported stays: to search it for garbage, over and over, is a fifth of the time to start.
    gc.disable()
    from xmpp_agent import cli_tui

    if cli_tui.is_meant(sys.argv[1:]):
        try:
            sys.exit(cli_tui.quickly(sys.argv[1:]))
        except KeyboardInterrupt:
            sys.exit(130)  # as shells say of a program ended so
    from xmpp_agent import cli

    gc.freeze()
    gc.enable()
    # Everything is looked through ten times less often: in a full house that holds every door up for 0.2 s each time
    # (measured with 5,000 rooms), and rooms are freed without it.
    young, middle, _old = gc.get_threshold()
    gc.set_threshold(young, middle, 100)
    cli.main()


if __name__ == "__main__":
    main()
