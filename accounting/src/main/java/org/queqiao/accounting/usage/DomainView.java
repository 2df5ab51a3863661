package org.queqiao.accounting.usage;

import org.queqiao.contract.id.DomainCode;

/**
 * How a report tells research domains.
 *
 * @param level rolled up to so many levels below {@code within}, or from the widest domains on; 0
 *     for none
 * @param within parts of this domain alone, or null for all
 * @param today whether past months are told with today's domains of projects and today's places of
 *     domains, and not with those of then
 */
public record DomainView(int level, DomainCode within, boolean today) {
  /** As they were, each by itself. */
  public static final DomainView PLAIN = new DomainView(0, null, false);

  /** Whether it needs to know which domain is part of which. */
  public boolean isRolled() {
    return level > 0 || within != null;
  }
}
