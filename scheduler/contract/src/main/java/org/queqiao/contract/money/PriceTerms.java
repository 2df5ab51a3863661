package org.queqiao.contract.money;

import java.util.List;

/**
 * For what a price is, beside partition and quality of service, and how it counts.
 *
 * @param resource of which resource
 * @param device of accelerators: their name, as {@code gpu}, or with their type, as {@code
 *     gpu:a100}; empty for any
 * @param nodeType on which kind of nodes, or empty for any
 * @param customerClass for customers of which class, or empty for any
 * @param blockedShare of cores: counts those that a run blocks, by its largest share over cores,
 *     memory and devices of a node
 * @param whileSuspended not of cores: counts also while the cores of a suspended run are not billed
 * @param tiers other prices beyond volumes that the project has used under this price in the month
 *     or year, ascending
 * @param yearStart the month, 1 to 12, with which the years begin over which volume is counted; 0
 *     where it is counted by month. In the fact, so that a bill never depends on a setting.
 * @param minimumMicro of cores: what a run costs at least that started under this price
 */
public record PriceTerms(
    Resource resource,
    String device,
    String nodeType,
    String customerClass,
    boolean blockedShare,
    boolean whileSuspended,
    List<PriceTier> tiers,
    int yearStart,
    long minimumMicro) {
  public PriceTerms {
    tiers = List.copyOf(tiers);
  }

  /** Without tiers and without a minimum. */
  public PriceTerms(
      Resource resource,
      String device,
      String nodeType,
      String customerClass,
      boolean blockedShare,
      boolean whileSuspended) {
    this(resource, device, nodeType, customerClass, blockedShare, whileSuspended, List.of(), 0, 0);
  }

  /** The same by volume, with a minimum. */
  public PriceTerms with(List<PriceTier> otherTiers, int newYearStart, long minimum) {
    return new PriceTerms(
        resource,
        device,
        nodeType,
        customerClass,
        blockedShare,
        whileSuspended,
        otherTiers,
        newYearStart,
        minimum);
  }

  /** Core time that is held, on any node, for any customer. */
  public static final PriceTerms CORES = new PriceTerms(Resource.CORES, "", "", "", false, false);
}
