package org.queqiao.agent.slurm;

import java.nio.file.Path;
import org.queqiao.agent.OptionNumber;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.NodeName;

/**
 * How a bridge is started.
 *
 * @param data its own folder
 * @param node the name of its host among the nodes
 * @param cluster the cluster that it tells of
 * @param shim file of the shim over libslurm
 * @param configuration {@code slurm.conf}, or null for where libslurm looks by itself
 * @param pollMs between two looks
 * @param marginMs what ended so long ago is complete once slurmctld has nothing more to tell
 * @param overlapMs so far before the known end of the history it is read again with each look
 * @param sinceMs where to begin anew, once; -1 where it was left
 * @param drivenPartition the partition of Slurm whose jobs Queqiao launches, or empty
 */
public record BridgeOptions(
    Path data,
    NodeName node,
    ClusterName cluster,
    Path shim,
    Path configuration,
    int pollMs,
    long marginMs,
    long overlapMs,
    long sinceMs,
    String drivenPartition) {
  static final String USAGE =
      """
      Usage: BridgeMain --data DIR --node NAME --cluster NAME --shim FILE [--slurm-conf FILE]
                        [--poll-ms N] [--margin-ms N] [--overlap-ms N] [--since-ms T]
                        [--driven-partition NAME]

        --data DIR         the bridge's own folder: key and certificate; a file named enrolment in it
                           holds the one-time code of a new node
        --node NAME        the name of this host among the nodes
        --cluster NAME     the cluster that it tells of, as slurm.conf names it
        --shim FILE        libqueqiao-slurm.so
        --slurm-conf FILE  the configuration of Slurm (default: where Slurm looks for it)
        --poll-ms N        between two looks (default 10000)
        --margin-ms N      what ended so long ago is complete once slurmctld has nothing more to tell
                           to slurmdbd (default 60000)
        --overlap-ms N     how far before the known end of the history it is read again with each look
                           (default 3600000)
        --since-ms T       read the history from this moment on once more, in epoch milliseconds
        --driven-partition NAME
                           jobs of this partition that Queqiao launches are left out: they are billed
                           as own ones
      """;

  private static final long DAY_MS = 86_400_000;

  /**
   * Reads the arguments.
   *
   * @throws IllegalArgumentException when they are wrong, with what is wrong
   */
  static BridgeOptions parse(String[] arguments) {
    Path data = null;
    NodeName node = null;
    ClusterName cluster = null;
    Path shim = null;
    Path configuration = null;
    long pollMs = 10_000;
    long marginMs = 60_000;
    long overlapMs = 3_600_000;
    long sinceMs = -1;
    String driven = "";
    for (int i = 0; i < arguments.length; i += 2) {
      String name = arguments[i];
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(name + " needs a value");
      }
      String value = arguments[i + 1];
      switch (name) {
        case "--data" -> data = Path.of(value).toAbsolutePath();
        case "--node" -> node = new NodeName(value);
        case "--cluster" -> cluster = new ClusterName(value);
        case "--shim" -> shim = Path.of(value).toAbsolutePath();
        case "--slurm-conf" -> configuration = Path.of(value).toAbsolutePath();
        case "--poll-ms" -> pollMs = OptionNumber.read(name, value, 100, 600_000);
        case "--margin-ms" -> marginMs = OptionNumber.read(name, value, 0, DAY_MS);
        case "--overlap-ms" -> overlapMs = OptionNumber.read(name, value, 0, 30 * DAY_MS);
        case "--since-ms" -> sinceMs = OptionNumber.read(name, value, 0, Long.MAX_VALUE);
        case "--driven-partition" -> driven = value;
        default -> throw new IllegalArgumentException("there is no option " + name);
      }
    }
    if (data == null || node == null || cluster == null || shim == null) {
      throw new IllegalArgumentException("--data, --node, --cluster and --shim are needed");
    }
    return new BridgeOptions(
        data,
        node,
        cluster,
        shim,
        configuration,
        Math.toIntExact(pollMs),
        marginMs,
        overlapMs,
        sinceMs,
        driven);
  }
}
