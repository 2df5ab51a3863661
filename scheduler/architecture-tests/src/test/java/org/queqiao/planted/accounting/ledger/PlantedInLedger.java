package org.queqiao.planted.accounting.ledger;

import org.queqiao.planted.core.PlantedInCore;

/** Counts money with doubles and knows the machine. */
public final class PlantedInLedger {
  PlantedInCore core;

  double charge(double hours) {
    return hours;
  }
}
