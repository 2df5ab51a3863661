package org.queqiao.agent.slurm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeFacts.NumaNode;

/**
 * A node as slurmctld had it last, kept in a file of one line: while slurmctld is away a bridge
 * that is started anew knows by it for which nodes it stands.
 *
 * @param isUp whether Slurm gave it jobs
 * @param bootS when it was started
 * @param gres its devices, as {@code gpu:a100:4,fpga::1}, or empty
 */
record KnownNode(NodeName name, boolean isUp, int cores, long memMib, long bootS, String gres) {
  private static final String FILE = "node";
  private static final String NONE = "-";
  private static final long MEBIBYTE = 1 << 20;

  /**
   * slurmctld computes the start from how long a node says it has been up, each time anew; a node
   * that was really started anew has lost its runs.
   */
  private static final long SAME_BOOT_S = 60;

  static KnownNode of(SlurmNode node, Optional<KnownNode> before) {
    long bootS =
        before
            .map(KnownNode::bootS)
            .filter(known -> node.bootS() == 0 || Math.abs(known - node.bootS()) < SAME_BOOT_S)
            .orElse(node.bootS());
    return new KnownNode(
        new NodeName(node.name()),
        node.isUp(),
        (int) node.cpus(),
        node.memMib(),
        bootS,
        SlurmGres.kept(SlurmGres.told(node.gres())));
  }

  /** What is kept in a folder; empty where there is nothing, or nothing that can be read. */
  static Optional<KnownNode> read(NodeName name, Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String[] part = Files.readString(file).strip().split(" ");
    try {
      if (part.length < 4 || part.length > 5) {
        return Optional.empty();
      }
      // One of four parts is of before devices were offered: its node offered none.
      String gres = part.length == 4 || part[4].equals(NONE) ? "" : part[4];
      SlurmGres.read(gres);
      return Optional.of(
          new KnownNode(
              name,
              part[0].equals("up"),
              Integer.parseInt(part[1]),
              Long.parseLong(part[2]),
              Long.parseLong(part[3]),
              gres));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Keeps it; a crash of the machine may leave the former one. */
  void keep(Path folder) throws IOException {
    Path next = folder.resolve(FILE + ".next");
    String devices = gres.isEmpty() ? NONE : gres;
    String state = isUp ? "up " : "away ";
    Files.writeString(next, state + cores + " " + memMib + " " + bootS + " " + devices + "\n");
    Files.move(
        next,
        folder.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Whether it has other cores, memory or devices. */
  boolean hasOther(KnownNode before) {
    return cores != before.cores || memMib != before.memMib || !gres.equals(before.gres);
  }

  /** What it says of itself. */
  NodeFacts facts() {
    List<Integer> all = new ArrayList<>();
    for (int core = 0; core < cores; core++) {
      all.add(core);
    }
    return new NodeFacts(
        name,
        "slurm-" + name + "-" + bootS,
        cores,
        memMib * MEBIBYTE,
        SlurmGres.read(gres),
        "slurm",
        "",
        List.of(
            "processes: Slurm launches what runs here",
            NodeFacts.OF_RUNS
                + "Slurm launches them; it tells CPU time and memory alone, where it gathers them"
                + " (JobAcctGatherType), of the whole run with the node of its script, some seconds"
                + " after its end"),
        List.of(new NumaNode(0, all)),
        true);
  }
}
