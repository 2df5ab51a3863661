package org.queqiao.core.message;

import java.util.List;

/**
 * The answer to an input: facts for the log, in order, and a reply that may leave once they are
 * durable. A rejection usually has no facts; the registration of a node may be refused and still
 * bring the ends of its runs, which are true whatever else is wrong.
 *
 * @param facts what becomes true
 * @param reply what the sender is told
 * @param more whether the same input must be told again once these facts are true, for the next
 *     part of what it wants; the reply leaves after the last one
 */
public record Decision(List<Fact> facts, Reply reply, boolean more) {
  /** How many facts one part has at most, so that nothing waits long behind it. */
  public static final int PART = 250;

  public Decision {
    facts = List.copyOf(facts);
  }

  /** All that follows from the input. */
  public Decision(List<Fact> facts, Reply reply) {
    this(facts, reply, false);
  }

  /** The first of these facts; the others follow when the input is told again. */
  public static Decision inParts(List<Fact> facts) {
    return facts.size() <= PART
        ? done(facts)
        : new Decision(facts.subList(0, PART), new Reply.Done(), true);
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

  /**
   * What the sender is told when parts before this one are done: that nothing is left of what was
   * wished, or of whom it was wished, is then no refusal.
   */
  public Reply replyAfterParts() {
    boolean nothingLeft =
        reply instanceof Reply.Rejected rejected
            && (rejected.rejection().code() == Rejection.Code.CONFLICT
                || rejected.rejection().code() == Rejection.Code.NOT_FOUND);
    return nothingLeft ? new Reply.Done() : reply;
  }
}
