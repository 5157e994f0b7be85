"""The whole life of instances, with nothing played: a server process, machines, agents, logins over SSH, and kills."""
