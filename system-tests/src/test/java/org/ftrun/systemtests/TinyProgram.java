package org.ftrun.systemtests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A tiny program, how it is linked and called, and how it ends.
 *
 * @param source name of the C file, without its suffix
 * @param arguments what it is given
 * @param exitStatus as a shell sees it: 128+n for a death by signal n
 */
record TinyProgram(String source, Linking linking, List<String> arguments, int exitStatus) {
  /** Programs of one process and one thread: protected from the first step to the last. */
  private static final List<String> PROTECTED =
      List.of(
          "files",
          "directories",
          "bigfile",
          "tcp",
          "tcp_options",
          "udp",
          "unix_sockets",
          "accepts",
          "messages",
          "bigstream",
          "epoll",
          "poll",
          "clocks",
          "clock_fallback",
          "timers",
          "posix_timers",
          "signals",
          "signal_masks",
          "signal_interrupts",
          "interruptions",
          "interrupted_sockets",
          "signal_descriptors",
          "signal_faults",
          "personal",
          "identity",
          "memory",
          "shared_memory",
          "shared_files",
          "shared_segment",
          "segment_removed",
          "random",
          "instructions",
          "timestamps",
          "deadstack",
          "events",
          "copying",
          "long_calls",
          "descriptors",
          "credentials",
          "limits",
          "ioctls",
          "exec_chain",
          "bad_pointers",
          "red_zone",
          "storms",
          "signal_deferred",
          "sites",
          "children",
          "thread",
          "thread_inheritance",
          "thread_storm",
          "thread_locks",
          "thread_spins",
          "thread_data",
          "thread_waits",
          "thread_channels",
          "thread_files",
          "thread_races",
          "thread_signals",
          "thread_interruptions",
          "thread_cancel",
          "thread_robust",
          "thread_timers");

  /** Programs of several processes that share memory. */
  private static final List<String> MEMBERS =
      List.of(
          "members",
          "members_memory",
          "members_segments",
          "members_pipes",
          "members_wait",
          "members_signals",
          "members_descriptors",
          "members_tree",
          "members_tcp",
          "members_connections");

  /** Programs that read the time stamp counter. */
  private static final List<String> ABOUT_TIME_STAMPS = List.of("timestamps", "instructions");

  /** Programs that show what cpuid says of the core, or what the loader has left of it. */
  private static final List<String> ABOUT_THE_CORE = List.of("instructions", "deadstack");

  /**
   * Programs that are also run linked in other ways: start, memory, time and signals depend on it.
   */
  private static final List<String> LINKED_IN_ALL_WAYS =
      List.of("clocks", "memory", "signals", "red_zone", "sites", "thread_locks");

  /** Programs that are also run with another C library, whose calls look different. */
  private static final List<String> WITH_MUSL =
      List.of(
          "sites",
          "events",
          "epoll",
          "poll",
          "tcp",
          "identity",
          "thread_waits",
          "thread_channels",
          "thread_cancel");

  /**
   * Programs that do what is not replicated yet, after a first step without it; and what it is, in
   * which WORK stands for the directory that they run in.
   */
  private static final Map<String, String> NOT_YET_PROTECTED =
      new TreeMap<>(
          Map.of(
              "shared_files_written",
              "WORK/written, which the service maps shared, was written to by a system call",
              "shared_memfd",
              "mmap: the service maps the memory file /memfd:shared (deleted) shared and writable, in"
                  + " which ftrun cannot notice calls that write",
              "shared_files_later",
              "the service makes its shared mapping of /memfd:later (deleted) writable",
              "odd_calls",
              "unknown_call: the service uses a system call that ftrun does not know",
              "busy",
              "a signal waited a second while the service made no system call",
              "release",
              "unshare: the service leaves a namespace or stops sharing its descriptor table",
              "kept_ids",
              "unshare: the service leaves a namespace or stops sharing its descriptor table",
              "thread_first_ends",
              "the service's first thread ends while others go on",
              "thread_exec",
              "one of the service's threads replaces its program"));

  /** How a process may end, and the status a shell sees. */
  private static final List<TinyProgram> ENDINGS =
      List.of(
          ending("exit", 0),
          ending("status", 42),
          ending("abort", 134),
          ending("term", 143),
          ending("segv", 139),
          ending("fault", 139),
          ending("bus", 135),
          ending("illegal", 132),
          ending("division", 136),
          ending("pipe", 141),
          ending("abort", Linking.MUSL, 134),
          ending("segv", Linking.MUSL, 139),
          endingOfThreads("exit", 42),
          endingOfThreads("group", 43),
          endingOfThreads("other", 44),
          endingOfThreads("segv", 139),
          endingOfThreads("kill", 137));

  private static TinyProgram ending(String kind, int exitStatus) {
    return ending(kind, Linking.DYNAMIC, exitStatus);
  }

  private static TinyProgram ending(String kind, Linking linking, int exitStatus) {
    return new TinyProgram("endings", linking, List.of(kind), exitStatus);
  }

  private static TinyProgram endingOfThreads(String kind, int exitStatus) {
    return new TinyProgram("thread_endings", Linking.DYNAMIC, List.of(kind), exitStatus);
  }

  private static TinyProgram twice(String source, Linking linking) {
    return new TinyProgram(source, linking, List.of("2"), 0);
  }

  /** The programs that must be protected throughout. */
  static List<TinyProgram> protectedOnes() {
    List<TinyProgram> all = new ArrayList<>();
    for (String source : PROTECTED) {
      all.add(twice(source, Linking.DYNAMIC));
    }
    for (String source : LINKED_IN_ALL_WAYS) {
      for (Linking linking : List.of(Linking.NO_PIE, Linking.STATIC, Linking.STATIC_PIE)) {
        all.add(twice(source, linking));
      }
    }
    for (String source : WITH_MUSL) {
      for (Linking linking : List.of(Linking.MUSL, Linking.MUSL_DYNAMIC)) {
        all.add(twice(source, linking));
      }
    }
    all.addAll(ENDINGS);
    return all;
  }

  /** The programs whose further processes are members too. */
  static List<TinyProgram> membersOnes() {
    return MEMBERS.stream().map(source -> twice(source, Linking.DYNAMIC)).toList();
  }

  /**
   * Skips a test if the members differ on this machine since they see the core that they run on, or
   * its time.
   */
  void assumeEqualMembers() throws IOException, InterruptedException {
    assumeTrue(
        !ABOUT_TIME_STAMPS.contains(source) || Processor.faultsOnRdtsc(),
        "this machine does not fault on rdtsc, which tells each member of its own time");
    assumeTrue(
        Processor.faultsOnCpuid() || !ABOUT_THE_CORE.contains(source),
        "this processor cannot fault on cpuid, which tells each member of its own core");
  }

  /** The programs whose protection ends in mid-run, as yet. */
  static List<TinyProgram> unprotectedOnes() {
    return NOT_YET_PROTECTED.keySet().stream()
        .map(source -> twice(source, Linking.DYNAMIC))
        .toList();
  }

  /** Why its protection ends, of those where it does. */
  String reason() {
    return NOT_YET_PROTECTED.get(source);
  }

  /** The command that runs it. */
  List<String> command() {
    Path executable = new CProgram(source, linking).executable();
    List<String> command = new ArrayList<>(List.of(executable.toString()));
    command.addAll(arguments);
    return command;
  }

  @Override
  public String toString() {
    return source + " " + arguments + " " + linking;
  }
}
