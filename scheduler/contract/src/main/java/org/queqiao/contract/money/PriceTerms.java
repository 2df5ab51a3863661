package org.queqiao.contract.money;

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
 */
public record PriceTerms(
    Resource resource,
    String device,
    String nodeType,
    String customerClass,
    boolean blockedShare,
    boolean whileSuspended) {
  /** Core time that is held, on any node, for any customer. */
  public static final PriceTerms CORES = new PriceTerms(Resource.CORES, "", "", "", false, false);
}
