"""How to get into an instance: the same name and host key, wherever it is."""

from pydantic import Field

from dumont.fleet.schemas.fields import Answer


class Connection(Answer):
    name: str = Field(description="Works with `ssh NAME` once `ssh_config` is in place.", examples=["llama"])
    host: str = Field(examples=["ssh5.vast.ai"])
    port: int = Field(examples=[41022])
    user: str = Field(examples=["root"])
    direct: bool = Field(description="False for a gateway of the cloud.")
    host_key: str = Field(
        description="Public; it stays the same on every machine.", examples=["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"]
    )
    host_key_alias: str = Field(
        description="Under which `known_hosts` keeps it.", examples=["dumont-0190a2c4-6d1e-7b3f-8a55-0c9d4e2f1b60"]
    )
    has_ssh_keys: bool = Field(description="Without any, it lets nobody in but by the cloud's own ways.")
    known_hosts: str = Field(
        description="The line for `known_hosts`.",
        examples=["dumont-0190a2c4-6d1e-7b3f-8a55-0c9d4e2f1b60 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"],
    )
    command: str = Field(examples=["ssh -p 41022 root@ssh5.vast.ai"])
    ssh_config: str = Field(
        description="For `~/.ssh/config`.",
        examples=["Host llama\n  HostName ssh5.vast.ai\n  Port 41022\n  User root\n"],
    )
