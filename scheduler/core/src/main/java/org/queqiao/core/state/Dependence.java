package org.queqiao.core.state;

/** What a job waits for before its own terms let it start. */
public final class Dependence {
  private Dependence() {}

  /** From when on its own terms let it start, or {@link DependencyProgress#NOT_YET}. */
  static long releaseMs(Job job) {
    DependencyProgress others = job.dependencies();
    long readyMs = others == null ? 0 : others.readyMs();
    return readyMs == DependencyProgress.NOT_YET
        ? readyMs
        : Math.max(job.spec().terms().beginMs(), readyMs);
  }

  /** Whether it waits for other jobs. */
  public static boolean waitsForOthers(Job job) {
    DependencyProgress others = job.dependencies();
    return (others != null && others.readyMs() == DependencyProgress.NOT_YET)
        || (job.array() != null && job.array().waitsForOthers());
  }

  /** Whether what it waits for can never come. */
  public static boolean isHopeless(Job job) {
    DependencyProgress others = job.dependencies();
    return (others != null && others.isHopeless())
        || (job.array() != null && job.array().isHopeless());
  }
}
