package org.queqiao.core.message;

import java.util.List;

/**
 * The answer to an input: facts for the log, in order, and a reply that may leave once they are
 * durable. A rejection usually has no facts; the registration of a node may be refused and still
 * bring the ends of its runs, which are true whatever else is wrong.
 *
 * @param facts what becomes true
 * @param reply what the sender is told
 */
public record Decision(List<Fact> facts, Reply reply) {
  public Decision {
    facts = List.copyOf(facts);
  }

  /** Nothing changes and nothing is wrong. */
  public static Decision unchanged() {
    return new Decision(List.of(), new Reply.Done());
  }

  /** Nothing changes because the input was refused. */
  public static Decision rejected(Rejection rejection) {
    return new Decision(List.of(), new Reply.Rejected(rejection));
  }

  /** These facts, and nothing more to say. */
  public static Decision done(List<Fact> facts) {
    return new Decision(facts, new Reply.Done());
  }
}
