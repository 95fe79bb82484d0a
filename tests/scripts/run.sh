#!/usr/bin/env bash
# Runs one .bats file for ctest: run.sh FILE. Its line `# needs: …` names the real parts that it
# needs. When one is missing the file is skipped (77); where every real part is required it fails.
set -euo pipefail

is_there() {
  case $1 in
    root) ((EUID == 0)) ;;
    postgres) [[ -x /usr/lib/postgresql/15/bin/postgres ]] && command -v psql && id postgres ;;
    docker) is_there dockerd && is_there containerd && command -v docker && is_there busybox ;;
    *) command -v "$1" ;;
  esac >/dev/null 2>&1
}

PATH=$PATH:/usr/sbin:/sbin
for part in bats $(sed -n 's/^# needs: //p' "$1"); do
  if is_there "$part"; then continue; fi
  echo "$(basename "$1") needs $part, which is not here" >&2
  if [[ -n ${RIPCORD_REQUIRE_REAL_PARTS-} ]]; then exit 1; fi
  exit 77
done
# Nothing of the caller's reaches the scripts.
for name in $(compgen -A export); do
  case $name in
    RIPCORD_REQUIRE_REAL_PARTS | KILL_STRIDE) ;;
    RIPCORD_* | DOCKER_* | COMPOSE_* | PG*) unset "$name" ;;
  esac
done
# As root in a network of its own: nobody else's ports are in the way.
if ((EUID == 0)); then
  # shellcheck disable=SC2016 # the inner shell expands it
  exec unshare --net -- /bin/sh -c 'ip link set lo up && exec bats "$1"' sh "$1"
fi
exec bats "$1"
