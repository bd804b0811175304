package org.ftrun.daemon.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.ftrun.daemon.service.ServiceStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class TakeoverRecordTest {
  private final TakeoverRecord record = new TakeoverRecord();

  @Test
  void shouldBeginAnEpochWithEachTakeover() {
    assertThat(record.epoch()).isEqualTo(1);
    long before = System.nanoTime();
    record.begin("SIGKILL", before - 5_000_000, 118);
    assertThat(record.epoch()).isEqualTo(1);
    ServiceStatus.Takeover done = record.end();
    long most = (System.nanoTime() - before) / 1000;

    assertThat(done.epoch()).isEqualTo(2);
    assertThat(done.cause()).isEqualTo("SIGKILL");
    assertThat(done.drainedEvents()).isEqualTo(118);
    assertThat(done.micros()).isBetween(5000L, 5000 + most);
    assertThat(record.epoch()).isEqualTo(2);
    assertThat(record.all()).containsExactly(done);
  }

  @Test
  void shouldNameARequestOnceOnly() {
    record.request();
    record.begin("SIGKILL", System.nanoTime(), 0);
    assertThat(record.end().cause()).isEqualTo("REQUEST");
    record.begin("SIGSEGV", System.nanoTime(), 0);
    assertThat(record.end().cause()).isEqualTo("SIGSEGV");
  }

  @Test
  void shouldKeepTheLatestThousandAndGiveACopy() {
    List<ServiceStatus.Takeover> none = record.all();
    for (int i = 0; i < 1002; i++) {
      record.begin("SIGKILL", System.nanoTime(), i);
      record.end();
    }
    assertThat(none).isEmpty();
    assertThat(record.epoch()).isEqualTo(1003);
    assertThat(record.all()).hasSize(1000);
    assertThat(record.all().get(0).epoch()).isEqualTo(4);
    assertThat(record.all().get(999).epoch()).isEqualTo(1003);
  }
}
