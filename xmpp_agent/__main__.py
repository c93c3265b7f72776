"""`python -m xmpp_agent` is `portner`."""

from xmpp_agent.cli import main

main()
