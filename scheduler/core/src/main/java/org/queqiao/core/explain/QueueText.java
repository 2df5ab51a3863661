package org.queqiao.core.explain;

import java.util.StringJoiner;
import org.queqiao.core.message.Explanation;

/** Who comes before a job, in a sentence. */
final class QueueText {
  private QueueText() {}

  static void add(Explanation explained, NamedJobs named, StringJoiner out) {
    int ahead = explained.aheadCount();
    String queue = " the queue of " + explained.inQueue();
    String end = named.end(explained.ahead(), ahead);
    if (!explained.isCut()) {
      out.add(
          (ahead == 0 ? "No job is" : ExplanationText.jobs(ahead) + (ahead == 1 ? " is" : " are"))
              + " before it in"
              + queue
              + end);
      return;
    }
    String looked = ExplanationText.jobs(explained.looked());
    out.add(
        ahead == 0
            ? "Of"
                + queue
                + " the first "
                + looked
                + " were looked at: it comes after all of them, and none of them competes with it."
            : "At least "
                + ExplanationText.jobs(ahead)
                + (ahead == 1 ? " is" : " are")
                + " before it in"
                + queue
                + ", of which "
                + looked
                + " were looked at"
                + end);
  }
}
