package org.queqiao.planted.accounting.ledger;

import org.apache.pdfbox.pdmodel.PDDocument;
import org.queqiao.planted.core.PlantedInCore;

/** Counts money with doubles, knows the machine and writes documents. */
public final class PlantedInLedger {
  PlantedInCore core;
  PDDocument document;

  double charge(double hours) {
    return hours;
  }
}
