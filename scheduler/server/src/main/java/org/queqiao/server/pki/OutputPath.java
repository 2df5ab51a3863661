package org.queqiao.server.pki;

import java.util.Optional;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.server.host.UnixUser;

/** Where the streams of a job go: the same for the launch and for reading it back. */
public final class OutputPath {
  private static final String DEFAULT = "queqiao-%j.out";

  private OutputPath() {}

  /** The specification with the paths of one task of an array; the same where there is no task. */
  static JobSpec ofTask(JobSpec spec, ArrayTask task) {
    return task == null
        ? spec
        : spec.toBuilder()
            .stdoutPath(task.expand(spec.stdoutPath()))
            .stderrPath(task.expand(spec.stderrPath()))
            .build();
  }

  /** Standard output, absolute. */
  public static String stdout(JobSpec spec, JobId job, NodeName node, UnixUser user) {
    String pattern = spec.stdoutPath().isEmpty() ? DEFAULT : spec.stdoutPath();
    return absolute(expand(pattern, spec, job, node, user), spec, user);
  }

  /** Standard error, absolute; nothing when it goes where standard output goes. */
  public static Optional<String> stderr(JobSpec spec, JobId job, NodeName node, UnixUser user) {
    if (spec.stderrPath().isEmpty()) {
      return Optional.empty();
    }
    String path = absolute(expand(spec.stderrPath(), spec, job, node, user), spec, user);
    return path.equals(stdout(spec, job, node, user)) ? Optional.empty() : Optional.of(path);
  }

  /** The working directory, absolute: the user's home unless the job names one. */
  public static String workDir(JobSpec spec, UnixUser user) {
    return spec.workDir().isEmpty() ? user.home() : spec.workDir();
  }

  private static String absolute(String path, JobSpec spec, UnixUser user) {
    if (path.startsWith("/")) {
      return path;
    }
    String folder = workDir(spec, user);
    return folder.endsWith("/") ? folder + path : folder + "/" + path;
  }

  /**
   * {@code %j} the job, {@code %x} its name, {@code %N} the node, {@code %u} the Unix user, {@code
   * %%} a percent sign; anything else stays as it is. A slash in the name of a job does not make a
   * folder.
   */
  private static String expand(
      String pattern, JobSpec spec, JobId job, NodeName node, UnixUser user) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c != '%' || i + 1 == pattern.length()) {
        out.append(c);
        continue;
      }
      char letter = pattern.charAt(++i);
      switch (letter) {
        case 'j' -> out.append(job);
        case 'x' -> out.append(spec.name().replace('/', '_'));
        case 'N' -> out.append(node);
        case 'u' -> out.append(user.name());
        case '%' -> out.append('%');
        default -> out.append('%').append(letter);
      }
    }
    return out.toString();
  }
}
