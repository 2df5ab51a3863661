package org.queqiao.agent.steps;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;

/**
 * To which run a process belongs: the control group that only root may put it into. The group of a
 * run lies directly below the root of its hierarchy, where no user may make groups.
 *
 * <p>In single-user mode there are none. There launcher, agent and all jobs are the same user, who
 * could take over any of them, so nothing is to be kept from a process of this user: it belongs to
 * the run whose monitor is among its ancestors. The kernel makes the monitor the parent of those
 * whose own parent has ended.
 */
final class RunMembership {
  private static final Pattern GROUP =
      Pattern.compile("\\d+:[^:]*:/queqiao-[0-9a-f]{16}/(\\d{1,18})\\.(\\d{1,9})(?:/.*)?");
  private static final Pattern MONITOR =
      Pattern.compile("queqiao-monitor\0(\\d{1,18})\\.(\\d{1,9})\0");
  private static final int ANCESTORS_MAX = 1_000;

  private RunMembership() {}

  /**
   * The run of a process; nothing when it belongs to none, or is gone.
   *
   * @param uid whose process it is
   */
  static Optional<RunId> of(int pid, int uid) {
    Optional<RunId> run = ofGroup(pid);
    return run.isEmpty() && uid != 0 && uid == ownUid() ? ofAncestors(pid) : run;
  }

  private static Optional<RunId> ofGroup(int pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"))) {
        Matcher found = GROUP.matcher(line);
        if (found.matches()) {
          return Optional.of(run(found));
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      // A process that is gone belongs to nothing.
    }
    return Optional.empty();
  }

  static Optional<RunId> ofAncestors(int pid) {
    try {
      int each = pid;
      for (int i = 0; each > 1 && i < ANCESTORS_MAX; i++) {
        byte[] words = Files.readAllBytes(Path.of("/proc/" + each + "/cmdline"));
        Matcher found = MONITOR.matcher(new String(words, StandardCharsets.ISO_8859_1));
        if (found.matches()) {
          return Optional.of(run(found));
        }
        each = parent(each);
      }
    } catch (IOException | IllegalArgumentException e) {
      // The same of one that ends while it is looked at.
    }
    return Optional.empty();
  }

  private static int parent(int pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[1]);
  }

  private static RunId run(Matcher found) {
    return new RunId(new JobId(Long.parseLong(found.group(1))), Integer.parseInt(found.group(2)));
  }

  private static int ownUid() {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException e) {
      return 0;
    }
  }
}
