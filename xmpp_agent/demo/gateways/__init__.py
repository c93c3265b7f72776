"""Stand-ins for gateways that cannot be had on one machine. They enforce what is published and know nothing of ours."""
