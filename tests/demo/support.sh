# shellcheck shell=bash disable=SC2034,SC2154
# What both demos share. Sourced by run.sh and docker.sh.

bold='' red='' green='' plain=''
if [[ -t 1 && -z ${NO_COLOR-} ]]; then
  bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
fi
say() { printf '\n%s==> %s%s\n' "$bold" "$*" "$plain"; }

# is_program PID PROGRAM: a number alone may by now belong to somebody else.
is_program() { [[ -n $1 && $(readlink "/proc/$1/exe" 2>/dev/null) == "$bin/$2"* ]]; }

# within SECONDS COMMAND…: tries it again and again until it succeeds.
within() {
  local until=$((SECONDS + $1))
  until "${@:2}"; do
    ((SECONDS < until)) || return 1
    sleep 0.05
  done
}

has_ended() { ! is_program "$@"; }

# end PID PROGRAM SECONDS: asks it to end, and after so long does not ask any more.
end() {
  is_program "$1" "$2" || return 0
  kill "$1" 2>/dev/null || true
  within "$3" has_ended "$1" "$2" || kill -KILL "$1" 2>/dev/null || true
}
