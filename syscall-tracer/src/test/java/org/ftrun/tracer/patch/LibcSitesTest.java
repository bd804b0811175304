package org.ftrun.tracer.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many sites of C libraries have a form that can be patched. */
@Timeout(60)
class LibcSitesTest {
  private static final int PF_X = 1;

  /**
   * Beside each library how many sites Debian 12's has, and how many of them can be patched at
   * least. What musl's others have behind them is mostly a branch.
   */
  @ParameterizedTest
  @CsvSource({
    "/lib/x86_64-linux-gnu/libc.so.6, 511, 529",
    "/lib/ld-musl-x86_64.so.1, 427, 500",
  })
  void shouldPatchNearlyAllSitesOfTheCLibrary(Path library, int patchableThere, int sitesThere)
      throws Exception {
    assumeThat(Files.exists(library)).as("a C library at %s", library).isTrue();
    byte[] text = text(ByteBuffer.wrap(Files.readAllBytes(library)).order(ByteOrder.LITTLE_ENDIAN));
    List<Integer> sites = sites(text);
    int patchable = 0;
    List<String> others = new ArrayList<>();
    for (int site : sites) {
      if (isPatchable(text, site)) {
        patchable++;
      } else {
        others.add(Integer.toHexString(site));
      }
    }

    System.out.printf("%s: %d of %d sites%n", library, patchable, sites.size());
    assertThat(sites).hasSizeGreaterThan(sitesThere - 50);
    assertThat((double) patchable / sites.size())
        .as("%d of %d sites, not %s", patchable, sites.size(), others)
        .isGreaterThanOrEqualTo((double) patchableThere / sitesThere);
  }

  private static boolean isPatchable(byte[] text, int site) {
    byte[] code = Arrays.copyOfRange(text, site - SitePatcher.BEFORE, site + SitePatcher.FROM_SITE);
    int number =
        ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).getInt(SitePatcher.BEFORE - 4);
    long free = text.length + 0x1000L;
    return SitePatcher.plan(
            code,
            site,
            number,
            free,
            free + 0x10000,
            targets -> JumpSearch.mayJump(text, text.length, 0, targets))
        != null;
  }

  /** Every {@code 0f 05}: a few may be parts of other instructions, which no call executes. */
  private static List<Integer> sites(byte[] text) {
    List<Integer> sites = new ArrayList<>();
    for (int i = SitePatcher.BEFORE; i < text.length - SitePatcher.FROM_SITE; i++) {
      if (text[i] == 0x0f && text[i + 1] == 0x05) {
        sites.add(i);
      }
    }
    return sites;
  }

  private static byte[] text(ByteBuffer elf) {
    int headers = (int) elf.getLong(32);
    for (int i = 0; i < elf.getShort(56); i++) {
      int header = headers + 56 * i;
      if (elf.getInt(header) == 1 && (elf.getInt(header + 4) & PF_X) != 0) {
        byte[] text = new byte[(int) elf.getLong(header + 32)];
        elf.get((int) elf.getLong(header + 8), text);
        return text;
      }
    }
    throw new IllegalStateException("the library has no code");
  }
}
