package org.queqiao.agent.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.agent.jna.Shim;
import org.queqiao.contract.node.NodeFacts;

/** How the cores of this machine lie. */
final class NumaLayout {
  private NumaLayout() {}

  /**
   * The NUMA nodes with the cores that are offered.
   *
   * @param cpus of the machine
   * @param cores how many cores are offered, from 0 on
   * @param of the CPUs of each core; empty where core N is CPU N
   * @return by number; empty when the kernel does not say where each of them lies
   */
  static List<NodeFacts.NumaNode> of(List<Shim.Cpu> cpus, int cores, List<List<Integer>> of) {
    TreeMap<Integer, Integer> coreOfCpu = new TreeMap<>();
    for (int core = 0; core < cores; core++) {
      // Threads of a core lie where its first one does.
      coreOfCpu.put(core < of.size() ? of.get(core).getFirst() : core, core);
    }
    TreeMap<Integer, List<Integer>> byNode = new TreeMap<>();
    TreeMap<Integer, Integer> sockets = new TreeMap<>();
    int known = 0;
    for (Shim.Cpu cpu : cpus) {
      Integer core = coreOfCpu.get(cpu.number());
      if (core != null && cpu.numa() >= 0 && cpu.socket() >= 0) {
        byNode.computeIfAbsent(cpu.numa(), _ -> new ArrayList<>()).add(core);
        sockets.putIfAbsent(cpu.numa(), cpu.socket());
        known++;
      }
    }
    if (known != cores) {
      return List.of();
    }
    List<NodeFacts.NumaNode> out = new ArrayList<>();
    byNode.values().forEach(each -> each.sort(null));
    byNode.forEach((node, each) -> out.add(new NodeFacts.NumaNode(sockets.get(node), each)));
    return out;
  }
}
