package org.ftrun.tracer.stub;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Offsets in the stub's region; mirrors stub.h.
 *
 * <pre>
 *   0x0000  text, one page, read and execute
 *           +0   syscall; int3             EXECUTE
 *           +16  clone, newborn waits      BIRTH
 *           +64  rdtscp                    RDTSC   (called in the daemon)
 *           +80  cpuid                     CPUID   (called in the daemon)
 *   0x1000  data, one page, read and write
 *           +0   selector of Syscall User Dispatch, one byte
 *           +256 scratch for arguments of calls, to the end of the page
 * </pre>
 */
public final class StubLayout {
  /** One call with the registers as they are, then a trap. */
  public static final int EXECUTE = 0;

  /** Where the instruction pointer is after the call at EXECUTE. */
  public static final int EXECUTED = EXECUTE + 2;

  /** Where the instruction pointer is after the trap behind the call at EXECUTE. */
  public static final int TRAPPED = EXECUTE + 3;

  /** A clone whose newborn waits for its tracer; the parent traps. */
  public static final int BIRTH = 16;

  /** Where the parent's instruction pointer is after the clone at BIRTH. */
  public static final int BORN = BIRTH + 2;

  /** Where the parent's instruction pointer is after the trap behind BIRTH. */
  public static final int BIRTH_TRAPPED = BIRTH + 8;

  static final int RDTSC = 64;
  static final int CPUID = 80;

  /** Size of the text, one page. */
  public static final int TEXT_BYTES = 4096;

  static final int SELECTOR = TEXT_BYTES;
  static final int SCRATCH = TEXT_BYTES + 256;

  /** Room for arguments of calls, bytes. */
  public static final int SCRATCH_BYTES = 4096 - 256;

  /** Size of the whole region. */
  public static final int REGION_BYTES = 2 * 4096;

  private StubLayout() {}

  /** The compiled stub. */
  public static byte[] image() {
    try (InputStream in = StubLayout.class.getResourceAsStream("stub.bin")) {
      if (in == null) {
        throw new IllegalStateException("stub.bin is not on the class path: build with Maven");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
