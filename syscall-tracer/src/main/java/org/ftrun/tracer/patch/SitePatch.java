package org.ftrun.tracer.patch;

/**
 * One patched site: its neighbour jumps to a trampoline, which enters the stub and jumps back.
 *
 * <pre>
 *   displaced before the call                displaced behind it, a {@link Tail}
 *   start  mov $nr,%eax  -> jmp trampoline   site   syscall      -> jmp trampoline
 *   site   syscall          (stays)          site+2 cmp, test ..    nop ...
 *   site+2 ...              (stays)          end    ...
 * </pre>
 *
 * @param site address of the {@code syscall} instruction
 * @param start first byte that is replaced
 * @param original the bytes there before
 * @param replacement the bytes there now
 * @param trampoline address of the trampoline
 * @param code the trampoline
 * @param displaced offset in the trampoline of what follows the call
 */
public record SitePatch(
    long site,
    long start,
    byte[] original,
    byte[] replacement,
    long trampoline,
    byte[] code,
    int displaced) {
  static final int SYSCALL_BYTES = 2;

  /** First address behind the replaced bytes. */
  public long end() {
    return start + original.length;
  }

  /** Whether the site itself is replaced, so that {@code site + 2} is no instruction any more. */
  public boolean replacesSite() {
    return start == site;
  }

  /** Where a thread enters the stub that has its registers as at the site. */
  public long entry() {
    return trampoline + Trampoline.ENTRY + (replacesSite() ? 0 : original.length);
  }

  /** Where a thread goes on that has made the call. */
  public long behind() {
    return replacesSite() ? trampoline + displaced : site + SYSCALL_BYTES;
  }

  /** Whether any replaced byte is in [from, to). */
  public boolean overlaps(long from, long to) {
    return Long.compareUnsigned(start, to) < 0 && Long.compareUnsigned(from, end()) < 0;
  }
}
