/** Runs as segments, cut where a price or a billing day ends. Pure. */
package org.queqiao.accounting.metering;
