package org.queqiao.agent.slurm;

import java.nio.file.Path;
import org.queqiao.agent.OptionNumber;
import org.queqiao.contract.id.ClusterName;

/**
 * How a bridge is started that drives.
 *
 * @param data its own folder
 * @param cluster the cluster that it drives
 * @param partition the partition of Slurm whose nodes it stands in for
 * @param shim file of the shim over libslurm
 * @param configuration {@code slurm.conf}, or null for where libslurm looks by itself
 * @param launchKey public key of the orders
 * @param heartbeatMs between two heartbeats of a node
 * @param pollMs between two looks
 * @param giveUpMs a run that neither slurmctld nor slurmdbd has known for so long is lost
 */
public record DriveOptions(
    Path data,
    ClusterName cluster,
    String partition,
    Path shim,
    Path configuration,
    Path launchKey,
    int heartbeatMs,
    int pollMs,
    long giveUpMs) {
  static final String USAGE =
      """
      Usage: DriveMain --data DIR --cluster NAME --partition NAME --shim FILE --launch-key FILE
                       [--slurm-conf FILE] [--heartbeat-ms N] [--poll-ms N]
                       [--give-up-ms N]

        --data DIR         the bridge's own folder; its file enrolments has the one-time codes of the
                           nodes, a line each
        --cluster NAME     the cluster that it drives, as slurm.conf names it
        --partition NAME   the partition of Slurm that runs are submitted to
        --shim FILE        libqueqiao-slurm.so
        --launch-key FILE  public key of the orders, as launchers have it
        --slurm-conf FILE  the configuration of Slurm (default: where Slurm looks for it)
        --heartbeat-ms N   between two heartbeats of a node (default 10000)
        --poll-ms N        between two looks (default 1000)
        --give-up-ms N     a run that neither slurmctld nor slurmdbd has known for so long, while both
                           answered, is lost (default 60000)
      """;

  /**
   * Reads the arguments.
   *
   * @throws IllegalArgumentException when they are wrong, with what is wrong
   */
  static DriveOptions parse(String[] arguments) {
    Path data = null;
    ClusterName cluster = null;
    String partition = "";
    Path shim = null;
    Path configuration = null;
    Path launchKey = null;
    int heartbeatMs = 10_000;
    int pollMs = 1_000;
    long giveUpMs = 60_000;
    for (int i = 0; i < arguments.length; i += 2) {
      String name = arguments[i];
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(name + " needs a value");
      }
      String value = arguments[i + 1];
      switch (name) {
        case "--data" -> data = Path.of(value).toAbsolutePath();
        case "--cluster" -> cluster = new ClusterName(value);
        case "--partition" -> partition = value;
        case "--shim" -> shim = Path.of(value).toAbsolutePath();
        case "--slurm-conf" -> configuration = Path.of(value).toAbsolutePath();
        case "--launch-key" -> launchKey = Path.of(value).toAbsolutePath();
        case "--heartbeat-ms" -> heartbeatMs = (int) OptionNumber.read(name, value, 100, 60_000);
        case "--poll-ms" -> pollMs = (int) OptionNumber.read(name, value, 50, 60_000);
        case "--give-up-ms" -> giveUpMs = OptionNumber.read(name, value, 10_000, 3_600_000);
        default -> throw new IllegalArgumentException("there is no option " + name);
      }
    }
    if (data == null
        || cluster == null
        || partition.isEmpty()
        || shim == null
        || launchKey == null) {
      throw new IllegalArgumentException(
          "--data, --cluster, --partition, --shim and --launch-key are needed");
    }
    return new DriveOptions(
        data, cluster, partition, shim, configuration, launchKey, heartbeatMs, pollMs, giveUpMs);
  }
}
