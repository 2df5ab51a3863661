package org.queqiao.server.auth.local;

import java.util.concurrent.CompletionStage;
import org.queqiao.contract.id.NodeName;
import org.queqiao.server.auth.Outcome;
import org.queqiao.server.auth.Secret;

/** Makes what a new node agent needs to enrol itself, once. */
@FunctionalInterface
public interface EnrolmentCodes {
  /**
   * A new enrolment for a node of this name; earlier ones of the same node end.
   *
   * @return the text that the agent reads
   */
  CompletionStage<Outcome<Secret>> issue(NodeName node);
}
