package org.ftrun.demo.streaming;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.ftrun.demo.kit.DemoException;

/**
 * The file that is streamed: pseudo-random bytes, so that no two parts of it are alike.
 *
 * @param file where it is
 * @param size its size in bytes
 * @param sha256 its SHA-256, in hexadecimal
 */
record Media(Path file, long size, String sha256) {
  private static final int BLOCK = 64 * 1024;

  /** Writes the bytes that follow from the seed to the file. */
  static Media generate(Path file, long size, long seed) throws DemoException {
    SplittableRandom random = new SplittableRandom(seed);
    MessageDigest digest = Reception.sha256();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BLOCK)) {
      for (long left = size; left > 0; left -= BLOCK) {
        byte[] block = new byte[(int) Math.min(BLOCK, left)];
        random.nextBytes(block);
        digest.update(block);
        out.write(block);
      }
    } catch (IOException e) {
      throw new DemoException("cannot write " + file + ": " + e.getMessage(), e);
    }
    return new Media(file, size, HexFormat.of().formatHex(digest.digest()));
  }
}
