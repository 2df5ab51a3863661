package org.queqiao.server.auth.local;

import java.util.NavigableSet;
import java.util.concurrent.CompletionStage;
import org.queqiao.contract.id.NodeName;
import org.queqiao.server.auth.Outcome;
import org.queqiao.server.auth.Secret;

/** Makes what a new node agent needs to enrol itself, once. */
@FunctionalInterface
public interface EnrolmentCodes {
  /** The most nodes of one call. */
  int MAX_NODES = 10_000;

  /**
   * New enrolments for nodes of these names; earlier ones of the same nodes end.
   *
   * @param nodes one to {@link #MAX_NODES}
   * @return the text that the agent of each reads, a line each in the order of the names
   */
  CompletionStage<Outcome<Secret>> issue(NavigableSet<NodeName> nodes);
}
