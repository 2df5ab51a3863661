package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import java.util.List;

/**
 * What of a part of a segment was charged under one price: a line of a statement has it.
 *
 * @param part which of the segment
 * @param micro the price
 * @param quantity what was counted; below zero where it was taken back
 * @param chargedMicro what was posted of it
 */
public record Billed(int part, long micro, BigInteger quantity, long chargedMicro) {
  /** What was posted of all. */
  public static long sum(List<Billed> all) {
    long sum = 0;
    for (Billed each : all) {
      sum = Math.addExact(sum, each.chargedMicro());
    }
    return sum;
  }
}
