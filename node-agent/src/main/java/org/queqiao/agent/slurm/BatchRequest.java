package org.queqiao.agent.slurm;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.queqiao.contract.launch.LaunchOrder;
import org.queqiao.contract.launch.OpenedOrder;

/** An order of the server as a batch job of Slurm, in the form that the shim reads. */
final class BatchRequest {
  private static final long MEBIBYTE = 1 << 20;
  private static final Set<String> DEVICES = Set.of("CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES");

  private BatchRequest() {}

  /**
   * What the shim is asked to submit.
   *
   * @param partition the partition of Slurm
   * @throws IllegalArgumentException when its nodes have devices that differ
   */
  static byte[] of(RunMark mark, OpenedOrder order, String partition) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    String nodes = order.environment().getOrDefault("SLURM_JOB_NODELIST", order.nodeName());
    StringBuilder environment = new StringBuilder();
    boolean hasDevices = order.environment().containsKey(LaunchOrder.DEVICES_PER_NODE);
    order
        .environment()
        .forEach((name, value) -> {
          // Slurm sets its own, which name its own job and the devices that it gave.
          if (!name.startsWith("SLURM") && !(hasDevices && DEVICES.contains(name))) {
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
      text(out, devices(order));
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

  /** Of each node, in the words of Slurm: a batch job has the same on all of them. */
  private static String devices(OpenedOrder order) {
    String all = order.environment().getOrDefault(LaunchOrder.DEVICES_PER_NODE, "0");
    if (all.indexOf(',') >= 0) {
      throw new IllegalArgumentException(
          "a job of Slurm has the same devices on each node, and this one has " + all);
    }
    String each = all.split("\\(x", 2)[0];
    return each.equals("0") ? "" : "gres:" + each.replace("+", ",gres:");
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
