package org.queqiao.agent;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;

/**
 * How an agent is started.
 *
 * @param data the agent's own folder
 * @param node the name of the node
 * @param launcher socket of the launcher
 * @param spool the launcher's folder of exit records
 * @param server host:port that replaces what the enrolment said, or empty
 * @param cores how many cores to offer; 0 offers all
 * @param cpus the CPUs of each core, as the launcher has them; empty where core N is CPU N
 * @param memBytes how much memory to offer; 0 offers all but a reserve
 * @param heartbeatMs between two heartbeats
 * @param devices the launcher's list of devices, or null
 * @param jobSocket where processes of jobs reach the agent; null if they do not
 */
public record AgentOptions(
    Path data,
    NodeName node,
    Path launcher,
    Path spool,
    String server,
    int cores,
    List<List<Integer>> cpus,
    long memBytes,
    int heartbeatMs,
    Path devices,
    Path jobSocket) {
  /** Between two heartbeats, unless told otherwise. */
  public static final int HEARTBEAT_MS = 10_000;

  static final String USAGE =
      """
      Usage: AgentMain --data DIR --node NAME --launcher SOCKET --spool DIR
                       [--server HOST:PORT] [--cores N] [--cpus LIST] [--mem-bytes N] [--heartbeat-ms N]
                       [--devices FILE] [--job-socket PATH]

        --data DIR          the agent's own folder: key, certificate, spool of intents; a file named
                            enrolment in it holds the one-time code of a new node
        --node NAME         the name of this node
        --launcher SOCKET   where the launcher listens
        --spool DIR         where the launcher leaves exit records
        --server HOST:PORT  replaces the address that the enrolment code gave
        --cores N           offer this many cores instead of all
        --cpus LIST         the CPUs of each core, as the launcher got them: 0,4/1,5 are two cores
                            of two threads (default: core N is CPU N)
        --mem-bytes N       offer this much memory instead of all but a reserve
        --heartbeat-ms N    between two heartbeats (default 10000)
        --devices FILE      the launcher's list of devices: what it lists is offered to jobs
        --job-socket PATH   where jobs ask for steps, in a folder that their users can pass
                            through; without it there are none from here
      """;

  /**
   * Reads the arguments.
   *
   * @throws IllegalArgumentException when they are wrong, with what is wrong
   */
  static AgentOptions parse(String[] arguments) {
    Path data = null;
    NodeName node = null;
    Path launcher = null;
    Path spool = null;
    String server = "";
    int cores = 0;
    List<List<Integer>> cpus = List.of();
    long memBytes = 0;
    int heartbeatMs = HEARTBEAT_MS;
    Path devices = null;
    Path jobSocket = null;
    for (int i = 0; i < arguments.length; i += 2) {
      String name = arguments[i];
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(name + " needs a value");
      }
      String value = arguments[i + 1];
      switch (name) {
        case "--data" -> data = Path.of(value).toAbsolutePath();
        case "--node" -> node = new NodeName(value);
        case "--launcher" -> launcher = Path.of(value);
        case "--spool" -> spool = Path.of(value);
        case "--server" -> server = value;
        case "--cores" -> cores = Math.toIntExact(OptionNumber.read(name, value, 1, 4_096));
        case "--cpus" -> cpus = cpus(value);
        case "--mem-bytes" -> memBytes = OptionNumber.read(name, value, 1, 1L << 50);
        case "--heartbeat-ms" ->
            heartbeatMs = Math.toIntExact(OptionNumber.read(name, value, 1, 60_000));
        case "--devices" -> devices = Path.of(value);
        case "--job-socket" -> jobSocket = Path.of(value).toAbsolutePath();
        default -> throw new IllegalArgumentException("there is no option " + name);
      }
    }
    if (data == null || node == null || launcher == null || spool == null) {
      throw new IllegalArgumentException("--data, --node, --launcher and --spool are needed");
    }
    return new AgentOptions(
        data,
        node,
        launcher,
        spool,
        server,
        cores,
        cpus,
        memBytes,
        heartbeatMs,
        devices,
        jobSocket);
  }

  private static List<List<Integer>> cpus(String text) {
    TreeSet<Integer> seen = new TreeSet<>();
    List<List<Integer>> out = new ArrayList<>();
    for (String core : text.split("/", -1)) {
      List<Integer> threads = new ArrayList<>();
      for (String each : core.split(",", -1)) {
        int cpu = Math.toIntExact(OptionNumber.read("--cpus", each, 0, 65_535));
        if (!seen.add(cpu)) {
          throw new IllegalArgumentException("--cpus names CPU " + cpu + " twice");
        }
        threads.add(cpu);
      }
      out.add(List.copyOf(threads));
    }
    if (out.size() > 4_096) {
      throw new IllegalArgumentException("--cpus lists more than 4096 cores");
    }
    return List.copyOf(out);
  }
}
