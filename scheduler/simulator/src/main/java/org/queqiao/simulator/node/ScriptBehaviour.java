package org.queqiao.simulator.node;

import java.nio.charset.StandardCharsets;

/**
 * What a simulated script does, written in its own second line so that it travels with the job.
 *
 * @param durationMs how long it runs when nobody ends it
 * @param exitCode its code at its own end
 * @param trapsTerm whether only KILL ends it
 */
public record ScriptBehaviour(long durationMs, int exitCode, boolean trapsTerm) {
  private static final String FIRST_LINE = "#!/bin/sh\n";

  /** The script that behaves so. */
  public byte[] script() {
    return (FIRST_LINE + durationMs + " " + exitCode + " " + trapsTerm + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Reads the behaviour back from a script. */
  public static ScriptBehaviour of(byte[] script) {
    String text = new String(script, StandardCharsets.UTF_8);
    String[] words = text.substring(FIRST_LINE.length()).strip().split(" ");
    return new ScriptBehaviour(
        Long.parseLong(words[0]), Integer.parseInt(words[1]), Boolean.parseBoolean(words[2]));
  }
}
