#!/usr/bin/env bats
# needs: root postgres
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317 # bats calls and sets what it cannot see

load support.sh

setup_file() {
  make_dir
  start_postgres
}
teardown_file() {
  stop_postgres
  rm -rf "$dir"
}
setup() {
  fresh_database
  rm -rf "$dir/backups" "$dir/state"
  configure
}

dumps() { find "$dir/backups" -name '*.dump' | sort; }

@test "a backup can be restored, and is nobody else's" {
  before=$(state_of_database)
  try 0 backup.sh
  dump=${lines[-1]}
  equal "$(stat -c %a "$dump")" 600 mode
  (cd "$dir/backups" && sha256sum --check --quiet "$dump.sha256")
  db "DROP TABLE accounts"
  pg_restore -U financehub -d finance_hub "$dump"
  equal "$(state_of_database)" "$before"
}

@test "only so many are kept, and the one just taken is, whatever the clock says of the others" {
  for _ in 1 2 3 4 5; do try 0 backup.sh; done
  equal "$(dumps | wc -l)" 3
  find "$dir/backups" -name '*.dump' -exec touch -d '2099-01-01' {} +
  try 0 backup.sh
  equal "$(dumps | grep -cxF "${lines[-1]}")" 1
  equal "$(dumps | wc -l)" 3
  equal "$(find "$dir/backups" -name '*.sha256' | wc -l)" 3
}

@test "with one to keep, it is the new one" {
  configure BACKUP_KEEP=1
  try 0 backup.sh
  try 0 backup.sh
  equal "$(dumps)" "${lines[-1]}"
}

@test "a dump without a checksum and files of others are not touched" {
  configure BACKUP_KEEP=1
  mkdir "$dir/backups"
  touch -d '2001-01-01' "$dir/backups/finance_hub-20010101T000000Z.dump" "$dir/backups/other.dump" \
    "$dir/backups/other-20010101T000000Z.dump" "$dir/backups/other-20010101T000000Z.dump.sha256"
  try 0 backup.sh
  equal "$(dumps | wc -l)" 4
}

@test "what a killed run has left goes" {
  mkdir "$dir/backups"
  touch "$dir/backups/.finance_hub-20010101T000000Z.dump.partial" \
    "$dir/backups/finance_hub-20010101T000000Z.dump.sha256"
  try 0 backup.sh
  equal "$(find "$dir/backups" -type f | wc -l)" 2
}

@test "a dump that is cut short gets no name, and the old ones stay" {
  try 0 backup.sh
  mkdir -p "$dir/bin"
  # It succeeds and has written half of it.
  printf '#!/bin/bash\n/usr/bin/pg_dump "$@" || exit\nfor w; do f=${w#--file=}; done\n%s\n' \
    'truncate -s -20 "$f"' >"$dir/bin/pg_dump"
  chmod +x "$dir/bin/pg_dump"
  PATH=$dir/bin:$PATH try 1 backup.sh
  says 'pg_restore cannot read the whole dump'
  rm -r "${dir:?}/bin"
  equal "$(dumps | wc -l)" 1
}

@test "an empty database has a backup, and one of nothing is none where there are tables" {
  db "DROP TABLE accounts"
  try 0 backup.sh
  says 'verified: 0 entries'
  fresh_database
  mkdir -p "$dir/bin"
  printf '#!/bin/bash\nexec %s/pg_dump "$@" --exclude-schema="*"\n' "$pg" >"$dir/bin/pg_dump"
  chmod +x "$dir/bin/pg_dump"
  PATH=$dir/bin:$PATH try 1 backup.sh
  says 'the dump holds nothing of 1 tables'
  rm -r "${dir:?}/bin"
}

@test "one that is too small is none" {
  configure BACKUP_MIN_BYTES=10000000
  try 1 backup.sh
  says 'fewer than BACKUP_MIN_BYTES'
  equal "$(dumps | wc -l)" 0
}

@test "a full disk leaves the old ones" {
  try 0 backup.sh
  mkdir -p "$dir/small" && mount -t tmpfs -o size=64k none "$dir/small"
  cp "$dir/backups/"* "$dir/small/"
  db "INSERT INTO accounts SELECT i, md5(i::text), i FROM generate_series(1000, 9000) i"
  configure "BACKUP_DIR=$dir/small" BACKUP_KEEP=1
  run "$scripts/backup.sh"
  left=$(find "$dir/small" -name '*.dump' | wc -l)
  umount "$dir/small"
  equal "$status" 1
  equal "$left" 1
}

@test "a dry run says what it would do and does not" {
  configure BACKUP_KEEP=1
  try 0 backup.sh
  old=${lines[-1]}
  try 0 backup.sh --dry-run
  says "would dump finance_hub to $dir/backups/finance_hub-"
  says "would delete $old"
  equal "$(dumps)" "$old"
}

@test "without a database it is 69, and nothing is there" {
  configure "DB_HOST=$dir/nowhere"
  try 69 backup.sh
  equal "$(dumps | wc -l)" 0
}

@test "two at once: one waits for the other" {
  "$scripts/backup.sh" >"$dir/first" 2>&1 3>&- &
  first=$!
  try 0 backup.sh
  wait "$first"
  equal "$(dumps | wc -l)" 2
}

@test "one that takes too long keeps the next one out" {
  configure LOCK_SECONDS=0
  mkdir -p "$dir/state"
  exec {lock}>"$dir/state/backup.lock"
  flock "$lock"
  try 75 backup.sh
  exec {lock}>&-
}
