package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.snapshot.ClusterImage;

/** The keys that users gave with their requests, oldest first, with the job each one made. */
public final class IdempotencyTable {
  /**
   * How long a key is remembered: 7 days. A client that retries does so within minutes; a script
   * that was stopped over a long weekend still finds its job instead of making a second one.
   */
  public static final long KEEP_MS = 7L * 24 * 3_600_000;

  /**
   * How many keys are remembered at most, about 250 MB of them; the oldest go first. At the default
   * rate limit a single account needs more than an hour to fill it.
   */
  public static final int KEEP_COUNT = 1_000_000;

  private final LinkedHashMap<Key, ClusterImage.IdempotencyImage> byKey = new LinkedHashMap<>();

  IdempotencyTable() {}

  private record Key(UserName user, String key) {}

  void remember(ClusterImage.IdempotencyImage entry) {
    byKey.put(new Key(entry.user(), entry.key()), entry);
  }

  /** Forgets what is too old or too much. */
  void evict(long nowMs) {
    Iterator<ClusterImage.IdempotencyImage> oldest = byKey.values().iterator();
    while (oldest.hasNext()) {
      ClusterImage.IdempotencyImage entry = oldest.next();
      if (entry.timeMs() + KEEP_MS > nowMs && byKey.size() <= KEEP_COUNT) {
        return;
      }
      oldest.remove();
    }
  }

  public Optional<ClusterImage.IdempotencyImage> find(UserName user, String key) {
    return Optional.ofNullable(byKey.get(new Key(user, key)));
  }

  /** All keys, oldest first. */
  public List<ClusterImage.IdempotencyImage> all() {
    return new ArrayList<>(byKey.values());
  }
}
