package org.queqiao.core.forecast;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.JobId;

/**
 * Keeps what was forecast until the job starts, and counts how often the start lay where it was
 * forecast. Bounded: of a job the first forecasts, over all jobs the newest ones.
 */
public final class ForecastBook {
  private static final int MOST_OF_A_JOB = 16;

  private final int mostJobs;
  private final TreeMap<JobId, List<Given>> open = new TreeMap<>();
  private long given;
  private long judged;
  private long within;
  private long below;

  private record Given(long position, long p10Ms, long p50Ms, long p90Ms) {}

  /**
   * How forecasts proved.
   *
   * @param given forecasts that were made
   * @param forecasts those whose job has started since
   * @param withinP10P90 of these, how often the start was between the two, both included
   * @param belowP50 of these, how often the start was not after the median
   */
  public record Coverage(long given, long forecasts, long withinP10P90, long belowP50) {}

  /** A forecast whose job has not started. */
  public record Open(JobId job, long position, long p10Ms, long p50Ms, long p90Ms) {}

  /** All that a book knows. */
  public record Image(Coverage coverage, List<Open> open) {}

  /** A book that keeps forecasts of so many jobs. */
  public ForecastBook(int mostJobs) {
    this.mostJobs = mostJobs;
  }

  /**
   * A forecast was given. The same one again, at the same position, is one forecast.
   *
   * @param forecast one that says something
   */
  public void gave(JobId job, long position, Forecast forecast) {
    if (forecast.p10Ms() == 0) {
      return;
    }
    long p50Ms = forecast.p50Ms() == 0 ? Long.MAX_VALUE : forecast.p50Ms();
    long p90Ms = forecast.p90Ms() == 0 ? Long.MAX_VALUE : forecast.p90Ms();
    List<Given> of = open.computeIfAbsent(job, _ -> new ArrayList<>(1));
    boolean again = of.stream().anyMatch(each -> each.position() == position);
    if (again || of.size() == MOST_OF_A_JOB) {
      return;
    }
    of.add(new Given(position, forecast.p10Ms(), p50Ms, p90Ms));
    given++;
    if (open.size() > mostJobs) {
      open.pollFirstEntry();
    }
  }

  /** A job has started: what was forecast of it is judged. */
  public void started(JobId job, long startMs) {
    List<Given> of = open.remove(job);
    if (of == null) {
      return;
    }
    for (Given each : of) {
      judged++;
      within += each.p10Ms() <= startMs && startMs <= each.p90Ms() ? 1 : 0;
      below += startMs <= each.p50Ms() ? 1 : 0;
    }
  }

  /** A job has ended without a start: nothing can be said of its forecasts. */
  public void ended(JobId job) {
    open.remove(job);
  }

  /** All that it knows, the forecasts by job in the order in which they were given. */
  public Image image() {
    List<Open> out = new ArrayList<>();
    open.forEach((job, of) -> {
      for (Given each : of) {
        out.add(new Open(job, each.position(), each.p10Ms(), each.p50Ms(), each.p90Ms()));
      }
    });
    return new Image(coverage(), out);
  }

  /** Goes on from what another book knew. */
  public void restore(Image image) {
    given = image.coverage().given();
    judged = image.coverage().forecasts();
    within = image.coverage().withinP10P90();
    below = image.coverage().belowP50();
    open.clear();
    for (Open each : image.open()) {
      open.computeIfAbsent(each.job(), _ -> new ArrayList<>(1))
          .add(new Given(each.position(), each.p10Ms(), each.p50Ms(), each.p90Ms()));
    }
  }

  /** How forecasts proved so far. */
  public Coverage coverage() {
    return new Coverage(given, judged, within, below);
  }
}
