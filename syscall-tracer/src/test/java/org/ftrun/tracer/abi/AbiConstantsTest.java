package org.ftrun.tracer.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class AbiConstantsTest {
  private static final String INCLUDES =
      """
      #include <errno.h>
      #include <signal.h>
      #include <stdint.h>
      #include <time.h>
      #include <utime.h>
      #include <fcntl.h>
      #include <poll.h>
      #include <sched.h>
      #include <mqueue.h>
      #include <sys/epoll.h>
      #include <sys/ipc.h>
      #include <sys/msg.h>
      #include <sys/resource.h>
      #include <sys/sem.h>
      #include <sys/shm.h>
      #include <sys/signalfd.h>
      #include <sys/socket.h>
      #include <sys/stat.h>
      #include <sys/statfs.h>
      #include <sys/sysinfo.h>
      #include <sys/time.h>
      #include <sys/times.h>
      #include <sys/timex.h>
      #include <sys/uio.h>
      #include <sys/un.h>
      #include <sys/utsname.h>
      #include <sys/wait.h>
      #include <netinet/in.h>
      #include <net/if.h>
      #include <linux/capability.h>
      #include <linux/futex.h>
      """;

  /** The kernel's own structures, where the C library's of the same name differ. */
  private static final String KERNEL_DECLARATIONS =
      """
      struct kernel_sigaction { void *handler; unsigned long flags; void *restorer; uint64_t mask; };
      struct kernel_termios { unsigned c_iflag, c_oflag, c_cflag, c_lflag; unsigned char c_line, c_cc[19]; };
      struct kernel_ustat { int tfree; unsigned long tinode; char fname[6], fpack[6]; };
      struct kernel_cachestat { uint64_t a, b, c, d, e; };
      """;

  @TempDir private Path directory;

  @Test
  void shouldGiveErrorsTheirNumbersWhenComparedWithTheHeaders() throws Exception {
    Map<String, String> macros = HeaderProbe.macros(directory, "errno.h");

    int compared = 0;
    for (Map.Entry<String, String> macro : macros.entrySet()) {
      if (macro.getKey().matches("E[A-Z0-9]+") && macro.getValue().matches("\\d+")) {
        assertThat(Errno.number(macro.getKey()))
            .as(macro.getKey())
            .isEqualTo(Integer.parseInt(macro.getValue()));
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(120);
    assertThat(Errno.name(Errno.EAGAIN)).isEqualTo("EAGAIN");
    assertThat(Errno.name(4000)).isEqualTo("4000");
  }

  @Test
  void shouldGiveSignalsTheirNumbersWhenComparedWithTheHeaders() throws Exception {
    List<String> prints = new ArrayList<>();
    for (Field field : Signal.class.getFields()) {
      if (!field.getName().startsWith("SIGRT")) {
        prints.add(print(field.getName(), field.getName()));
      }
    }
    Map<String, Long> values = HeaderProbe.values(directory, INCLUDES, prints);

    assertThat(values).hasSize(31);
    values.forEach(
        (name, value) -> assertThat(Signal.name(value.intValue())).as(name).isEqualTo(name));
    for (Field field : Signal.class.getFields()) {
      if (values.containsKey(field.getName())) {
        assertThat((long) field.getInt(null)).isEqualTo(values.get(field.getName()));
      }
    }
    assertThat(Signal.name(34)).isEqualTo("SIGRTMIN+2");
    assertThat(Signal.bit(Signal.SIGRTMAX)).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void shouldGiveSizesAndOffsetsWhenComparedWithACompiledProgram() throws Exception {
    Map<String, String> expressions = StructExpressions.all();
    List<String> prints = new ArrayList<>();
    expressions.forEach((name, expression) -> prints.add(print(name, expression)));
    Map<String, Long> values =
        HeaderProbe.values(directory, INCLUDES + KERNEL_DECLARATIONS, prints);

    for (Class<?> layout :
        List.of(
            SocketLayout.class,
            TimeLayout.class,
            SignalLayout.class,
            FileLayout.class,
            ProcessLayout.class)) {
      for (Field field : layout.getFields()) {
        assertThat(values).as("an expression for the constant").containsKey(field.getName());
        assertThat((long) field.getInt(null))
            .as(field.getName())
            .isEqualTo(values.get(field.getName()));
      }
    }
  }

  private static String print(String name, String expression) {
    return "printf(\"" + name + " %lu\\n\", (unsigned long)(" + expression + "));";
  }
}
