package org.ftrun.demo.streaming;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;

/** What one client receives: hash, and when how many bytes came. */
final class Reception {
  private final String client;
  private final long end;
  private final MessageDigest digest = sha256();
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private long[] nanos = new long[1024];
  private int[] bytes = new int[1024];
  private int size;
  private volatile long total;

  /** Creates an empty reception of the client with the given name, of a stream that ends. */
  Reception(String client) {
    this(client, Long.MAX_VALUE);
  }

  /**
   * Creates an empty reception.
   *
   * @param end behind how many bytes it is complete, whatever comes then
   */
  Reception(String client, long end) {
    this.client = client;
    this.end = end;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Enters bytes that came at the given instant; consumes the buffer, as far as it counts. */
  void add(ByteBuffer content, long atNanos) {
    int length = (int) Math.min(content.remaining(), end - total);
    if (length == 0) {
      return;
    }
    content.limit(content.position() + length);
    if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, size * 2);
      bytes = Arrays.copyOf(bytes, size * 2);
    }
    nanos[size] = atNanos;
    bytes[size++] = length;
    digest.update(content);
    total += length;
    if (total == end) {
      end(null);
    }
  }

  /**
   * Ends the reception; the first call counts.
   *
   * @param failure why it ended early, or null if it is complete as far as the protocol can tell
   */
  void end(String failure) {
    ended.complete(failure == null ? "" : failure);
  }

  String client() {
    return client;
  }

  /** Whether it has ended; if so, the caller sees all that was entered. */
  boolean hasEnded() {
    return ended.isDone();
  }

  /** Bytes received by now. */
  long total() {
    return total;
  }

  int size() {
    return size;
  }

  long nanosAt(int index) {
    return nanos[index];
  }

  int bytesAt(int index) {
    return bytes[index];
  }

  /**
   * Sums the reception up; call once, after its end.
   *
   * @param original what should have been received
   * @param stallNanos from which length on a time without any byte counts as a stall
   */
  Result result(Media original, long stallNanos) {
    String failure = ended.getNow("not received in time");
    boolean identical = HexFormat.of().formatHex(digest.digest()).equals(original.sha256());
    int stalls = 0;
    long longest = 0;
    for (int i = 1; i < size; i++) {
      long gap = nanos[i] - nanos[i - 1];
      longest = Math.max(longest, gap);
      if (gap >= stallNanos) {
        stalls++;
      }
    }
    if (failure.isEmpty() && !identical) {
      failure = total == original.size() ? "other bytes than the original's" : "wrong length";
    }
    return new Result(
        client, total, identical, stalls, longest / 1e6, failure.isEmpty() ? null : failure);
  }

  /**
   * What a client got.
   *
   * @param client its name
   * @param bytes how many bytes it received
   * @param identical whether their SHA-256 is the original's
   * @param stalls how often no byte came for the time that counts as a stall
   * @param longestGapMillis the longest time between two arrivals
   * @param failure what went wrong, one line; null if nothing did
   */
  record Result(
      String client,
      long bytes,
      boolean identical,
      int stalls,
      double longestGapMillis,
      String failure) {}
}
