#!/bin/sh
# The database server, as the user postgres, with its data in /data.
set -e
bin=/usr/lib/postgresql/15/bin
chown postgres /data
as_postgres() { /usr/bin/setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
if [ ! -s /data/db/PG_VERSION ]; then
  as_postgres "$bin/initdb" -D /data/db -A trust -U postgres --locale=C -E UTF8 -N
  printf '%s;\n\n' 'CREATE ROLE financehub LOGIN' 'CREATE DATABASE finance_hub OWNER financehub' \
    'CREATE ROLE ripcord LOGIN' 'GRANT pg_monitor TO ripcord' |
    as_postgres "$bin/postgres" --single -j -D /data/db postgres
fi
exec /usr/bin/setpriv --reuid=1000 --regid=1000 --clear-groups "$bin/postgres" -D /data/db \
  -c listen_addresses=127.0.0.1 -c unix_socket_directories=
