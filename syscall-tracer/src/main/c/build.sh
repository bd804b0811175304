#!/bin/sh
# Compiles the C parts into the directory named by the first argument.
set -eu
out=$1
here=$(dirname "$0")
mkdir -p "$out"
if ! command -v gcc >/dev/null 2>&1; then
  echo "gcc is missing: install it (apt-get install gcc libc6-dev)" >&2
  exit 1
fi
object=$(mktemp -d)
trap 'rm -rf "$object"' EXIT
gcc -O2 -Wall -Wextra -Werror -std=gnu11 -ffreestanding -nostdlib -fPIC -mgeneral-regs-only \
  -fno-stack-protector -fno-jump-tables -fno-asynchronous-unwind-tables -fcf-protection=none \
  -c "$here/stub.c" -o "$object/stub.o"
ld -T "$here/stub.ld" -o "$object/stub.elf" "$object/stub.o"
objcopy -O binary "$object/stub.elf" "$out/stub.bin"
