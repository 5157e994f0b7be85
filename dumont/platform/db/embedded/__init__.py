"""PostgreSQL for one machine: brought as programs in a package, started by whoever comes first, stopped by the last.

The names of files in a data folder:

    cluster/        what PostgreSQL calls its data directory; `cluster.init/` while it is being made
    password        of the one role, 0600
    server.conf     written anew at every start; `ALTER SYSTEM` still wins over it
    server.log      and server.log.1
    socket/         where clients knock; elsewhere if the name of the data folder is too long for a socket
    users.lock      shared by every process that uses the server: who gets it exclusively is the last one
    start.lock      held while one process brings the server up
    server.lock     held by PostgreSQL itself, every process of it: free means that nothing of it is alive
    binaries-*/     a copy of the programs, where root's own can't be reached by the account they run under
"""

from dumont.platform.db.embedded.binaries import Binaries, find_binaries
from dumont.platform.db.embedded.server import EmbeddedPostgres

__all__ = ["Binaries", "EmbeddedPostgres", "find_binaries"]
