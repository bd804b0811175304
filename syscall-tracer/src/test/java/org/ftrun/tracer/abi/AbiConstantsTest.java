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
        prints.add(HeaderProbe.print(field.getName(), field.getName()));
      }
    }
    Map<String, Long> values = HeaderProbe.values(directory, ProbeDeclarations.ALL, prints);

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
    expressions.forEach((name, expression) -> prints.add(HeaderProbe.print(name, expression)));
    Map<String, Long> values = HeaderProbe.values(directory, ProbeDeclarations.ALL, prints);

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
}
