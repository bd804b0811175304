#!/bin/sh
# Compiles the C parts of ftrun into the directory $1; called by the Maven build.
set -eu
sources=$(dirname "$0")
output=$1

fail() {
  echo "ftrun: $1" >&2
  exit 1
}

command -v gcc >/dev/null || fail "gcc is missing: install it (apt-get install gcc libc6-dev)"
mkdir -p "$output"

# The launcher: a static program if the C library allows, so that it needs nothing of the service's world.
launcher() {
  gcc -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror "$@" -o "$output/ftrun-launcher" \
    "$sources"/launcher.c "$sources"/launcher_*.c
}
launcher -static 2>/dev/null || launcher || fail "gcc cannot compile the launcher, see above"
