package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.snapshot.ClusterImage;

/** What is kept of jobs that ended and were forgotten: enough for a later job to depend on them. */
public final class OutcomeTable {
  /** How many are kept, the newest: about 15 MB of them. */
  public static final int KEEP_COUNT = 100_000;

  private final LinkedHashMap<JobId, ClusterImage.OutcomeImage> byId = new LinkedHashMap<>();

  OutcomeTable() {}

  void remember(ClusterImage.OutcomeImage outcome) {
    byId.put(outcome.id(), outcome);
    if (byId.size() > KEEP_COUNT) {
      Iterator<ClusterImage.OutcomeImage> oldest = byId.values().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  public Optional<ClusterImage.OutcomeImage> find(JobId id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** All of them, in the order in which they were forgotten. */
  public List<ClusterImage.OutcomeImage> all() {
    return new ArrayList<>(byId.values());
  }
}
