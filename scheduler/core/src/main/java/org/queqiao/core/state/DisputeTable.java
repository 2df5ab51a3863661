package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.event.DisputeAnswered;
import org.queqiao.contract.event.DisputeOpened;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.money.Dispute;

/** Disputes that nobody has answered. */
public final class DisputeTable {
  /** So many wait at most. */
  public static final int MAX_OPEN = 10_000;

  /** So many of a project wait at most. */
  public static final int MAX_OF_PROJECT = 100;

  private final Cluster cluster;
  private final TreeMap<Long, Dispute> open = new TreeMap<>();

  DisputeTable(Cluster cluster) {
    this.cluster = cluster;
  }

  /** One that waits, by its number. */
  public Optional<Dispute> find(long id) {
    return Optional.ofNullable(open.get(id));
  }

  /** Those that wait, by number. */
  public Collection<Dispute> open() {
    return Collections.unmodifiableCollection(open.values());
  }

  List<Dispute> image() {
    return List.copyOf(open.values());
  }

  void restore(Dispute dispute) {
    open.put(dispute.id(), dispute);
  }

  void opened(DisputeOpened event, Actor by, long nowMs) {
    require(event.dispute() == cluster.position(), "dispute " + event.dispute());
    require(
        cluster.accounts().project(event.project()).isPresent(),
        "a dispute of no project " + event.project());
    restore(
        new Dispute(
            event.dispute(), by, nowMs, event.project(), event.transaction(), event.reason()));
  }

  void answered(DisputeAnswered event, Actor by) {
    Dispute dispute = open.remove(event.dispute());
    require(dispute != null, "no dispute " + event.dispute() + " waits");
    require(!dispute.by().equals(by), by + " answers what they dispute");
  }
}
