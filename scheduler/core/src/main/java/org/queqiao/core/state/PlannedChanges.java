package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.event.ChangePlanned;
import org.queqiao.contract.event.PlannedChangeMade;
import org.queqiao.contract.event.PlannedChangeWithdrawn;
import org.queqiao.contract.event.PlannedEvent;
import org.queqiao.contract.snapshot.PlannedImage;

/** What the site said ahead, in the order in which it will count. */
public final class PlannedChanges {
  private final TreeSet<PlannedChange> changes = new TreeSet<>();
  private long lastNumber;

  PlannedChanges() {}

  void restore(PlannedImage image) {
    lastNumber = image.lastNumber();
    changes.addAll(image.changes());
  }

  PlannedImage image() {
    return new PlannedImage(lastNumber, List.copyOf(changes));
  }

  void apply(PlannedEvent event) {
    PlannedChange change = event.change();
    switch (event) {
      case ChangePlanned _ -> {
        require(change.number() == lastNumber + 1, "planned change " + change.number());
        lastNumber = change.number();
        changes.add(change);
      }
      case PlannedChangeMade _, PlannedChangeWithdrawn _ ->
          require(changes.remove(change), "no planned change " + change.number());
    }
  }

  /** The first comes first. */
  public SortedSet<PlannedChange> all() {
    return Collections.unmodifiableSortedSet(changes);
  }

  public Optional<PlannedChange> find(long number) {
    return changes.stream().filter(each -> each.number() == number).findFirst();
  }

  /** The number of the next one. */
  public long nextNumber() {
    return lastNumber + 1;
  }

  /** When the first one counts that jobs may wait for; -1 for none. */
  public long firstOfJobsMs() {
    return changes.stream()
        .filter(each -> each.content() instanceof PlannedChange.Owner)
        .mapToLong(PlannedChange::fromMs)
        .findFirst()
        .orElse(-1);
  }

  /** When the first of them counts. */
  public OptionalLong firstMs() {
    return changes.isEmpty() ? OptionalLong.empty() : OptionalLong.of(changes.first().fromMs());
  }
}
