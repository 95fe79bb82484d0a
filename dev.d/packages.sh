# shellcheck shell=bash
# Installs from debian-packages.txt what is missing. Sourced by ../dev, from the top folder.

# packages_of SECTION…: the names in these sections, each once.
packages_of() {
  awk -v wanted=" $* " '
    { sub(/#.*/, "") }
    /^\[/ { gsub(/[][ \t]/, ""); on = index(wanted, " " $0 " "); next }
    on && NF { print $1 }' debian-packages.txt | sort -u
}

# missing_of SECTION…: those of them that are not installed.
missing_of() {
  local names
  mapfile -t names < <(packages_of "$@")
  # dpkg-query fails when it knows nothing of a name: then that one is missing.
  comm -23 <(printf '%s\n' "${names[@]}") \
    <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${names[@]}" 2>/dev/null |
      sed -n 's/ installed$//p' | sort -u)
}

# need SECTION…: afterwards all of these sections are installed. Quick when they were.
need() {
  if ! command -v dpkg-query >/dev/null; then
    fail "this is not Debian" "install what debian-packages.txt means, then use cmake --preset dev"
  fi
  local missing
  mapfile -t missing < <(missing_of "$@")
  if ((${#missing[@]} == 0)); then return; fi
  if ((EUID != 0)); then
    fail "not installed: ${missing[*]}" "install once with: sudo ./dev setup"
  fi
  install_packages "${missing[@]}"
}

install_packages() {
  local started=$SECONDS log=build/packages.log status=0 own_policy=0
  local policy=/usr/sbin/policy-rc.d
  say "Installing ${#} packages and what they need (all of it is in $log): $*"
  mkdir -p build

  # Packages of daemons (nginx, prometheus, …) start them; here only their programs are wanted.
  if [[ ! -e $policy ]]; then
    own_policy=1
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  local services_before
  services_before=$(enabled_services)
  fetch_and_unpack "$@" >"$log" 2>&1 || status=$?
  disable_services_beyond "$services_before"
  if ((own_policy)); then rm -f "$policy"; fi

  if ((status != 0)); then
    tail -n 20 "$log" >&2
    fail "the packages could not be installed" "more in $log"
  fi
  say "Installed in $((SECONDS - started))s"
}

# Shows on the terminal (descriptor 3 is not the log) how far it is.
fetch_and_unpack() {
  local apt=(apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  export DEBIAN_FRONTEND=noninteractive
  "${apt[@]}" update || return
  "${apt[@]}" install --no-install-recommends "$@" | tee >(show_progress >&3)
}

show_progress() {
  awk '
    / newly installed,/ { for (i = 1; i < NF; i++) if ($(i + 1) == "newly") total = $i }
    /^(Need to get|Fetched)/ { print "    " $0; fflush() }
    /^Setting up/ && ++count % 25 == 0 { printf "    [%d/%d] set up\n", count, total; fflush() }'
}

# The services that the system would start at its next boot, one a line.
enabled_services() {
  find /etc/systemd/system -path '*.wants/*.service' -printf '%f\n' 2>/dev/null | sort -u
}

# Installing a daemon also enables it for the next boot. Only for those whose programs we wanted.
disable_services_beyond() {
  local service
  for service in docker-registry.service haproxy.service nginx.service prometheus.service; do
    if ! grep -qx "$service" <<<"$1" && grep -qx "$service" < <(enabled_services); then
      systemctl disable "$service" >/dev/null 2>&1 || true
    fi
  done
}
