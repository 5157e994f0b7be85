#!/bin/sh
# Installs what the tests use beside Python and Node: Chromium with a font, Redis, an SSH server, restic, strace. Without root it says what is left out.
set -eu
missing=""
want() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }

command -v chromium >/dev/null 2>&1 || want chromium-headless-shell chromium-headless-shell
want redis-server redis-server
[ -x /usr/sbin/sshd ] || want sshd openssh-server
want ssh openssh-client
want restic restic
want strace strace
fc-list 2>/dev/null | grep -qi dejavu || missing="$missing fonts-dejavu-core"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "tools: installing$missing" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null
  # Debian starts a server of its own on installation, unless this says no; the tests bring theirs.
  policy=/usr/sbin/policy-rc.d
  [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod 755 "$policy"; trap 'rm -f "$policy"' EXIT; }
  # Not every release has the browser without windows as a package of its own.
  apt-cache show chromium-headless-shell >/dev/null 2>&1 || missing="$(echo "$missing" | sed s/-headless-shell//)"
  # shellcheck disable=SC2086 - a list of words
  apt-get install -y -qq --no-install-recommends $missing fontconfig >/dev/null
else
  echo "tools: left out, as this is not root on Debian:$missing. The tests that need them are skipped." >&2
fi
