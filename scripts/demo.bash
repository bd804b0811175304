# Sourced by the demos' scripts: sets the machine up, builds the tree, runs a demo's main class and clears up after
# it, however it ended.
#
#   run_demo MODULE MAIN_CLASS PACKAGES ARGUMENT...
#
# PACKAGES is one word, the Debian packages separated by spaces. Returns the demo's exit status.
# FTRUN and FTCTL in the environment name commands to use in place of this tree's.

demo_work=
demo_pid=

# Ends a process, given its pid and its start time as in field 22 of /proc/PID/stat, if it is still that one.
demo_end_process() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  stat=${stat##*) }
  # shellcheck disable=SC2086
  set -- "$1" "$2" $stat
  # From field 3 on, counted from the third parameter here.
  if [ "${22}" = "$2" ]; then
    kill -KILL "$1" 2>/dev/null || true
  fi
}

demo_clear_up() {
  local pid start_time
  trap - EXIT HUP INT TERM
  if [ -n "$demo_pid" ] && kill -TERM "$demo_pid" 2>/dev/null; then
    # The demo stops its server, gracefully for five seconds; after that, nothing is waited for.
    for _ in $(seq 80); do
      kill -0 "$demo_pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$demo_pid" 2>/dev/null || true
  fi
  if [ -n "$demo_work" ]; then
    if [ -e "$demo_work/processes" ]; then
      while read -r pid start_time; do
        demo_end_process "$pid" "$start_time"
      done <"$demo_work/processes"
    fi
    rm -rf "$demo_work"
  fi
}

run_demo() {
  local module=$1 main_class=$2 packages=$3 scripts root major status=0 options=()
  shift 3
  scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
  root=$(dirname "$scripts")
  # shellcheck disable=SC2086
  "$scripts/setup" $packages
  "$scripts/build"

  trap demo_clear_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  demo_work=$(mktemp -d "${TMPDIR:-/tmp}/ftrun-$module.XXXXXX")
  # The collector and the compiler are chosen to leave the cores to the server; MaxFDLimit off leaves the server the
  # descriptor limit of this shell; the rest keeps files in one place and the JVM from warning about Netty.
  options=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m -XX:-MaxFDLimit -XX:-UsePerfData
    "-Djava.io.tmpdir=$demo_work" --enable-native-access=ALL-UNNAMED)
  major=$(java -version 2>&1 | sed -n '1s/^[^"]*"\([0-9]*\).*/\1/p')
  if [ "$major" -ge 23 ]; then
    options+=(--sun-misc-unsafe-memory-access=allow)
  fi
  # In the background, so that a signal is seen at once.
  java "${options[@]}" \
    -cp "$root/$module/target/$module-0.1.0-SNAPSHOT.jar:$root/$module/target/lib/*" "$main_class" \
    --ftrun "${FTRUN:-$scripts/ftrun}" --ftctl "${FTCTL:-$scripts/ftctl}" --work-dir "$demo_work" "$@" &
  demo_pid=$!
  wait "$demo_pid" || status=$?
  demo_pid=
  return "$status"
}
