package org.queqiao.agent.steps;

import java.io.IOException;
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
 */
final class RunMembership {
  private static final Pattern GROUP =
      Pattern.compile("\\d+:[^:]*:/queqiao-[0-9a-f]{16}/(\\d{1,18})\\.(\\d{1,9})(?:/.*)?");

  private RunMembership() {}

  /** The run of a process; nothing when it belongs to none, or is gone. */
  static Optional<RunId> of(int pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"))) {
        Matcher found = GROUP.matcher(line);
        if (found.matches()) {
          return Optional.of(
              new RunId(
                  new JobId(Long.parseLong(found.group(1))), Integer.parseInt(found.group(2))));
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      // A process that is gone belongs to nothing.
    }
    return Optional.empty();
  }
}
