package org.queqiao.accounting.statement;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * The tax of a statement: of the sum that is to be paid, and not of its lines.
 *
 * @param basisPoints hundredths of a per cent; below zero where the site states no tax
 */
public record Tax(int basisPoints) {
  /** The site states no tax. */
  public static final Tax NONE = new Tax(-1);

  /** How tax becomes coins, as it stands on every statement that has one. */
  public static final String ROUNDING =
      "Tax is of the sum to be paid, net, and is rounded once, half up, to the smallest coin"
          + " (0.01).";

  private static final BigInteger WHOLE = BigInteger.valueOf(10_000);

  /** Whether the site states one, which may be of 0. */
  public boolean isStated() {
    return basisPoints >= 0;
  }

  /** The tax of a net sum, in whole coins; below zero of one that the project gets back. */
  public long ofMicro(long netMicro) {
    return isStated()
        ? StatementForms.toCoin(
            BigInteger.valueOf(netMicro).multiply(BigInteger.valueOf(basisPoints)), WHOLE)
        : 0;
  }

  /** A net sum with its tax. */
  public long grossMicro(long netMicro) {
    return Math.addExact(netMicro, ofMicro(netMicro));
  }

  /** The rate in per cent, with two places. */
  public BigDecimal percent() {
    return BigDecimal.valueOf(basisPoints, 2);
  }
}
