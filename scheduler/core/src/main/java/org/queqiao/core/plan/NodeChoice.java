package org.queqiao.core.plan;

/** Which nodes a job may use. */
public interface NodeChoice {
  /** Every node. */
  NodeChoice ALL = node -> true;

  /** Whether the node with this number is one of them; the answer stays while a plan uses it. */
  boolean allows(int node);
}
