package org.queqiao.contract.job;

import java.util.List;

/**
 * The nodes on which a waiting job was promised its start.
 *
 * @param alternative which of the ways to serve the job they are for, from 0
 * @param groups for each group of equal shares its nodes, in the notation of host lists; the empty
 *     text stands for licences of the site
 */
public record PromisedNodes(int alternative, List<String> groups) {
  public PromisedNodes {
    groups = List.copyOf(groups);
  }
}
