package org.queqiao.server.slurm;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** What Slurm's own reports say of all that has run. */
public final class Sacct {
  private static final String[] USED_OF = {"polar", "tides"};

  private Sacct() {}

  /** Core seconds, account and user of each run, by job number and time of submission. */
  public static Map<String, String> runs(SlurmSite site) throws IOException {
    Map<String, String> runs = new TreeMap<>();
    for (String[] field : fields(site)) {
      runs.put(field[0] + "@" + field[1], field[2] + " core-s of " + field[3] + " " + field[4]);
    }
    return runs;
  }

  /** How often each state ended a run. */
  public static Map<String, Integer> states(SlurmSite site) throws IOException {
    Map<String, Integer> states = new TreeMap<>();
    for (String[] field : fields(site)) {
      states.merge(field[5].split(" ")[0], 1, Integer::sum);
    }
    return states;
  }

  private static String[][] fields(SlurmSite site) throws IOException {
    String[] words = {
      "sacct",
      "-a",
      "-D",
      "-X",
      "-n",
      "-P",
      "-S",
      "now-1day",
      "-o",
      "JobIDRaw,Submit,CPUTimeRAW,Account,User,State"
    };
    return site.command(words).lines().map(line -> line.split("\\|")).toArray(String[][]::new);
  }

  /**
   * The core seconds of each account within an hour, as slurmdbd has rolled it up.
   *
   * @param hourS its first second
   */
  public static Map<String, Long> hour(SlurmSite site, long hourS) throws IOException {
    String from = java.time.LocalDateTime.ofEpochSecond(hourS, 0, java.time.ZoneOffset.UTC) + ":00";
    String to =
        java.time.LocalDateTime.ofEpochSecond(hourS + 3_600, 0, java.time.ZoneOffset.UTC) + ":00";
    site.command("sacctmgr", "-i", "roll", from, to);
    String report =
        site.command(
            "sreport",
            "-n",
            "-P",
            "-t",
            "seconds",
            "cluster",
            "AccountUtilizationByUser",
            "start=" + from,
            "end=" + to,
            "format=Account,Login,Used");
    Map<String, Long> used = new TreeMap<>();
    for (String line : report.split("\n")) {
      String[] field = line.split("\\|");
      for (String account : USED_OF) {
        if (field.length == 3 && field[0].equals(account) && field[1].isEmpty()) {
          used.put(account, Long.parseLong(field[2]));
        }
      }
    }
    return used;
  }
}
