package org.queqiao.simulator.node;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.queqiao.contract.id.JobId;
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
  /** The order for a run of a desired set. */
  public static byte[] encode(DesiredRunState desired) {
    return String.join(
            " ",
            Long.toString(desired.run().job().value()),
            Integer.toString(desired.run().attempt()),
            desired.unixUser(),
            Integer.toString(desired.uid()),
            Base64.getEncoder().encodeToString(desired.spec().script()))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Reads an order back. */
  public static LaunchOrder decode(byte[] order) {
    String[] words = new String(order, StandardCharsets.UTF_8).split(" ");
    return new LaunchOrder(
        new RunId(new JobId(Long.parseLong(words[0])), Integer.parseInt(words[1])),
        words[2],
        Integer.parseInt(words[3]),
        ScriptBehaviour.of(Base64.getDecoder().decode(words[4])));
  }
}
