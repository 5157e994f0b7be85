"""The agent: runs on a rented machine, tells how it is, and does what the fleet asks, over outgoing HTTPS alone.

Python 3.9 or newer without any package; knows of the rest only `dumont.snapstore`. Also built as one file.
"""

VERSION = "0.1.0"
