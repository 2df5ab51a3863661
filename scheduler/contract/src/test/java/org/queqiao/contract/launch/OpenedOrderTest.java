package org.queqiao.contract.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;

/** What is written into a launch order can be read from it, and nothing else is taken for one. */
final class OpenedOrderTest {
  private static final RunId RUN = new RunId(new JobId(4711), 3);

  private static byte[] signed(List<String> devices) {
    return signed(devices, 0);
  }

  private static byte[] signed(List<String> devices, long leaseMs) {
    TreeMap<String, String> environment = new TreeMap<>();
    environment.put("EMPTY", "");
    environment.put("PATH", "/bin:/usr/bin=x");
    byte[] order =
        new LaunchOrder(
                new OrderHeader(
                    OrderHeader.Type.LAUNCH, RUN, true, 1001, 7, 99, new byte[16], 1 << 20, 5, 6),
                List.of(1, 2, 3),
                "cn1",
                "/work",
                "out",
                "",
                environment,
                "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8),
                devices,
                leaseMs)
            .encode();
    return Arrays.copyOf(order, order.length + OrderHeader.SIGNATURE_BYTES);
  }

  @Test
  void everyFieldIsReadAsItWasWritten() {
    OpenedOrder order = OpenedOrder.of(signed(List.of()));
    assertThat(order.run()).isEqualTo(RUN);
    assertThat(order.uid()).isEqualTo(1001);
    assertThat(order.notAfterMs()).isEqualTo(99);
    assertThat(order.memBytes()).isEqualTo(1 << 20);
    assertThat(order.nodeName()).isEqualTo("cn1");
    assertThat(order.workDir()).isEqualTo("/work");
    assertThat(order.stdoutPath()).isEqualTo("out");
    assertThat(order.stderrPath()).isEmpty();
    assertThat(order.environment())
        .containsEntry("EMPTY", "")
        .containsEntry("PATH", "/bin:/usr/bin=x")
        .hasSize(2);
    assertThat(new String(order.script(), StandardCharsets.UTF_8)).isEqualTo("#!/bin/sh\n");
  }

  @Test
  void aLeaseStandsBehindTheLengthsAndChangesNothingElse() {
    for (List<String> devices : List.of(List.<String>of(), List.of("gpu:0"))) {
      byte[] plain = signed(devices);
      byte[] leased = signed(devices, 600_000);
      assertThat(leased).hasSize(plain.length + Integer.BYTES);
      assertThat(ByteBuffer.wrap(leased).getInt(devices.isEmpty() ? 108 : 112)).isEqualTo(600_000);
      assertThat(ByteBuffer.wrap(leased).getInt(12) & 4).isEqualTo(4);
      assertThat(LaunchOrder.devicesOf(leased)).isEqualTo(devices);
      assertThat(OpenedOrder.of(leased).environment())
          .isEqualTo(OpenedOrder.of(plain).environment());
      assertThat(OpenedOrder.of(leased).workDir()).isEqualTo("/work");
    }
  }

  @Test
  void theDevicesOfAnOrderAreReadWithoutOpeningTheRest() {
    assertThat(LaunchOrder.devicesOf(signed(List.of()))).isEmpty();
    byte[] whole = signed(List.of("gpu:0", "gpu:12"));
    assertThat(LaunchOrder.devicesOf(whole)).containsExactly("gpu:0", "gpu:12");
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> LaunchOrder.devicesOf(part))
          .isInstanceOf(MalformedRecordException.class);
    }
    for (int wrong : new int[] {0, -1, 5_000, Integer.MAX_VALUE}) {
      ByteBuffer.wrap(whole).putInt(108, wrong);
      assertThatThrownBy(() -> LaunchOrder.devicesOf(whole))
          .isInstanceOf(MalformedRecordException.class)
          .hasMessageContaining("devices");
    }
  }

  @Test
  void theCoresOfAnOrderAreReadWhateverStandsBeforeThem() {
    for (List<String> devices : List.of(List.<String>of(), List.of("gpu:0"))) {
      for (long leaseMs : new long[] {0, 600_000}) {
        byte[] whole = signed(devices, leaseMs);
        assertThat(LaunchOrder.coresOf(whole).stream()).containsExactly(1, 2, 3);
        for (int wrong : new int[] {-1, 4_096, Integer.MAX_VALUE}) {
          ByteBuffer.wrap(whole).putInt(80, wrong);
          assertThatThrownBy(() -> LaunchOrder.coresOf(whole))
              .isInstanceOf(MalformedRecordException.class)
              .hasMessageContaining("cores");
        }
      }
    }
  }

  @Test
  void whatIsCutOffIsNoOrder() {
    byte[] whole = signed(List.of());
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> OpenedOrder.of(cut)).isInstanceOf(MalformedRecordException.class);
    }
  }

  @Test
  void anOrderWithDevicesIsReadAsOneWithout() {
    OpenedOrder order = OpenedOrder.of(signed(List.of("gpu:0")));
    assertThat(order.nodeName()).isEqualTo("cn1");
    assertThat(order.environment()).containsEntry("PATH", "/bin:/usr/bin=x");
    assertThat(new String(order.script(), StandardCharsets.UTF_8)).isEqualTo("#!/bin/sh\n");
  }
}
