package org.queqiao.contract.policy;

/**
 * One bound.
 *
 * @param scope over what it is counted
 * @param quantity what it bounds
 * @param gres for {@code GRES} the kind of device, such as {@code gpu}, or {@code licence/NAME};
 *     empty for all other quantities
 * @param most the most that is allowed; 0 allows nothing
 */
public record Limit(LimitScope scope, Quantity quantity, String gres, long most) {
  /** What stands before the name of a licence, where devices are named too. */
  public static final String LICENCE = "licence/";

  /** Whether it bounds licences. */
  public boolean isOfLicence() {
    return gres.startsWith(LICENCE);
  }

  /** The licence that it bounds. */
  public String licence() {
    return gres.substring(LICENCE.length());
  }
}
