package org.queqiao.core.limit;

import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.Subject;

/** In which field a job asks for what a limit does not let it have. */
final class LimitField {
  private LimitField() {}

  /** The field, or an empty text where no field of the job can be otherwise. */
  static String of(JobSpec spec, Subject subject, Limit limit) {
    return switch (limit.quantity()) {
      case RUNNING_JOBS, SUBMITTED_JOBS -> spec.array() != null ? "array" : subject(subject);
      case CORES -> cores(spec);
      case NODES -> "nodes";
      case MEM_BYTES -> memory(spec);
      case GRES -> gres(spec, limit.gres());
      case LIMIT_MS, CORE_MS, RUNNING_CORE_MS -> "limitMs";
    };
  }

  /** Another project, QOS or partition has another limit. */
  private static String subject(Subject subject) {
    return switch (subject) {
      case Subject.Qos _ -> "qos";
      case Subject.Partition _ -> "partition";
      case Subject.Project _, Subject.Member _, Subject.Platform _ -> "project";
      case Subject.User _, Subject.Centre _ -> "";
    };
  }

  private static String cores(JobSpec spec) {
    if (!spec.placement().exclusive() && spec.cpusPerTask() > 1) {
      return "cpusPerTask";
    }
    return spec.placement().exclusive() || spec.tasks() <= spec.nodes() ? "nodes" : "tasks";
  }

  private static String memory(JobSpec spec) {
    if (spec.placement().memPerCpuBytes() > 0) {
      return "memPerCpuBytes";
    }
    return spec.placement().memPerGpuBytes() > 0 ? "memPerGpuBytes" : "memBytes";
  }

  private static String gres(JobSpec spec, String name) {
    if (name.startsWith("licence/")) {
      return "licences";
    }
    boolean perTask =
        spec.placement().gresPerTask().stream().anyMatch(each -> name.startsWith(each.name()));
    return perTask ? "gresPerTask" : "gres";
  }
}
