package org.queqiao.agent.slurm;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.queqiao.contract.launch.OpenedOrder;

/** An order of the server as a batch job of Slurm, in the form that the shim reads. */
final class BatchRequest {
  private static final long MEBIBYTE = 1 << 20;

  private BatchRequest() {}

  /**
   * What the shim is asked to submit.
   *
   * @param partition the partition of Slurm
   */
  static byte[] of(RunMark mark, OpenedOrder order, String partition) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    String nodes = order.environment().getOrDefault("SLURM_JOB_NODELIST", order.nodeName());
    StringBuilder environment = new StringBuilder();
    order
        .environment()
        .forEach((name, value) -> {
          // Slurm sets its own, which name its own job.
          if (!name.startsWith("SLURM")) {
            environment.append(name).append('=').append(value).append('\0');
          }
        });
    try {
      out.writeInt(order.uid());
      out.writeInt(Integer.parseInt(order.environment().getOrDefault("SLURM_JOB_NUM_NODES", "1")));
      out.writeInt(cpus(order));
      out.writeLong(order.memBytes() / MEBIBYTE);
      text(out, mark.toString());
      text(out, "");
      text(out, partition);
      text(out, nodes);
      text(out, order.workDir());
      text(out, order.stdoutPath());
      text(out, order.stderrPath());
      text(out, environment.toString());
      out.writeInt(order.script().length);
      out.write(order.script());
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** Sums {@code 4(x2),3}. */
  static int cpus(OpenedOrder order) {
    int sum = 0;
    for (String each :
        order.environment().getOrDefault("SLURM_JOB_CPUS_PER_NODE", "1").split(",")) {
      int times = each.indexOf("(x");
      int cores = Integer.parseInt(times < 0 ? each : each.substring(0, times));
      sum +=
          times < 0
              ? cores
              : cores * Integer.parseInt(each.substring(times + 2, each.length() - 1));
    }
    return sum;
  }
}
