"""The server's book of snapshots, over real PostgreSQL and real repositories in folders."""
