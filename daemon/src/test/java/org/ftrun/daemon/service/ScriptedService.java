package org.ftrun.daemon.service;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.ftrun.shadow.TcpOptions;

/** A service that runs nothing: it remembers what was asked of it and answers as told. */
public final class ScriptedService implements ProtectedService {
  /** The contract's example. */
  public static final ServiceStatus STATUS =
      new ServiceStatus(
          "ngircd",
          ServiceState.PROTECTED,
          3,
          new ServiceStatus.Member(4242, 0),
          List.of(new ServiceStatus.Replica(4243, 1, 12)),
          null,
          List.of(new ServiceStatus.Takeover(2, "SIGKILL", 118, 640)),
          20,
          123456,
          1800,
          0,
          new ServiceStatus.Sites(31, 2),
          new ServiceStatus.Settlements(1, 0, 0),
          9_876_480,
          3,
          List.of(new ServiceStatus.Seeding(3, 2540)));

  /** The contract's {@link #STATUS}, byte for byte. */
  public static final String STATUS_JSON =
      "{\"name\":\"ngircd\",\"state\":\"PROTECTED\",\"epoch\":3,"
          + "\"primary\":{\"pid\":4242,\"cpu\":0,\"processes\":[4242]},"
          + "\"replicas\":[{\"pid\":4243,\"cpu\":1,\"lagEvents\":12,\"processes\":[4243]}],"
          + "\"unprotectedReason\":null,"
          + "\"takeovers\":[{\"epoch\":2,\"cause\":\"SIGKILL\",\"drainedEvents\":118,"
          + "\"micros\":640}],"
          + "\"connections\":20,\"events\":123456,\"slowPathEvents\":1800,\"divergences\":0,"
          + "\"sites\":{\"fast\":31,\"slow\":2},"
          + "\"settlements\":{\"agreed\":1,\"disagreed\":0,\"decided\":0},"
          + "\"logBytes\":9876480,\"children\":3,"
          + "\"seedings\":[{\"epoch\":3,\"micros\":2540}]}";

  /** One connection of which all is known, and one that was just accepted. */
  public static final List<ConnectionStatus> CONNECTIONS =
      List.of(
          new ConnectionStatus(
              7,
              "127.0.0.1:6667",
              "127.0.0.1:40000",
              "ESTABLISHED",
              4294967295L,
              4000000000L,
              10,
              20,
              20,
              4000000011L,
              new TcpOptions(65483, true, 7, 9, true, true)),
          new ConnectionStatus(8, "?", "?", "ESTABLISHED", -1, -1, 30, 0, -1, -1, null));

  /** What {@code connections --json} prints of {@link #CONNECTIONS}, byte for byte. */
  public static final String CONNECTIONS_JSON =
      "[{\"descriptor\":7,\"local\":\"127.0.0.1:6667\",\"remote\":\"127.0.0.1:40000\","
          + "\"state\":\"ESTABLISHED\","
          + "\"initialSendSequence\":4294967295,\"initialReceiveSequence\":4000000000,"
          + "\"bytesReceived\":10,\"bytesSent\":20,"
          + "\"sendPosition\":20,\"receivePosition\":4000000011,"
          + "\"options\":{\"maximumSegmentSize\":65483,"
          + "\"windowScaling\":true,\"sendWindowScale\":7,\"receiveWindowScale\":9,"
          + "\"selectiveAcknowledgements\":true,\"timestamps\":true}},"
          + "{\"descriptor\":8,\"local\":\"?\",\"remote\":\"?\",\"state\":\"ESTABLISHED\","
          + "\"initialSendSequence\":-1,\"initialReceiveSequence\":-1,"
          + "\"bytesReceived\":30,\"bytesSent\":0,"
          + "\"sendPosition\":-1,\"receivePosition\":-1,\"options\":null}]";

  /** What was asked, in order. */
  public final LinkedBlockingQueue<String> asked = new LinkedBlockingQueue<>();

  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicInteger exitStatus = new AtomicInteger();
  private volatile ServiceStatus status = STATUS;
  private volatile String refusal;

  /** Takeover, unprotect and connections are refused from now on. */
  public void refuse(String reason) {
    refusal = reason;
  }

  /** Shows another status from now on. */
  public void show(ServiceStatus shown) {
    status = shown;
  }

  /** The service ends. */
  public void end(int status) {
    exitStatus.set(status);
    ended.countDown();
  }

  @Override
  public ServiceStatus status() {
    return status;
  }

  @Override
  public List<ConnectionStatus> connections() throws RefusedException {
    if (refusal != null) {
      throw new RefusedException(refusal);
    }
    return CONNECTIONS;
  }

  @Override
  public void takeover() throws RefusedException {
    ask("takeover");
  }

  @Override
  public void unprotect() throws RefusedException {
    ask("unprotect");
  }

  private void ask(String what) throws RefusedException {
    if (refusal != null) {
      throw new RefusedException(refusal);
    }
    asked.add(what);
  }

  @Override
  public void stop() {
    asked.add("stop");
    end(0);
  }

  @Override
  public void signal(int signal, byte[] siginfo) {
    asked.add("signal " + signal + " of " + siginfo.length + " bytes");
  }

  @Override
  public int awaitExit() throws InterruptedException {
    ended.await();
    return exitStatus.get();
  }
}
