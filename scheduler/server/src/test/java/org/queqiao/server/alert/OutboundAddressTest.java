package org.queqiao.server.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where calls may go. */
final class OutboundAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.9.9.9",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "0.1.2.3",
        "192.0.0.8",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:1::1",
        "fec0::1"
      })
  void anAddressOfThisMachineOrSiteIsNoPublicOne(String address) throws Exception {
    assertThat(OutboundAddress.isPublic(InetAddress.getByName(address))).isFalse();
    assertThatThrownBy(() -> OutboundAddress.of(address, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no public address");
    assertThat(OutboundAddress.of(address, true)).isEqualTo(InetAddress.getByName(address));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "[2a00::1]"})
  void anAddressOfThePublicInternetIsConnectedTo(String address) throws Exception {
    assertThat(OutboundAddress.of(address, false).getHostAddress()).isNotEmpty();
  }

  @Test
  void aNameThatLeadsToThisMachineIsRefusedAsItsAddress() {
    assertThatThrownBy(() -> OutboundAddress.of("localhost", false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("localhost leads to");
    assertThatThrownBy(() -> OutboundAddress.of("no-such-host.invalid", true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has no address");
  }
}
