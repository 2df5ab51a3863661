package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.queqiao.contract.job.DependencyRule;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.ClusterImage.DependencyImage.Progress;

/**
 * How far a waiting job is with each of its dependencies. What is fulfilled stays fulfilled, also
 * when the other job is forgotten or runs again.
 */
public final class DependencyProgress {
  /** {@link #readyMs} of a rule that does not hold yet. */
  static final long NOT_YET = -1;

  private final DependencyRule rule;
  private final Progress[] progress;
  private final long[] readyMs;

  /** Of a job that was just accepted or changed; null for a job that depends on no other. */
  static DependencyProgress of(DependencyRule rule) {
    return rule.isEmpty() ? null : new DependencyProgress(rule);
  }

  DependencyProgress(DependencyRule rule) {
    this.rule = rule;
    this.progress = new Progress[rule.parts().size()];
    this.readyMs = new long[progress.length];
    Arrays.fill(progress, Progress.WAITING);
  }

  DependencyProgress(DependencyRule rule, List<ClusterImage.DependencyImage> image) {
    this(rule);
    if (image.size() != progress.length) {
      throw new IllegalStateException(
          "a job with " + progress.length + " dependencies is at " + image);
    }
    for (int i = 0; i < progress.length; i++) {
      progress[i] = image.get(i).progress();
      readyMs[i] = image.get(i).readyMs();
    }
  }

  List<ClusterImage.DependencyImage> image() {
    List<ClusterImage.DependencyImage> out = new ArrayList<>(progress.length);
    for (int i = 0; i < progress.length; i++) {
      out.add(new ClusterImage.DependencyImage(progress[i], readyMs[i]));
    }
    return out;
  }

  /** How far it is with one of its conditions. */
  public Progress of(int part) {
    return progress[part];
  }

  void fulfilled(int part, long fromMs) {
    progress[part] = Progress.FULFILLED;
    readyMs[part] = fromMs;
  }

  void failed(int part) {
    progress[part] = Progress.FAILED;
  }

  void waiting(int part) {
    progress[part] = Progress.WAITING;
  }

  /** From when on the rule holds, or {@link #NOT_YET}. */
  long readyMs() {
    long best = rule.any() ? Long.MAX_VALUE : 0;
    for (int i = 0; i < progress.length; i++) {
      boolean fulfilled = progress[i] == Progress.FULFILLED;
      if (rule.any()) {
        best = fulfilled ? Math.min(best, readyMs[i]) : best;
      } else if (fulfilled) {
        best = Math.max(best, readyMs[i]);
      } else {
        return NOT_YET;
      }
    }
    return best == Long.MAX_VALUE ? NOT_YET : best;
  }

  /** Whether the rule can never hold. */
  boolean isHopeless() {
    boolean allFailed = progress.length > 0;
    for (Progress each : progress) {
      if (each == Progress.FAILED && !rule.any()) {
        return true;
      }
      allFailed &= each == Progress.FAILED;
    }
    return allFailed;
  }
}
