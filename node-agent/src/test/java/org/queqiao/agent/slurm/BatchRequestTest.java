package org.queqiao.agent.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.launch.LaunchOrder;
import org.queqiao.contract.launch.OpenedOrder;

/** What Slurm is asked for is what was decided. */
final class BatchRequestTest {
  private static final RunId RUN = new RunId(new JobId(7), 1);

  private static OpenedOrder order(Map<String, String> environment) {
    byte[] script = "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8);
    return new OpenedOrder(
        RUN, 1001, 0, 8L << 20, "n1", "/", "/o", "", new TreeMap<>(environment), script);
  }

  private static byte[] request(Map<String, String> environment) {
    return BatchRequest.of(new RunMark(RUN, new NodeName("n1")), order(environment), "batch");
  }

  @Test
  void nodesAreCountedWhateverTheirListLooksLike() {
    byte[] request =
        request(
            Map.of(
                "SLURM_JOB_NODELIST", "n[1-3,7]",
                "SLURM_JOB_NUM_NODES", "4",
                "SLURM_JOB_CPUS_PER_NODE", "4(x3),2"));
    ByteBuffer in = ByteBuffer.wrap(request);
    assertThat(in.getInt()).isEqualTo(1001);
    assertThat(in.getInt()).as("nodes").isEqualTo(4);
    assertThat(in.getInt()).as("cores").isEqualTo(14);
    assertThat(new String(request, StandardCharsets.ISO_8859_1)).contains("n[1-3,7]");
    assertThat(ByteBuffer.wrap(request(Map.of())).getInt(4)).isEqualTo(1);
  }

  @Test
  void devicesAreThoseOfEachNode() {
    assertThat(text(request(Map.of()))).doesNotContain("gres");
    assertThat(text(request(Map.of(LaunchOrder.DEVICES_PER_NODE, "fpga:1+gpu:2(x3)"))))
        .contains("gres:fpga:1,gres:gpu:2\0");
    String visible = "CUDA_VISIBLE_DEVICES";
    assertThat(text(request(Map.of(visible, "0")))).contains(visible);
    assertThat(text(request(Map.of(visible, "0", LaunchOrder.DEVICES_PER_NODE, "gpu:1"))))
        .doesNotContain(visible);
    assertThatThrownBy(() -> request(Map.of(LaunchOrder.DEVICES_PER_NODE, "gpu:2,0")))
        .hasMessage("a job of Slurm has the same devices on each node, and this one has gpu:2,0");
  }

  private static String text(byte[] request) {
    return new String(request, StandardCharsets.ISO_8859_1);
  }
}
