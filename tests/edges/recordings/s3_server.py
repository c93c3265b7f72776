"""An S3 server (moto) on loopback, in a process of its own: says its port, ends with its standard input."""

import logging
import sys

from moto.server import ThreadedMotoServer

if __name__ == "__main__":
    logging.disable()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()
