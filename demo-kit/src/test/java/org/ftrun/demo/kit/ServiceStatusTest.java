package org.ftrun.demo.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ServiceStatusTest {

  @Test
  void shouldReadWhatFtctlPrintsWhenProtected() throws Exception {
    ServiceStatus status =
        ServiceStatus.parse(
            """
            {"name":"ngircd","state":"PROTECTED","epoch":3,
             "primary":{"pid":4242,"cpu":0},
             "replicas":[{"pid":4243,"cpu":1,"lagEvents":12}],
             "unprotectedReason":null,
             "takeovers":[{"epoch":2,"cause":"SIGKILL","drainedEvents":118,"micros":640}],
             "connections":20,"events":123456,"slowPathEvents":1800,"divergences":0}
            """);
    assertThat(status.isProtected()).isTrue();
    assertThat(status.epoch()).isEqualTo(3);
    assertThat(status.primary().pid()).isEqualTo(4242);
    assertThat(status.replicas()).hasSize(1);
    assertThat(status.takeovers().get(0).micros()).isEqualTo(640);
  }

  @Test
  void shouldKeepTheReasonWhenUnprotected() throws Exception {
    ServiceStatus status =
        ServiceStatus.parse("{\"state\":\"UNPROTECTED\",\"unprotectedReason\":\"threads\"}");
    assertThat(status.isProtected()).isFalse();
    assertThat(status.unprotectedReason()).isEqualTo("threads");
    assertThat(status.takeovers()).isEmpty();
  }

  @Test
  void shouldRefuseWhatIsNoStatus() {
    for (String text : new String[] {"", "oops", "{}", "[1]"}) {
      assertThatThrownBy(() -> ServiceStatus.parse(text)).isInstanceOf(DemoException.class);
    }
  }
}
