package org.queqiao.core.limit;

import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Subject;

/**
 * The reasons that Slurm shows for limits. A partition's limits are those of a QOS of the partition
 * there, so they have the words of a QOS.
 */
final class SlurmWords {
  private SlurmWords() {}

  static String of(Subject subject, Limit limit) {
    return switch (subject) {
      case Subject.Qos _, Subject.Partition _ ->
          switch (limit.scope()) {
            case GROUP -> "QOSGrp" + group(limit);
            case JOB -> "QOSMax" + job(limit, true);
            case USER -> "QOSMax" + user(limit);
            case PROJECT -> "Max" + project(limit);
          };
      case Subject.Centre _, Subject.Platform _, Subject.Project _ -> association(limit);
      case Subject.Member _, Subject.User _ ->
          switch (limit.quantity()) {
            case RUNNING_JOBS -> "AssocMaxJobsLimit";
            case SUBMITTED_JOBS -> "AssocMaxSubmitJobLimit";
            case CORES, NODES, MEM_BYTES, GRES, LIMIT_MS, CORE_MS, RUNNING_CORE_MS ->
                association(limit);
          };
    };
  }

  private static String association(Limit limit) {
    return limit.scope() == LimitScope.JOB
        ? "AssocMax" + job(limit, false)
        : "AssocGrp" + group(limit);
  }

  private static String group(Limit limit) {
    return switch (limit.quantity()) {
      case RUNNING_JOBS -> "JobsLimit";
      case SUBMITTED_JOBS -> "SubmitJobsLimit";
      case CORES -> "CpuLimit";
      case NODES -> "NodeLimit";
      case MEM_BYTES -> "MemLimit";
      case GRES -> limit.isOfLicence() ? "License" : "GRES";
      case CORE_MS -> "CPUMinutesLimit";
      case RUNNING_CORE_MS -> "CPURunMinutesLimit";
      case LIMIT_MS -> "WallLimit";
    };
  }

  private static String job(Limit limit, boolean qos) {
    return switch (limit.quantity()) {
      case CORES -> "CpuPerJobLimit";
      case NODES -> "NodePerJobLimit";
      case MEM_BYTES -> qos ? "MemoryPerJob" : "MemPerJob";
      case GRES -> limit.isOfLicence() ? "LicensePerJob" : "GRESPerJob";
      case CORE_MS -> "CpuMinutesPerJobLimit";
      case LIMIT_MS -> "WallDurationPerJobLimit";
      case RUNNING_JOBS, SUBMITTED_JOBS, RUNNING_CORE_MS -> "JobsPerJobLimit";
    };
  }

  private static String user(Limit limit) {
    return switch (limit.quantity()) {
      case RUNNING_JOBS -> "JobsPerUserLimit";
      case SUBMITTED_JOBS -> "SubmitJobPerUserLimit";
      case CORES -> "CpuPerUserLimit";
      case NODES -> "NodePerUserLimit";
      case MEM_BYTES -> "MemoryPerUser";
      case GRES -> limit.isOfLicence() ? "LicensePerUser" : "GRESPerUser";
      case RUNNING_CORE_MS -> "CpuRunMinutesPerUserLimit";
      case CORE_MS, LIMIT_MS -> "CpuMinutesPerUserLimit";
    };
  }

  private static String project(Limit limit) {
    return switch (limit.quantity()) {
      case RUNNING_JOBS -> "JobsPerAccount";
      case SUBMITTED_JOBS -> "SubmitJobsPerAccount";
      case CORES -> "CpuPerAccount";
      case NODES -> "NodePerAccount";
      case MEM_BYTES -> "MemoryPerAccount";
      case GRES -> limit.isOfLicence() ? "LicensePerAccount" : "GRESPerAccount";
      case RUNNING_CORE_MS -> "CpuRunMinutesPerAccount";
      case CORE_MS, LIMIT_MS -> "CpuMinutesPerAccount";
    };
  }
}
