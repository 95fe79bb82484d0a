#!/usr/bin/env bash
# Makes the images of the example host out of what is on this machine: nothing is downloaded.
#
#   images.sh [VERSION…]      all of them unless told; DOCKER_HOST says in which engine
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

# Every version of the application, and what becomes of it.
declare -A behaviours=([1.0]=good [1.1]=good [1.2]=failing [1.3]=crashing [1.4]=good [1.5]=rotting)

fresh_tree() {
  rm -rf "$tree"
  mkdir -p "$tree/bin" "$tree/etc" "$tree/run"
  mkdir -m 1777 "$tree/tmp"
  cp "$(command -v busybox)" "$tree/bin/busybox"
  local name
  for name in sh cat chown date echo grep nc printf stat tr usleep; do
    ln -s busybox "$tree/bin/$name"
  done
  printf '%s\n' root:x:0:0::/:/bin/sh postgres:x:1000:1000::/:/bin/sh >"$tree/etc/passwd"
  printf '%s\n' root:x:0: postgres:x:1000: >"$tree/etc/group"
}

# with PROGRAM…: these and the libraries that they need, where they are here.
with() {
  local file
  for file in "$@" $(ldd "$@" 2>/dev/null |
    sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^\t\(\/[^ ]*\) (.*/\1/p' | sort -u); do
    mkdir -p "$tree/$(dirname "$file")"
    cp -L "$file" "$tree/$file"
  done
}

import() { # NAME PROGRAM
  tar -C "$tree" -c . | docker import -c "CMD [\"$2\"]" - "$1" >/dev/null
  printf '%s\n' "$1"
}

make_version() { # VERSION
  fresh_tree
  mkdir "$tree/app"
  with "$(command -v socat)"
  cp "$here/app/start.sh" "$here/app/handle.sh" "$tree/app/"
  printf '%s\n' "$1" >"$tree/app/version"
  printf '%s\n' "${behaviours[$1]}" >"$tree/app/behaviour"
  import "financehub-backend:$1" /app/start.sh
}

make_postgres() {
  local lib=/usr/lib/postgresql/15
  fresh_tree
  mkdir "$tree/data"
  with /usr/bin/setpriv "$lib/bin/postgres" "$lib/bin/initdb" "$lib/lib/plpgsql.so" \
    "$lib/lib/dict_snowball.so"
  mkdir -p "$tree/usr/share/postgresql/15" "$tree/usr/share/zoneinfo/Etc"
  cp -rL /usr/share/postgresql/15/{*.bki,*.sql,*.sample,*.txt,timezonesets,tsearch_data,extension} \
    "$tree/usr/share/postgresql/15/"
  cp -L /usr/share/zoneinfo/UTC "$tree/usr/share/zoneinfo/UTC"
  cp -L /usr/share/zoneinfo/Etc/UTC "$tree/usr/share/zoneinfo/Etc/UTC"
  cp "$here/postgres/start.sh" "$tree/start.sh"
  import financehub-postgres:15 /start.sh
}

make_nginx() {
  fresh_tree
  with "$(PATH=$PATH:/usr/sbin command -v nginx)"
  mkdir -p "$tree/etc/nginx" "$tree/var/log/nginx" "$tree/var/lib/nginx"
  import financehub-nginx:1 /usr/sbin/nginx
}

if (($#)); then
  for version; do make_version "$version"; done
  exit
fi
for version in "${!behaviours[@]}"; do make_version "$version"; done
make_postgres
make_nginx
