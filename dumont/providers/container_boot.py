"""What a container runs first in a cloud that starts images as they are, so that SSH answers in any of them.

The keys are expected in the environment, as `PUBLIC_KEY`. Images made for renting start everything in their own
`/start.sh`; every other one gets a server for SSH here, from its own packages.
"""

from base64 import b64encode

SCRIPT = """\
mkdir -p /root/.ssh /run/sshd; chmod 700 /root/.ssh
printf '%s\\n' "$PUBLIC_KEY" >> /root/.ssh/authorized_keys; chmod 600 /root/.ssh/authorized_keys
if [ -s /root/onstart.sh ]; then chmod +x /root/onstart.sh; /root/onstart.sh > /root/onstart.log 2>&1 & fi
if [ -x /start.sh ]; then exec /start.sh; fi
if [ ! -x /usr/sbin/sshd ]; then
  (apt-get update -q && apt-get install -yq openssh-server) || yum install -yq openssh-server || apk add openssh
fi
ssh-keygen -A; /usr/sbin/sshd
exec sleep infinity
"""


def command(onstart: str) -> str:
    """One line for a shell; as base64, since quotes do not always arrive as they were sent."""
    own = f"echo {_base64(onstart)} | base64 -d > /root/onstart.sh; " if onstart else ""
    return f"sh -c '{own}echo {_base64(SCRIPT)} | base64 -d > /root/boot.sh; exec sh /root/boot.sh'"


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
