package org.queqiao.server.slurm;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** What sacct says of all that has run. */
final class Sacct {
  private Sacct() {}

  /** Time and core time of each run, by job number and time of submission. */
  static Map<String, String> runs(SlurmSite site) throws IOException {
    Map<String, String> runs = new TreeMap<>();
    String all =
        site.command(
            "sacct",
            "-a",
            "-D",
            "-X",
            "-n",
            "-P",
            "-S",
            "now-1day",
            "-o",
            "JobIDRaw,Submit,ElapsedRaw,CPUTimeRAW,Account,User,State");
    for (String line : all.split("\n")) {
      String[] field = line.split("\\|");
      runs.put(
          field[0] + "@" + field[1],
          field[2] + " s, " + field[3] + " core-s of " + field[4] + " " + field[5]);
    }
    return runs;
  }
}
