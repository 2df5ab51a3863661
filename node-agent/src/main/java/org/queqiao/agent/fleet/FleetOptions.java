package org.queqiao.agent.fleet;

import java.nio.file.Path;
import org.queqiao.agent.OptionNumber;

/**
 * What a fleet of fake nodes is made of.
 *
 * @param data folder with one folder for the identity of each node
 * @param nodes how many
 * @param prefix what their names begin with; five digits follow
 * @param cores of each node, in NUMA nodes of eight
 * @param memBytes of each node
 * @param gpus of each node
 * @param minRunMs the shortest run
 * @param maxRunMs the longest run
 * @param failPermille of a thousand runs so many end with exit code 1
 * @param heartbeatMs between two heartbeats of a node
 */
record FleetOptions(
    Path data,
    int nodes,
    String prefix,
    int cores,
    long memBytes,
    int gpus,
    long minRunMs,
    long maxRunMs,
    int failPermille,
    int heartbeatMs) {
  /** The most nodes of a fleet: as many as there can be enrolment codes at a time. */
  static final int MAX_NODES = 10_000;

  static final String USAGE =
      """
      Usage: FleetMain --data DIR --nodes N [--prefix NAME] [--cores N] [--mem-bytes N] [--gpus N]
                       [--run-ms MIN-MAX] [--fail-permille N] [--heartbeat-ms N]

        --data DIR          the fleet's own folder; a file named enrolments in it holds one-time
                            codes, a line each, for nodes that are not enrolled yet
        --nodes N           how many nodes (1 to 10000)
        --prefix NAME       their names are NAME and five digits (default fake)
        --cores N           of each node (default 64)
        --mem-bytes N       of each node (default 128 GiB)
        --gpus N            of each node (default 0)
        --run-ms MIN-MAX    how long runs take; short ones are as likely as ones of twice the
                            length (default 1000-60000)
        --fail-permille N   of a thousand runs so many end with exit code 1 (default 20)
        --heartbeat-ms N    between two heartbeats of a node (default 10000)
      """;

  /**
   * Reads the arguments.
   *
   * @throws IllegalArgumentException when they are wrong, with what is wrong
   */
  static FleetOptions parse(String[] arguments) {
    FleetOptions all =
        new FleetOptions(null, 0, "fake", 64, 128L << 30, 0, 1_000, 60_000, 20, 10_000);
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[i] + " needs a value");
      }
      all = all.with(arguments[i], arguments[i + 1]);
    }
    if (all.data == null || all.nodes == 0) {
      throw new IllegalArgumentException("--data and --nodes are needed");
    }
    return all;
  }

  private FleetOptions with(String name, String value) {
    Path data = this.data;
    int nodes = this.nodes;
    String prefix = this.prefix;
    int cores = this.cores;
    long memBytes = this.memBytes;
    int gpus = this.gpus;
    long minRunMs = this.minRunMs;
    long maxRunMs = this.maxRunMs;
    int failPermille = this.failPermille;
    int heartbeatMs = this.heartbeatMs;
    switch (name) {
      case "--data" -> data = Path.of(value).toAbsolutePath();
      case "--nodes" -> nodes = (int) OptionNumber.read(name, value, 1, MAX_NODES);
      case "--prefix" -> {
        if (!value.matches("[a-z][a-z0-9-]{0,30}")) {
          throw new IllegalArgumentException(
              name + " is a letter and up to 30 letters, digits and '-'");
        }
        prefix = value;
      }
      case "--cores" -> cores = (int) OptionNumber.read(name, value, 1, 4_096);
      case "--mem-bytes" -> memBytes = OptionNumber.read(name, value, 1L << 20, 1L << 50);
      case "--gpus" -> gpus = (int) OptionNumber.read(name, value, 0, 64);
      case "--run-ms" -> {
        String[] both = value.split("-", 2);
        if (both.length != 2) {
          throw new IllegalArgumentException(name + " is two numbers of milliseconds, MIN-MAX");
        }
        minRunMs = OptionNumber.read(name, both[0], 1, 1L << 40);
        maxRunMs = OptionNumber.read(name, both[1], minRunMs, 1L << 40);
      }
      case "--fail-permille" -> failPermille = (int) OptionNumber.read(name, value, 0, 1_000);
      case "--heartbeat-ms" -> heartbeatMs = (int) OptionNumber.read(name, value, 100, 60_000);
      default -> throw new IllegalArgumentException("there is no option " + name);
    }
    return new FleetOptions(
        data, nodes, prefix, cores, memBytes, gpus, minRunMs, maxRunMs, failPermille, heartbeatMs);
  }
}
