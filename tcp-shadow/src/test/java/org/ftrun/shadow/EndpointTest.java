package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
class EndpointTest {
  @ParameterizedTest
  @CsvSource({
    "::1, [::1]:6667",
    "::, [::]:6667",
    "1::, [1::]:6667",
    "2001:db8:0:0:1:0:0:1, [2001:db8::1:0:0:1]:6667",
    "2001:db8:0:1:1:1:1:1, [2001:db8:0:1:1:1:1:1]:6667",
    "fe80:0:0:0:a:b:c:d, [fe80::a:b:c:d]:6667",
    "1:2:3:4:5:6:7:8, [1:2:3:4:5:6:7:8]:6667"
  })
  void shouldShortenWhenAddressIsOfVersion6(String literal, String shown) throws Exception {
    byte[] bytes = InetAddress.getByName(literal).getAddress();
    Endpoint endpoint = Endpoint.of(version6(bytes, 0), 4).orElseThrow();
    assertThat(endpoint).hasToString(shown);
    assertThat(endpoint.inetAddress().getAddress()).isEqualTo(bytes);
  }

  private static ByteBuffer version6(byte[] address, int scope) {
    ByteBuffer memory = ByteBuffer.allocate(40).order(ByteOrder.nativeOrder());
    memory.putShort(4, (short) SocketAbi.AF_INET6).put(6, (byte) 0x1a).put(7, (byte) 0x0b);
    memory.put(12, address).putInt(28, scope);
    return memory;
  }

  @Test
  void shouldShowFamilyAndScopeWhenTheyMatter() throws Exception {
    byte[] mapped = new byte[16];
    System.arraycopy(new byte[] {-1, -1, 10, 0, 0, (byte) 200}, 0, mapped, 10, 6);
    assertThat(Endpoint.of(version6(mapped, 0), 4).orElseThrow())
        .hasToString("[::ffff:10.0.0.200]:6667");
    byte[] link = Inet6Address.getByName("fe80::1").getAddress();
    assertThat(Endpoint.of(version6(link, 2), 4).orElseThrow()).hasToString("[fe80::1%2]:6667");
    ByteBuffer four = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    four.putShort(0, (short) SocketAbi.AF_INET).put(2, (byte) 0xff).put(3, (byte) 0xff);
    four.put(4, new byte[] {(byte) 192, 0, 2, 1});
    assertThat(Endpoint.of(four, 0).orElseThrow()).hasToString("192.0.2.1:65535");
    assertThat(Endpoint.of(ByteBuffer.allocate(16), 0)).isEmpty();
  }
}
