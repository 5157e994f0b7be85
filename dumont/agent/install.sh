#!/bin/sh
# Installs the agent of a rented machine and keeps it running; run again, it brings a newer one and does no harm.
#
# It is told by the environment: DUMONT_AGENT_TOKEN, DUMONT_SERVER, and where they differ from what is usual
# DUMONT_WORKSPACE and DUMONT_AGENT_STATE. Root is not needed; without it the host key of SSH can't be kept.
set -u
umask 077

say() { printf 'dumont-agent: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

: "${HOME:=$(cd ~ 2>/dev/null && pwd || echo /root)}"
export HOME
if [ -n "${DUMONT_AGENT_STATE:-}" ]; then state=$DUMONT_AGENT_STATE
elif [ "$(id -u)" = 0 ]; then state=/var/lib/dumont-agent
else state=/var/tmp/dumont-agent-$(id -u) # not at home: that may be the workspace, which goes from machine to machine
fi
mkdir -p "$state" && [ -d "$state" ] && [ ! -L "$state" ] && [ -O "$state" ] ||
  die "the folder $state can't be ours; set DUMONT_AGENT_STATE to one that can."
state=$(cd "$state" && pwd)
chmod 700 "$state"
if [ -z "${DUMONT_AGENT_TOKEN:-}" ] && [ -f "$state/env" ]; then . "$state/env"; fi
[ -n "${DUMONT_AGENT_TOKEN:-}" ] || die "DUMONT_AGENT_TOKEN is not set: this machine belongs to no fleet."
default_server=@SERVER@
DUMONT_SERVER=${DUMONT_SERVER:-$default_server}
DUMONT_AGENT_STATE=$state
export DUMONT_SERVER DUMONT_AGENT_TOKEN DUMONT_AGENT_STATE

find_python() {
  for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python3.9 python \
    /usr/bin/python3 /usr/local/bin/python3 /opt/conda/bin/python3 /usr/libexec/platform-python; do
    found=$(command -v "$name" 2>/dev/null) || continue
    if "$found" -c 'import ctypes, fcntl, ssl, sys, zlib; sys.exit(sys.version_info < (3, 9))' >/dev/null 2>&1; then
      python=$found
      return 0
    fi
  done
  return 1
}

install_python() {
  [ "$(id -u)" = 0 ] && [ -z "${DUMONT_MACHINE:-}" ] || return 1
  say "installing Python with this system's own packages"
  if command -v apt-get; then
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    apt-get update -q && apt-get install -yq --no-install-recommends python3 ca-certificates
  elif command -v dnf; then dnf install -yq python3 ca-certificates
  elif command -v yum; then yum install -yq python3 ca-certificates
  elif command -v zypper; then zypper -n install python3 ca-certificates
  elif command -v apk; then apk add python3 ca-certificates
  else return 1
  fi >/dev/null 2>&1
}

fetch() {
  "$python" -c 'import shutil, sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=60) as answer, open(sys.argv[2], "wb") as file:
    shutil.copyfileobj(answer, file)' "$1" "$2" 2>/dev/null ||
    curl -fsSL --max-time 120 "$1" -o "$2" 2>/dev/null || wget -q -T 60 -O "$2" "$1" 2>/dev/null
}

find_python || { install_python && find_python; } ||
  die "there is no Python 3.9 or newer with ssl, ctypes and zlib on this machine; install python3 and run this again."

agent=$state/dumont-agent.pyz
changed=
if fetch "$DUMONT_SERVER/api/v1/agent/dumont-agent.pyz" "$agent.new" &&
  "$python" "$agent.new" version >/dev/null 2>&1; then
  cmp -s "$agent" "$agent.new" 2>/dev/null || changed=yes
  mv "$agent.new" "$agent"
elif [ -f "$agent" ]; then say "the agent can't be fetched from $DUMONT_SERVER; the one that is here goes on."
else die "the agent can't be fetched from $DUMONT_SERVER, or does not run with $python."
fi
rm -f "$agent.new"

export -p > "$state/env.new" && mv "$state/env.new" "$state/env"
printf '%s\n' "$python" > "$state/python"
cat > "$state/run.new" <<'END'
#!/bin/sh
# Runs the agent, and again when it dies, until it has been told to end; with `once` somebody else runs it again.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env"
if [ "${1:-}" = once ]; then exec "$(cat "$here/python")" "$here/dumont-agent.pyz" run; fi
pause=1
while :; do
  began=$(date +%s)
  "$(cat "$here/python")" "$here/dumont-agent.pyz" run
  case $? in 0 | 75 | 78) exit 0 ;; esac
  if [ $(($(date +%s) - began)) -gt 60 ]; then pause=1; fi
  sleep "$pause"
  if [ "$pause" -lt 30 ]; then pause=$((pause * 2)); fi
done
END
mv "$state/run.new" "$state/run"

with_systemd() {
  [ "$(id -u)" = 0 ] && [ -d /run/systemd/system ] && [ -z "${DUMONT_MACHINE:-}" ] && command -v systemctl >/dev/null
}

unit() {
  cat <<END
[Unit]
Description=Agent of Dumont Cloud
Wants=network-online.target
After=network-online.target

[Service]
Environment=DUMONT_WHOLE_MACHINE=yes
ExecStart=/bin/sh "$state/run" once
Restart=on-failure
RestartSec=1
RestartPreventExitStatus=75 78
# What people's own scripts left running goes on without the agent.
KillMode=process

[Install]
WantedBy=multi-user.target
END
}

if with_systemd; then
  umask 022
  unit > /etc/systemd/system/dumont-agent.service
  systemctl daemon-reload
  systemctl enable -q dumont-agent.service
  if [ -n "$changed" ]; then systemctl restart dumont-agent.service; else systemctl start dumont-agent.service; fi ||
    die "systemd could not start dumont-agent.service."
  say "the agent runs as dumont-agent.service."
  exit 0
fi
known=
if [ -f "$state/running" ]; then known=yes; fi # without it, none has ever run here
if [ "$known$changed" = yesyes ] && "$python" "$agent" restart 2>/dev/null; then
  say "the agent was told to begin anew with the newer file."
elif [ -n "$known" ] && "$python" "$agent" running 2>/dev/null; then
  say "the agent runs already."
else
  if command -v setsid >/dev/null 2>&1; then setsid sh "$state/run" </dev/null >"$state/out.log" 2>&1 &
  else nohup sh "$state/run" </dev/null >"$state/out.log" 2>&1 &
  fi
  say "the agent runs in the background; its log is $state/agent.log."
fi
