package org.queqiao.contract.job;

/**
 * Which nodes a job wants, and how it wants to lie on them.
 *
 * @param constraint features that its nodes must have, as Slurm writes them: {@code a&b}, {@code
 *     a|b}, {@code (a|b)&c}, {@code a*2&b*1}; empty for none
 * @param nodeList nodes that must be among its own, such as {@code cn[001-004],gn7}; empty for none
 * @param excludeNodes nodes that it must not get, written likewise; empty for none
 */
public record JobPlacement(String constraint, String nodeList, String excludeNodes) {
  /** What holds for a job that says nothing of this. */
  public static final JobPlacement DEFAULT = new Builder().build();

  /** Starts a placement that says nothing. */
  public static Builder builder() {
    return new Builder();
  }

  /** Whether nothing is said. */
  public boolean isDefault() {
    return equals(DEFAULT);
  }

  /** Collects what is said. */
  public static final class Builder {
    private String constraint = "";
    private String nodeList = "";
    private String excludeNodes = "";

    private Builder() {}

    public Builder constraint(String value) {
      constraint = value;
      return this;
    }

    public Builder nodeList(String value) {
      nodeList = value;
      return this;
    }

    public Builder excludeNodes(String value) {
      excludeNodes = value;
      return this;
    }

    public JobPlacement build() {
      return new JobPlacement(constraint, nodeList, excludeNodes);
    }
  }
}
