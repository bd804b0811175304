package org.ftrun.benchmarks.paired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.ftrun.demo.kit.DemoException;
import org.junit.jupiter.api.Test;

class WrkLoadTest {
  private static final String REPORT =
      """
      Running 3s test @ http://127.0.0.1:8080/page
        1 threads and 16 connections
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency   358.73us  320.92us   9.76ms   98.09%
          Req/Sec    45.61k     4.01k   50.01k    80.00%
        Latency Distribution
           50%  323.00us
           75%  361.00us
           90%  419.00us
           99%    1.25ms
        136134 requests in 3.01s, 164.78MB read
      Requests/sec:  45227.57
      """;

  @Test
  void shouldReadCountAndPercentiles() throws DemoException {
    assertThat(WrkLoad.parse(REPORT)).isEqualTo(new Load.Result(136_134, 3.01, 323, 1250));
  }

  @Test
  void shouldRefuseTheRunWhenAClientSawAnError() {
    String report = REPORT + "  Socket errors: connect 0, read 3, write 0, timeout 0\n";
    assertThatThrownBy(() -> WrkLoad.parse(report)).hasMessageContaining("read 3");
  }
}
