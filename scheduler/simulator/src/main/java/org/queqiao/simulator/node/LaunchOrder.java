package org.queqiao.simulator.node;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.core.message.DesiredRunState;

/**
 * What the simulated launcher reads: the real one reads the same things from a signed order.
 *
 * @param run which run
 * @param unixUser whom it runs as
 * @param uid number of {@code unixUser}
 * @param behaviour what the script does
 */
public record LaunchOrder(RunId run, String unixUser, int uid, ScriptBehaviour behaviour) {
  /** How much longer than the script of its run a host of steps lives when nothing stops it. */
  private static final int HOST_OUTLIVES_MS = 20_000;

  /**
   * The order for a run of a desired set. Where its script does not run, it is for the host of its
   * steps, which waits to be stopped, or goes by itself much later.
   */
  public static byte[] encode(DesiredRunState desired, NodeName node) {
    return String.join(
            " ",
            Long.toString(desired.run().job().value()),
            Integer.toString(desired.run().attempt()),
            desired.unixUser(),
            Integer.toString(desired.uid()),
            Base64.getEncoder().encodeToString(desired.spec().script()),
            Boolean.toString(!desired.allocations().getFirst().node().equals(node)))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Reads an order back. */
  public static LaunchOrder decode(byte[] order) {
    String[] words = new String(order, StandardCharsets.UTF_8).split(" ");
    ScriptBehaviour script = ScriptBehaviour.of(Base64.getDecoder().decode(words[4]));
    return new LaunchOrder(
        new RunId(new JobId(Long.parseLong(words[0])), Integer.parseInt(words[1])),
        words[2],
        Integer.parseInt(words[3]),
        Boolean.parseBoolean(words[5])
            ? new ScriptBehaviour(
                script.durationMs() + HOST_OUTLIVES_MS, script.exitCode(), script.trapsTerm())
            : script);
  }
}
