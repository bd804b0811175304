package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Compares our numbers with the machine's headers, by a C program that prints them. */
@Timeout(60)
class SocketAbiTest {
  private static final String HEADERS =
      """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <poll.h>
      #include <stddef.h>
      #include <stdio.h>
      #include <sys/ioctl.h>
      #include <sys/socket.h>
      #include <linux/close_range.h>
      #include <linux/in.h>
      #include <linux/in6.h>
      #include <linux/sockios.h>
      #include <linux/tcp.h>
      """;

  private static final Map<String, Integer> STRUCTURES =
      Map.ofEntries(
          Map.entry("offsetof(struct tcp_info, tcpi_state)", TcpInfo.STATE),
          Map.entry("offsetof(struct tcp_info, tcpi_options)", TcpInfo.OPTIONS),
          Map.entry("offsetof(struct tcp_info, tcpi_options) + 1", TcpInfo.WINDOW_SCALES),
          Map.entry("offsetof(struct tcp_info, tcpi_snd_mss)", TcpInfo.SEND_MSS),
          Map.entry("offsetof(struct tcp_info, tcpi_rcv_mss)", TcpInfo.RECEIVE_MSS),
          Map.entry("offsetof(struct tcp_info, tcpi_bytes_acked)", TcpInfo.BYTES_ACKED),
          Map.entry("offsetof(struct tcp_info, tcpi_bytes_received)", TcpInfo.BYTES_RECEIVED),
          Map.entry("offsetof(struct tcp_info, tcpi_notsent_bytes)", TcpInfo.NOT_SENT_BYTES),
          Map.entry("offsetof(struct tcp_info, tcpi_bytes_sent)", TcpInfo.BYTES_SENT),
          Map.entry("offsetof(struct tcp_info, tcpi_bytes_retrans)", TcpInfo.BYTES_RETRANSMITTED),
          Map.entry("offsetof(struct tcp_info, tcpi_dsack_dups)", TcpInfo.SIZE),
          Map.entry("sizeof(struct tcp_repair_window)", RepairWindow.SIZE),
          Map.entry("sizeof(struct sockaddr_in6)", Endpoint.MAXIMUM_SIZE),
          Map.entry("offsetof(struct tcp_zerocopy_receive, inq)", ZeroCopyQuery.UNREAD),
          Map.entry("offsetof(struct tcp_zerocopy_receive, err)", ZeroCopyQuery.SIZE));

  @TempDir Path directory;

  @Test
  void shouldEqualTheHeadersWhenPrintedByC() throws Exception {
    Map<String, Integer> expected = new HashMap<>(STRUCTURES);
    for (Field field : SocketAbi.class.getDeclaredFields()) {
      if (!field.isSynthetic() && !field.getName().equals("SOCK_TYPE_MASK")) {
        expected.put(field.getName(), field.getInt(null));
      }
    }
    assertThat(expected).hasSizeGreaterThan(40);
    List<String> names = new ArrayList<>(expected.keySet());
    StringBuilder program = new StringBuilder(HEADERS).append("int main(void) {\n");
    names.forEach(name -> program.append("printf(\"%d\\n\", (int) (" + name + "));\n"));
    Path source = directory.resolve("numbers.c");
    Files.writeString(source, program.append("return 0; }\n"));
    Path binary = directory.resolve("numbers");
    run("gcc", "-o", binary.toString(), source.toString());
    List<String> lines = run(binary.toString()).lines().toList();
    for (int i = 0; i < names.size(); i++) {
      assertThat(lines.get(i)).as(names.get(i)).isEqualTo("" + expected.get(names.get(i)));
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
