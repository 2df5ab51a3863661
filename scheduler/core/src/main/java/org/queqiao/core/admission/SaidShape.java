package org.queqiao.core.admission;

import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;

/** What a submission would have said for what a job asks for: without what follows by itself. */
public final class SaidShape {
  private SaidShape() {}

  /**
   * Tasks over all nodes; null where the submission did not say how many, or could have left it
   * out: they follow the nodes.
   */
  public static Integer tasks(JobComponent of) {
    long left = (long) of.nodes() * Math.max(1, of.placement().tasksPerNode());
    return of.tasks() == left && !of.placement().tasksInAll() ? null : (Integer) of.tasks();
  }

  /** The same of each component. */
  public static JobPlacement placement(JobPlacement of) {
    return of.components().isEmpty()
        ? of
        : of.toBuilder().components(of.components().stream().map(SaidShape::said).toList()).build();
  }

  private static JobComponent said(JobComponent of) {
    Integer tasks = tasks(of);
    return new JobComponent(
        of.nodes(),
        tasks == null ? 0 : tasks,
        of.cpusPerTask(),
        of.memBytes(),
        of.gres(),
        of.placement());
  }
}
