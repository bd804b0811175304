package org.ftrun.tracer.member;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.ftrun.eventlog.EventLog;
import org.ftrun.eventlog.EventLogLayout;

/** A group without another member, which notes what it is told. */
class NoGroup implements GroupLink, AutoCloseable {
  final List<String> told = new ArrayList<>();

  private final Path file = Files.createTempFile("no-group", "");
  private final FileChannel channel =
      FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  private final EventLog log = EventLog.create(channel, EventLogLayout.ofPayload(1 << 20));
  private final ArgumentHistory history = new ArgumentHistory(1 << 16);
  private final HeldSegments segments = new HeldSegments();

  NoGroup() throws IOException {}

  @Override
  public EventLog log() {
    return log;
  }

  @Override
  public String logPath() {
    return file.toString();
  }

  @Override
  public String adopt(Newborn newborn) {
    ReplicaBirth.discard(newborn.pid());
    return "there is no group";
  }

  @Override
  public void dropReplica(String reason) {
    told.add("drop: " + reason);
  }

  @Override
  public void replicaFailed(String reason) {
    told.add("failed: " + reason);
  }

  @Override
  public void seeded(long micros) {}

  @Override
  public void unprotected(String reason) {
    told.add("unprotected: " + reason);
  }

  @Override
  public void bearing() {}

  @Override
  public Set<Integer> wards() {
    return Set.of();
  }

  @Override
  public void bore(Newborn newborn) {
    throw new AssertionError("no replica that a process could join");
  }

  @Override
  public void ends(long sequence) {
    throw new AssertionError("no replica whose process could end");
  }

  @Override
  public void yielded(long sequence) {
    told.add("yielded");
  }

  @Override
  public void serving(PrimaryRole role) {}

  @Override
  public void later(long millis, Runnable action) {}

  @Override
  public int primaryCpu() {
    return -1;
  }

  @Override
  public String awaitConsumed(long sequence) {
    return null;
  }

  @Override
  public boolean primaryLost(String cause, long seen, Legacy legacy) {
    return false;
  }

  @Override
  public void promoted(PrimaryRole role) {}

  @Override
  public void replicaLost(String reason, boolean divergence) {}

  @Override
  public void ended(int pid, int exitStatus) {}

  @Override
  public void established(int pid, int process, int descriptor) {}

  @Override
  public void joined(FollowedProcess process) {
    told.add("joined");
  }

  @Override
  public void standsStill(List<FollowedProcess> processes) {
    told.add("stands still");
  }

  @Override
  public long shadowDetail(int syscall, long[] arguments) {
    return 0;
  }

  @Override
  public SecondOpinion secondOpinion() {
    return new SecondOpinion() {
      @Override
      public long moved(int process, int syscall, long[] arguments) {
        return UNKNOWN;
      }

      @Override
      public void compare(int process, int syscall, long[] arguments, long bytes) {}
    };
  }

  @Override
  public HeldSegments heldSegments() {
    return segments;
  }

  @Override
  public FastPathOptions fastPath() {
    return FastPathOptions.OFF;
  }

  @Override
  public boolean comparesWrittenBytes() {
    return false;
  }

  @Override
  public int survivor(int process) {
    return -1;
  }

  @Override
  public ArgumentHistory history() {
    return history;
  }

  @Override
  public void close() throws IOException {
    log.close();
    channel.close();
    Files.delete(file);
  }
}
