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

# The stub: freestanding, linked at address 0, a flat blob.
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
for source in stub fast_path digest record replay outputs draft messages clock orphan own_handlers leave; do
  gcc -std=gnu17 -O2 -Wall -Wextra -Werror -ffreestanding -nostdlib -fPIC -fvisibility=hidden \
    -mgeneral-regs-only -mprfchw -mno-red-zone -fno-stack-protector -fno-jump-tables -ffunction-sections \
    -fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables -fcf-protection=none \
    -c "$sources/$source.c" -o "$objects/$source.o" || fail "gcc cannot compile the stub, see above"
done
ld -T "$sources/stub.ld" -o "$objects/stub.elf" "$objects"/*.o
objcopy -O binary "$objects/stub.elf" "$output/stub.bin"
