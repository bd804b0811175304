#!/bin/sh
# Archives the classes of ftrun and ftctl as the JVM has them in memory once they are loaded: a start that maps them takes a third less time.
# Maven runs this at the end of the daemon module's build. The archive, daemon/target/archive/VERSION.jsa, fits one version of Java and
# these very jars; scripts/lib/tree.sh takes it if it is there. What goes into it is what a short life of a service loads, with a
# takeover; where ftrun may not trace processes, it is what it loads before it says so.
#
# Without an archive ftrun runs just as well, so this ends with status 0 and one line on stderr if the JVM cannot make one.
set -eu
tree=$(cd "$(dirname "$0")/../.." && pwd)
failed=1
. "$tree/scripts/lib/tree.sh"

work=$(mktemp -d)
service=
cleanup() {
  [ -z "$service" ] || kill "$service" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

target=$tree/daemon/target/archive
rm -rf "$target"
mkdir "$target"

ftctl() {
  "$tree/scripts/ftctl" --run-dir "$work" "$@" >>"$work/log" 2>&1
}

: >"$work/log"
FTRUN_JAVA_OPTIONS="-XX:DumpLoadedClassList=$work/ftrun" \
  timeout 120 "$tree/scripts/ftrun" --run-dir "$work" --name archive -- sleep 60 </dev/null >"$work/log" 2>&1 &
service=$!
while kill -0 "$service" 2>/dev/null && ! grep -q follows "$work/log"; do
  sleep 0.1
done
export FTCTL_JAVA_OPTIONS
for request in status connections takeover stop; do
  FTCTL_JAVA_OPTIONS="-XX:DumpLoadedClassList=$work/ftctl-$request"
  ftctl archive "$request" || true
done
wait "$service" || true
service=

# Each list numbers its classes in its own way; the numbers are only needed for classes of other loaders, which have a source.
sed '/ source: /d; s/ id: .*//' "$work"/ftrun "$work"/ftctl-* | awk '!known[$0]++' >"$work/classes"
if "$java" -Xshare:dump -XX:SharedClassListFile="$work/classes" -XX:SharedArchiveFile="$work/archive" -cp "$classpath" \
  >"$work/dump" 2>&1; then
  mv "$work/archive" "$target/$version.jsa"
else
  cp "$work/dump" "$target/dump.log"
  echo "ftrun: no class archive, so ftrun starts more slowly; why: $target/dump.log" >&2
fi
