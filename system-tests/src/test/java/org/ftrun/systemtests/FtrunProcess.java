package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * One running ftrun: started by its script with a run directory and a name of its own, asked by its
 * control socket, ended with all that it started when it is closed.
 */
final class FtrunProcess implements AutoCloseable {
  /** The machine may be busy with other builds; a takeover itself takes about a millisecond. */
  static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("ftrun.limit", 30));

  /** Takeovers that ftrun rehearses when it starts, which thousands of starts need not wait for. */
  private static final String FEW_REHEARSALS = "-Dftrun.rehearsals=2";

  /** The script that starts it. */
  static final Path SCRIPT =
      Path.of(System.getProperty("ftrun.script", "../scripts/ftrun")).toAbsolutePath().normalize();

  private static final AtomicInteger STARTED = new AtomicInteger();

  private final String name;
  private final Path directory;
  private final Process process;
  private final ControlSocket control;
  private boolean abandoned;

  private FtrunProcess(String name, Path directory, Process process) {
    this.name = name;
    this.directory = directory;
    this.process = process;
    this.control = new ControlSocket(directory.resolve("run").resolve(name + ".sock"));
  }

  /**
   * Starts a service under ftrun. Its working directory is {@code work} below the given one, its
   * output goes to the files {@code stdout} and {@code stderr} there.
   *
   * @param environment variables to add
   */
  static FtrunProcess start(Path directory, Map<String, String> environment, List<String> service)
      throws IOException {
    return start(directory, FastPathMode.byDefault(), environment, service);
  }

  /** As {@link #start(Path, Map, List)}, with a fast path or without. */
  static FtrunProcess start(
      Path directory, FastPathMode mode, Map<String, String> environment, List<String> service)
      throws IOException {
    return start(directory, mode.options(), environment, service);
  }

  /** As {@link #start(Path, Map, List)}, with options of ftrun. */
  static FtrunProcess start(
      Path directory,
      List<String> ownOptions,
      Map<String, String> environment,
      List<String> service)
      throws IOException {
    return startBy(List.of(), directory, ownOptions, environment, service);
  }

  /** As {@link #start(Path, List, Map, List)}, by another program that execs what it is given. */
  static FtrunProcess startBy(
      List<String> starter,
      Path directory,
      List<String> ownOptions,
      Map<String, String> environment,
      List<String> service)
      throws IOException {
    assertThat(SCRIPT).as("the ftrun script (-Dftrun.script)").isExecutable();
    String name = "test-" + ProcessHandle.current().pid() + "-" + STARTED.incrementAndGet();
    Files.createDirectories(directory.resolve("run"));
    List<String> command = new ArrayList<>(starter);
    command.addAll(List.of(SCRIPT.toString(), "--name", name));
    command.addAll(List.of("--run-dir", directory.resolve("run").toString()));
    command.addAll(ownOptions);
    String options = System.getProperty("ftrun.options", "");
    if (!options.isBlank()) {
      command.addAll(List.of(options.trim().split(" +")));
    }
    command.add("--");
    command.addAll(service);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(Files.createDirectories(directory.resolve("work")).toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(directory.resolve("stdout").toFile())
            .redirectError(directory.resolve("stderr").toFile());
    builder.environment().putAll(environment);
    builder
        .environment()
        .merge("FTRUN_JAVA_OPTIONS", FEW_REHEARSALS, (given, few) -> few + " " + given);
    builder.environment().put(Leftovers.VARIABLE, name);
    return new FtrunProcess(name, directory, builder.start());
  }

  /** The status, or empty if nobody answers. */
  Optional<ServiceStatus> status() {
    return control.ask("status").map(result -> new ServiceStatus(result.getAsJsonObject()));
  }

  /** The TCP connections; none if nobody answers. */
  List<Connection> connections() {
    List<Connection> connections = new ArrayList<>();
    control
        .ask("connections")
        .ifPresent(
            all ->
                all.getAsJsonArray()
                    .forEach(one -> connections.add(new Connection(one.getAsJsonObject()))));
    return connections;
  }

  /** Waits until a replica follows, and returns that status. */
  ServiceStatus awaitProtected() throws Exception {
    return awaitStatus("PROTECTED", status -> status.isProtected());
  }

  /**
   * Waits until the service runs without protection, and returns the reason; fails if ftrun's
   * messages have another.
   */
  String awaitUnprotected() throws Exception {
    String reason =
        awaitStatus("UNPROTECTED", status -> status.state().equals("UNPROTECTED"))
            .unprotectedReason();
    assertThat(reason).as("the reason in the status").isNotBlank();
    assertThat(messages().lines()).contains("ftrun: not protected: " + reason);
    return reason;
  }

  /** Waits until the status is as wanted; fails at once if ftrun ends. */
  ServiceStatus awaitStatus(String what, Predicate<ServiceStatus> wanted) throws Exception {
    return awaitStatus(LIMIT, what, wanted);
  }

  /** As {@link #awaitStatus(String, Predicate)}, of what takes longer. */
  ServiceStatus awaitStatus(Duration limit, String what, Predicate<ServiceStatus> wanted)
      throws Exception {
    return Await.answer(
        limit,
        () -> "not " + what + ": " + status().map(ServiceStatus::json) + "\n" + messages(),
        () -> {
          Optional<ServiceStatus> status = status();
          assertThat(status.isPresent() || process.isAlive())
              .as("ftrun has ended (%s) before it was %s:%n%s", process, what, messages())
              .isTrue();
          return status.filter(wanted);
        });
  }

  /** Kills the primary with SIGKILL at once and returns the epoch that ends by it. */
  long killPrimary() throws Exception {
    ServiceStatus before = awaitProtected();
    kill(before.primaryPid());
    return before.epoch();
  }

  /**
   * As {@link #killPrimary}, of any process of the primary.
   *
   * @param number which kill it is, from 1 on
   */
  long kill(Victim victim, int number) throws Exception {
    ServiceStatus before = awaitProtected();
    kill(victim.of(before, number));
    return before.epoch();
  }

  /** Sends the primary a signal behind ftrun's back and returns the epoch in which it was sent. */
  long signalPrimary(String signal) throws Exception {
    ServiceStatus before = awaitProtected();
    signal(signal, before.primaryPid());
    return before.epoch();
  }

  /** Kills the primary and waits until its successor is protected again. */
  ServiceStatus killPrimaryAndAwaitProtected() throws Exception {
    return awaitProtectedAfter(killPrimary());
  }

  /** Waits until an epoch is over and the next primary is protected. */
  ServiceStatus awaitProtectedAfter(long epoch) throws Exception {
    return awaitStatus(
        "PROTECTED in a new epoch", status -> status.epoch() > epoch && status.isProtected());
  }

  /** A planned takeover; waits until the successor is protected again. */
  ServiceStatus takeOver() throws Exception {
    long epoch = awaitProtected().epoch();
    control.ask("takeover");
    return awaitProtectedAfter(epoch);
  }

  /** Sends a signal to ftrun, which passes it to the service. */
  void signal(String signal) throws IOException, InterruptedException {
    signal(signal, process.pid());
  }

  /** Ends protection. */
  void unprotect() {
    control.ask("unprotect");
  }

  /** Sends ftrun a signal again and again; the process that does it is to be ended. */
  Process sendOften(String signal, int times) throws IOException {
    String loop = "i=0; while [ $i -lt %d ] && kill -%s %d; do i=$((i+1)); sleep 0.001; done";
    return new ProcessBuilder("sh", "-c", loop.formatted(times, signal, process.pid()))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Sends a process a signal, if it is still there. */
  static void signalIfAlive(String signal, long pid) throws IOException, InterruptedException {
    assertThat(pid).as("pid to send a signal to").isGreaterThan(1);
    new ProcessBuilder("kill", "-s", signal, "" + pid)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /** Sends any process a signal. */
  static void signal(String signal, long pid) throws IOException, InterruptedException {
    assertThat(pid).as("pid to send a signal to").isGreaterThan(1);
    int status =
        new ProcessBuilder("kill", "-s", signal, "" + pid)
            .redirectErrorStream(true)
            .start()
            .waitFor();
    assertThat(status).as("kill -s %s", signal).isZero();
  }

  private static void kill(long pid) {
    assertThat(pid).as("pid of a member").isGreaterThan(1);
    assertThat(ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly))
        .as("kill -9 %d", pid)
        .contains(true);
  }

  /** The service's name. */
  String name() {
    return name;
  }

  /** Where its control socket is. */
  Path runDirectory() {
    return directory.resolve("run");
  }

  /** Pid of ftrun itself. */
  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What the service has written to its standard output so far. */
  String output() {
    return read("stdout");
  }

  /** The service's standard error and ftrun's own messages so far. */
  String messages() {
    return read("stderr");
  }

  private String read(String file) {
    try {
      return Files.readString(directory.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the end and returns the exit status. */
  int awaitExit() throws InterruptedException {
    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
        .as(() -> "ftrun ends: " + standing() + messages())
        .isTrue();
    return process.exitValue();
  }

  /** Where all stand that should have ended. */
  String standing() {
    StringBuilder text = new StringBuilder();
    text.append(status().map(ServiceStatus::json)).append(" after ").append(output().length());
    try {
      for (long pid : processes()) {
        for (String file : List.of("comm", "syscall", "wchan")) {
          text.append(file.equals("comm") ? "\n" + pid : "").append(' ');
          text.append(Files.readString(Path.of("/proc/" + pid, file)).strip());
        }
      }
    } catch (IOException e) {
      text.append(e);
    }
    return text.append('\n').toString();
  }

  /**
   * Kills ftrun itself with SIGKILL. What it leaves, its socket and the service, goes when this is
   * closed.
   */
  void killDaemon() throws InterruptedException {
    abandoned = true;
    process.destroyForcibly();
    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  /** Whether ftrun has died of SIGKILL, that it was to send itself; as {@link #killDaemon} then. */
  boolean hasDied() {
    if (process.isAlive()) {
      return false;
    }
    abandoned = true;
    assertThat(process.exitValue()).as("status of ftrun:%n%s", messages()).isEqualTo(128 + 9);
    return true;
  }

  /** The live processes of the service, and ftrun itself. */
  List<Long> processes() throws IOException {
    return Leftovers.find(name, directory.toRealPath());
  }

  /** Ends ftrun and its service, and fails if it does not end or anything of them is left. */
  @Override
  public void close() throws IOException {
    if (abandoned) {
      Leftovers.kill(Leftovers.find(name, directory.toRealPath()));
      Files.deleteIfExists(control.path());
      return;
    }
    boolean ended = true;
    if (process.isAlive()) {
      process.destroy();
      ended = endsInTime();
    }
    List<Long> left = Leftovers.findStaying(name, directory.toRealPath());
    Leftovers.kill(left);
    assertThat(ended).as("ftrun ends on SIGTERM:%n%s", messages()).isTrue();
    assertThat(left).as("processes left by %s:%n%s", name, messages()).isEmpty();
    assertThat(control.path()).as("the control socket is removed").doesNotExist();
  }

  private boolean endsInTime() {
    try {
      return process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // a test over its time limit: what is left is killed
      return false;
    }
  }
}
