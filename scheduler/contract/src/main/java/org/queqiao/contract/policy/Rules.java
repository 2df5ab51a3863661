package org.queqiao.contract.policy;

import java.util.List;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.QosName;

/**
 * What the site decides about a subject.
 *
 * @param shares its part among its siblings in the fair-share tree; for platforms, projects and
 *     members
 * @param platform the service platform that owns a project, or null
 * @param qos the qualities of service that jobs of a project may ask for; empty means all
 * @param defaultQos for jobs of a project that name none, or null
 * @param priority millionths of the weight of its factor: of a project, a partition, or (as the
 *     site factor) a user
 * @param limits its bounds
 */
public record Rules(
    int shares,
    PlatformName platform,
    List<QosName> qos,
    QosName defaultQos,
    int priority,
    List<Limit> limits) {
  /** What holds for a subject of which nothing was said. */
  public static final Rules NONE = new Rules(1, null, List.of(), null, 0, List.of());

  public Rules {
    qos = List.copyOf(qos);
    limits = List.copyOf(limits);
  }

  /** The same for a project of another service platform, or of none. */
  public Rules withPlatform(PlatformName other) {
    return new Rules(shares, other, qos, defaultQos, priority, limits);
  }
}
