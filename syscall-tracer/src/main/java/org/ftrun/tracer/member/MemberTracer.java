package org.ftrun.tracer.member;

import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.ptrace.TracerWait;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that ptraces one member: runs the steps of its role and the commands that other
 * threads post. A member's role may change (a replica is promoted); its tracer never does.
 */
public final class MemberTracer {
  /** Interrupts a tracer's wait; nothing else in the daemon uses it. */
  private static final int WAKE_SIGNAL = 63;

  private static final int SIG_UNBLOCK = 1;
  private static final int PLACES = 6;
  private static final int DESTRUCTION_SECONDS = 2;
  private static final long RETRY_NANOS = 200_000;
  private static final long LONGEST_RETRY_NANOS = 3_200_000;

  /** How long a tracer whose member is on another core is looked at until it takes a command. */
  private static final long TAKEN_NANOS = 400_000;

  private static final ScheduledExecutorService WAKE_UPS =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(new Unpinned(task), "wake-ups");
            thread.setDaemon(true);
            return thread;
          });
  private static final ThreadLocal<MemberTracer> CURRENT = new ThreadLocal<>();
  private static final Logger LOG = LoggerFactory.getLogger(MemberTracer.class);

  static {
    Libc.makeInterrupting(WAKE_SIGNAL);
  }

  private final ConcurrentLinkedQueue<Command> commands = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private final int cpu;
  private volatile int tid;
  private volatile TracerWait wait;
  private Role role;
  private boolean ended;

  private static final class Command {
    final Runnable action;
    final CompletableFuture<Void> done = new CompletableFuture<>();
    volatile boolean taken;

    Command(Runnable action) {
      this.action = action;
    }
  }

  /**
   * Creates a tracer; {@link #start} makes it wait for commands.
   *
   * @param name the thread's name
   * @param cpu the core of its member, on which it runs too; -1 for any
   */
  public MemberTracer(String name, int cpu) {
    this.cpu = cpu;
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  /** Starts the thread, which waits for commands. */
  public MemberTracer start() {
    thread.start();
    return this;
  }

  /** The core it runs on, -1 for any. */
  public int cpu() {
    return cpu;
  }

  /**
   * Seizes a launcher, which becomes the primary when it execs the service's program.
   *
   * @return false if it is gone already
   */
  public boolean launch(int pid, GroupLink group) {
    boolean[] seized = new boolean[1];
    call(
        () -> {
          try {
            role = LaunchRole.seize(pid, group);
            seized[0] = true;
          } catch (TraceeDiedException e) {
            LOG.debug("the launcher ended before it was seized");
          }
        });
    return seized[0];
  }

  /** Hears what becomes of a newborn, on the thread of the tracer that adopts it. */
  public interface Adopter {
    /**
     * It is ready to follow.
     *
     * @return false if nobody wants it any more
     */
    boolean adopted(ReplicaRole replica);

    /** It cannot become a replica, and is dead. */
    void refused(String reason);
  }

  /**
   * Takes over a newborn and lets it follow the event log from its birth on. If it cannot, or is
   * not wanted, this tracer ends with it.
   *
   * @return completed when the adopter has been told
   */
  public CompletableFuture<Void> adopt(
      Newborn newborn, GroupLink group, ReplicaRole.Waiting waiting, Adopter adopter) {
    return post(
        () -> {
          String refusal = null;
          try {
            List<MemberThread> firsts = new ReplicaBirth(newborn, cpu).deliver();
            ReplicaRole replica = new ReplicaRole(firsts, newborn, group, waiting);
            if (adopter.adopted(replica)) {
              role = replica.begin();
              return;
            }
          } catch (TraceeDiedException e) {
            refusal = "the replica died at its birth";
          } catch (RuntimeException | Error e) {
            refusal = "the replica could not be prepared: " + e.getMessage();
          }
          ReplicaBirth.discard(newborn.pid());
          newborn.others().forEach(other -> ReplicaBirth.discard(other.pid()));
          ended = true;
          if (refusal != null) {
            adopter.refused(refusal);
          }
        });
  }

  /**
   * Kills and reaps the replica and ends the tracer.
   *
   * @param pids of its processes
   * @return false if the tracer did not get to it within {@value #DESTRUCTION_SECONDS} s: the
   *     replica is killed, but the tracer may still do what it has begun
   */
  public boolean destroyReplica(List<Integer> pids) {
    boolean done =
        call(
            () -> {
              if (role instanceof ReplicaRole) {
                ((ReplicaRole) role).destroy();
                role = null;
                ended = true;
              }
            },
            TimeUnit.SECONDS.toNanos(DESTRUCTION_SECONDS));
    if (!done) {
      pids.forEach(pid -> Libc.call(SyscallNumber.KILL, pid, Signal.SIGKILL));
      LOG.error("{} has not answered for {} s", thread.getName(), DESTRUCTION_SECONDS);
    }
    return done;
  }

  /**
   * Has the tracer run a command between two steps.
   *
   * @return completed when the command has run, exceptionally if it threw
   */
  public CompletableFuture<Void> post(Runnable action) {
    Command command = new Command(action);
    if (Thread.currentThread() == thread) {
      execute(command);
      return command.done;
    }
    commands.add(command);
    if (!interrupt() || !isTakenSoon(command)) {
      wakeAgain(command, RETRY_NANOS);
    }
    return command.done;
  }

  /** Has the tracer, whose thread calls, run a command once its present step has come to an end. */
  public void afterStep(Runnable action) {
    if (!isCurrent()) {
      throw new IllegalStateException("another thread than " + thread.getName());
    }
    commands.add(new Command(action));
  }

  /** Has a tracer that has no member play a role. */
  void play(Role first) {
    post(() -> role = first);
  }

  /** Ends a tracer that has no member. */
  public void dismiss() {
    post(() -> ended |= role == null);
  }

  /**
   * As {@link #post}, after a while.
   *
   * @param millis how long
   */
  public void postLater(long millis, Runnable action) {
    WAKE_UPS.schedule(() -> post(action), millis, TimeUnit.MILLISECONDS);
  }

  /**
   * Looks whether a tracer on another core takes the command: that is how a takeover begins, and a
   * timer's thread would run where it is to be done.
   */
  private boolean isTakenSoon(Command command) {
    MemberTracer own = current();
    long begin = System.nanoTime();
    while (own != null && own.cpu != cpu && System.nanoTime() - begin < TAKEN_NANOS) {
      if (command.taken) {
        return true;
      }
      Thread.onSpinWait();
    }
    return command.taken;
  }

  /** A wake-up that came just before the thread began to wait had no effect. */
  private void wakeAgain(Command command, long nanos) {
    Runnable again =
        () -> {
          if (!command.taken && thread.isAlive()) {
            wake();
            wakeAgain(command, Math.min(2 * nanos, LONGEST_RETRY_NANOS));
          }
        };
    WAKE_UPS.schedule(again, nanos, TimeUnit.NANOSECONDS);
  }

  /** As {@link #post}, returning when the command has run, or the tracer has ended. */
  public void call(Runnable action) {
    call(action, Long.MAX_VALUE);
  }

  /** As {@link #post}, returning true when the command has run, or false after a while. */
  private boolean call(Runnable action, long limitNanos) {
    long begin = System.nanoTime();
    CompletableFuture<Void> done = post(action);
    while (!done.isDone() && thread.isAlive()) {
      if (System.nanoTime() - begin > limitNanos) {
        return false;
      }
      wake();
      LockSupport.parkNanos(RETRY_NANOS);
    }
    if (done.isDone()) {
      done.join();
    }
    return true;
  }

  /** Makes the tracer look at its commands and at the log; a wake-up may be lost. */
  public void wake() {
    interrupt();
  }

  /** As {@link #wake}; true if the tracer waits for a stop, out of which a signal gets it. */
  private boolean interrupt() {
    LockSupport.unpark(thread);
    TracerWait present = wait;
    boolean waits = present != null && present.want();
    if (waits) {
      Libc.call(SyscallNumber.TGKILL, Libc.call(SyscallNumber.GETPID), tid, WAKE_SIGNAL);
    }
    return waits;
  }

  /** Whether the calling thread is this tracer's. */
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** The tracer whose thread calls, or null. */
  public static MemberTracer current() {
    return CURRENT.get();
  }

  private void run() {
    CURRENT.set(this);
    tid = (int) Libc.call(SyscallNumber.GETTID);
    wait = TracerWait.ofThread();
    unblockWakeSignal();
    if (cpu >= 0) {
      Affinity.ofCore(cpu).give(tid);
    }
    while (!ended) {
      Command command = commands.poll();
      if (command != null) {
        execute(command);
      } else if (role == null) {
        LockSupport.park(this);
      } else {
        step();
        ended = role == null;
      }
    }
  }

  private void step() {
    try {
      role = role.step();
    } catch (RuntimeException | Error e) {
      LOG.error("internal error in {}: {} at {}", thread.getName(), e, placeOf(e), e);
      role = role instanceof FailSafe ? ((FailSafe) role).afterError(e) : null;
    }
  }

  private void execute(Command command) {
    command.taken = true;
    try {
      command.action.run();
      command.done.complete(null);
    } catch (RuntimeException | Error e) {
      LOG.error("internal error in a command to {}: {} at {}", thread.getName(), e, placeOf(e), e);
      command.done.completeExceptionally(e);
    }
  }

  /** Where it was thrown, and from where that was called: what fits a line. */
  private static String placeOf(Throwable thrown) {
    return Stream.of(thrown.getStackTrace())
        .limit(PLACES)
        .map(place -> place.getFileName() + ":" + place.getLineNumber())
        .collect(Collectors.joining(" < "));
  }

  private static void unblockWakeSignal() {
    NativeMemory mask = NativeMemory.allocate(8);
    mask.buffer().putLong(0, SignalActions.bit(WAKE_SIGNAL));
    long result = Libc.call(SyscallNumber.RT_SIGPROCMASK, SIG_UNBLOCK, mask.address(), 0, 8);
    Reference.reachabilityFence(mask);
    if (result != 0) {
      throw new IllegalStateException("rt_sigprocmask: errno " + -result);
    }
  }
}
