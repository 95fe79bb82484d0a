# shellcheck shell=bash
# ./dev lint: five checks, all of them run, one verdict. Sourced by ../dev, from the top folder.

lint() {
  local bad=()
  check_format || bad+=(format)
  check_house_rules || bad+=(tidy-test)
  check_shell || bad+=(shellcheck)
  check_units || bad+=(units)
  check_clang_tidy || bad+=(clang-tidy)
  if ((${#bad[@]})); then
    fail "${bad[*]} (${SECONDS}s)" "what was found stands above, under a heading each"
  fi
  passed "format, house rules, shell scripts, units, clang-tidy of lib and daemon in ${SECONDS}s"
}

# Files of the project that exist, tracked or not yet, whose paths match; ends each with NUL.
files_like() { # PATHSPEC…
  local file
  while IFS= read -r -d '' file; do
    if [[ -f $file ]]; then printf '%s\0' "$file"; fi
  done < <(git ls-files -z --cached --others --exclude-standard -- "$@")
}

check_format() {
  say "Format (mend with: clang-format-19 -i FILE)"
  files_like '*.cpp' '*.hpp' | xargs -0 -r clang-format-19 --dry-run --Werror
}

check_house_rules() {
  say "House rules (tests/tidy)"
  build dev tidy_test
  build/dev/bin/tidy_test --gtest_brief=1
}

# Every file that a shell runs: by its ending, or by its first line; and what scripts source.
shell_scripts() {
  files_like '*.sh' '*.bats' 'etc/scripts/*.conf'
  files_like ':!*.sh' ':!*.bats' ':!etc/scripts/*.conf' |
    xargs -0 -r awk '
      FNR == 1 { if (/^#!.*[\/ ](ba)?sh( |$)/) printf "%s%c", FILENAME, 0; nextfile }'
}

check_shell() {
  say "Shell scripts"
  shell_scripts | xargs -0 -r shellcheck -x
}

# The units name programs where a package puts them; here any program does.
check_units() {
  say "Units"
  local units
  mapfile -t -d '' units < <(files_like 'systemd/*.service' 'systemd/*.socket' 'systemd/*.timer')
  if ((${#units[@]} == 0)); then return; fi
  local folder=build/units status=0 unit
  rm -rf "$folder"
  mkdir -p "$folder"
  for unit in "${units[@]}"; do
    sed -E 's#^(Exec[A-Za-z]+=[-+!@:|]*)/usr/[a-z/]+/ripcord[a-z-]*#\1/bin/true#' "$unit" \
      >"$folder/$(basename "$unit")"
  done
  # An unknown key is only a warning, with status 0: whatever it says of our units is a finding.
  systemd-analyze verify --man=no "$folder"/* >"$folder.log" 2>&1 || status=1
  cat "$folder.log"
  if ((status)) || grep -q ripcord "$folder.log"; then return 1; fi
}

# What is shipped. Tests have the compiler's warnings; with them it would take twice as long.
check_clang_tidy() {
  say "clang-tidy"
  configure tidy
  ninja -C build/tidy build.ninja >/dev/null || return
  local cache=${RIPCORD_TIDY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ripcord-tidy}
  local part status=0
  for part in ' lib/' ' daemon/'; do
    dev.d/clang_tidy.sh build/tidy "$cache" "$part" || status=1
  done
  return "$status"
}
