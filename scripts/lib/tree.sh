# Sourced by ftrun and ftctl with $tree set, and $failed to the exit status with which they fail: builds if nothing is built, finds Java, sets
#   $java       a java of version 17 or later
#   $classpath  ftrun's classes
#   $archive    the archive of these classes for this Java (archive.sh), empty if there is none or it is older than they are
#   $launcher   the native launcher
#   $native     the directory of the native libraries
#   $options    options for the JVM, separated by spaces

fail() {
  echo "${0##*/}: $1" >&2
  exit "$failed"
}

# java_version JAVA: prints the version, such as 17.0.15, nothing if it does not run.
java_version() {
  release=$(dirname "$(dirname "$(readlink -f "$1")")")/release
  version=
  if [ -r "$release" ]; then
    while IFS== read -r key value; do
      [ "$key" = JAVA_VERSION ] && version=$value
    done <"$release"
  fi
  [ -n "$version" ] || version=$("$1" -version 2>&1 | sed -n 's/^.* version \("[^"]*"\).*/\1/p')
  version=${version#\"}
  echo "${version%\"}"
}

find_java() {
  for java in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
    [ -n "$java" ] && [ -x "$java" ] || continue
    version=$(java_version "$java")
    major=${version%%[!0-9]*}
    [ "${major:-0}" -ge 17 ] && return
  done
  fail "Java 17 or later is missing: install it (apt-get install openjdk-17-jdk-headless) or set JAVA_HOME"
}

launcher=$tree/syscall-tracer/target/classes/org/ftrun/tracer/stub/ftrun-launcher
if [ ! -x "$launcher" ] || [ ! -d "$tree/daemon/target/lib" ]; then
  ("$tree/scripts/build" "${0##*/}") </dev/null >&2 || exit "$failed"
fi
find_java

# Jars only: the JVM archives no classes of directories.
archive=$tree/daemon/target/archive/$version.jsa
classpath=
for jar in "$tree"/daemon/target/daemon-*.jar "$tree"/daemon/target/lib/*.jar; do
  classpath=$classpath${classpath:+:}$jar
  [ "$archive" -nt "$jar" ] || archive=
done

native=$tree/daemon/target/native

# Options of every JVM of ftrun: quick to start, and neither the JVM nor the native libraries write to stdout, stderr or /tmp. The JVM
# would say on stdout if it found the archive unfit, for instance because the tree was moved; it starts without it.
options="-XX:+UseSerialGC -XX:-UsePerfData -Xshare:auto -Xlog:disable -Djnr.ffi.asm.enabled=false"
if [ "$major" -ge 22 ]; then options="$options --enable-native-access=ALL-UNNAMED"; fi
if [ "$major" -ge 23 ]; then options="$options --sun-misc-unsafe-memory-access=allow"; fi
