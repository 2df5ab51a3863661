package org.queqiao.accounting.ledger;

import java.time.LocalDate;
import org.queqiao.accounting.metering.Kept;

/**
 * Idle time of a reservation on nodes of one kind, within one billing day and under one price.
 *
 * @param kept the reservation
 * @param nodeType the kind of the nodes, or empty
 * @param fromMs first instant
 * @param toMs first instant after it
 * @param day the billing day
 * @param coreMs core-milliseconds that nobody held
 * @param chargeMicro what its owner was charged
 * @param currency of the charge, or empty where it has no price
 * @param position of the fact with which it was metered
 */
public record ReservedTime(
    Kept kept,
    String nodeType,
    long fromMs,
    long toMs,
    LocalDate day,
    long coreMs,
    long chargeMicro,
    String currency,
    long position) {}
