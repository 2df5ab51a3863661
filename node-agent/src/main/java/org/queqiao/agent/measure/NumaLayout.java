package org.queqiao.agent.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.node.NodeFacts;

/** How the cores of this machine lie, as the kernel shows it below {@code /sys/devices/system}. */
final class NumaLayout {
  private NumaLayout() {}

  /**
   * The NUMA nodes with the cores that are offered.
   *
   * @param system where the kernel shows it
   * @param cores how many cores are offered, from 0 on
   * @return by number; empty when the kernel does not say where each of them lies
   */
  static List<NodeFacts.NumaNode> read(Path system, int cores) {
    TreeMap<Integer, List<Integer>> byNode = new TreeMap<>();
    int known = 0;
    try (DirectoryStream<Path> nodes =
        Files.newDirectoryStream(system.resolve("node"), "node[0-9]*")) {
      for (Path each : nodes) {
        List<Integer> offered = new ArrayList<>();
        for (int core : list(Files.readString(each.resolve("cpulist")).strip())) {
          if (core < cores) {
            offered.add(core);
          }
        }
        if (!offered.isEmpty()) {
          byNode.put(Integer.parseInt(each.getFileName().toString().substring(4)), offered);
          known += offered.size();
        }
      }
      if (known != cores) {
        return List.of();
      }
      List<NodeFacts.NumaNode> out = new ArrayList<>();
      for (List<Integer> each : byNode.values()) {
        out.add(new NodeFacts.NumaNode(socket(system, each.getFirst()), each));
      }
      return out;
    } catch (IOException | NumberFormatException e) {
      return List.of();
    }
  }

  private static int socket(Path system, int core) throws IOException {
    Path file = system.resolve("cpu/cpu" + core + "/topology/physical_package_id");
    return Math.max(0, Integer.parseInt(Files.readString(file).strip()));
  }

  /** Numbers as the kernel lists them: {@code 0-15,64-79}. */
  private static List<Integer> list(String text) {
    List<Integer> out = new ArrayList<>();
    for (String range : text.isEmpty() ? new String[0] : text.split(",")) {
      String[] ends = range.split("-");
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int core = Integer.parseInt(ends[0]); core <= last; core++) {
        out.add(core);
      }
    }
    return out;
  }
}
