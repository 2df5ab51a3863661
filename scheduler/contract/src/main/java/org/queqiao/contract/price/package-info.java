/**
 * Prices with the instants from which they hold, and what a run costs at most. Both the scheduler
 * and the ledger count with these. Pure: no clock, no I/O.
 */
package org.queqiao.contract.price;
