package org.queqiao.accounting.metering;

import java.time.LocalDate;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;

/**
 * What of a node was reserved and held by no run, within one billing day. A node that was down or
 * drained has none of that time.
 *
 * @param reservation which one
 * @param occurrenceMs when its occurrence began
 * @param node which node
 * @param nodeType its kind, or empty
 * @param project for whom it was reserved, or null
 * @param fromMs first instant
 * @param toMs first instant after it
 * @param coreMs core-milliseconds
 * @param day the billing day
 * @param position of the fact with which it was metered
 */
public record IdleTime(
    ReservationName reservation,
    long occurrenceMs,
    NodeName node,
    String nodeType,
    ProjectName project,
    long fromMs,
    long toMs,
    long coreMs,
    LocalDate day,
    long position) {}
