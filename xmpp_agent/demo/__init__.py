"""`portner demo`: a clinic day on this machine, on an installation of its own that leaves nothing running."""

from xmpp_agent.demo.run import run as run
