#!/bin/sh
# The application of the example host, one version of it. How it behaves stands in /app/behaviour.
version=$(cat /app/version)
date +%s >/tmp/started
: >/tmp/good
: >/tmp/bad
echo "financehub $version: listening on $PORT"
case $(cat /app/behaviour) in
  crashing)
    echo "ERROR: financehub $version: out of memory"
    exit 70
    ;;
esac
exec socat "TCP-LISTEN:$PORT,bind=127.0.0.1,reuseaddr,fork,backlog=128" EXEC:/app/handle.sh
