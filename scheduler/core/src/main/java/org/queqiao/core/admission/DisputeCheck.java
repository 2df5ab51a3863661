package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.queqiao.contract.event.DisputeAnswered;
import org.queqiao.contract.event.DisputeOpened;
import org.queqiao.contract.event.LostRunsSeen;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.Dispute;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.Proposal;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.DisputeTable;

/**
 * Charges that members of a project find wrong. Finance answers: with a reason, or with a refund
 * that another person approves as any change of money.
 */
public final class DisputeCheck {

  private final Cluster cluster;
  private final Permissions permissions;
  private final ProposalCheck proposals;

  public DisputeCheck(Cluster cluster, Permissions permissions, ProposalCheck proposals) {
    this.cluster = cluster;
    this.permissions = permissions;
    this.proposals = proposals;
  }

  /** Decides on what is said by one person alone. */
  public Decision decide(Input input) {
    return switch (input) {
      case Input.OpenDispute i -> open(i);
      case Input.SeeLostRuns i -> see(i);
      default -> throw new IllegalArgumentException("nothing of disputes: " + input);
    };
  }

  /** A member opens one; the reply has its number. */
  private Decision open(Input.OpenDispute input) {
    if (!permissions.permit(input.actor(), new Action.Dispute(input.project()))) {
      return Rejections.forbidden("only members of the project dispute its charges");
    }
    String problem =
        TextRules.problemOfLine(input.transaction(), ProposalCheck.MAX_TRANSACTION_CHARACTERS);
    if (problem != null) {
      return Rejections.invalid("transaction", "the transaction " + problem);
    }
    Optional<Decision> badReason = ProposalCheck.badReason(input.reason());
    if (badReason.isPresent()) {
      return badReason.get();
    }
    DisputeTable disputes = cluster.money().disputes();
    long ofProject = 0;
    for (Dispute each : disputes.open()) {
      boolean same = each.project().equals(input.project());
      if (same && each.transaction().equals(input.transaction())) {
        return Rejections.conflict(
            "transaction", "dispute " + each.id() + " of " + each.by() + " is about the same");
      }
      ofProject += same ? 1 : 0;
    }
    for (Proposal each : cluster.money().proposals()) {
      if (each.change() instanceof MoneyChange.Refund refund
          && refund.project().equals(input.project())
          && refund.transaction().equals(input.transaction())) {
        return Rejections.conflict(
            "transaction", "proposal " + each.id() + " is a refund of the same that waits");
      }
    }
    if (disputes.open().size() >= DisputeTable.MAX_OPEN
        || ofProject >= DisputeTable.MAX_OF_PROJECT) {
      return Rejections.conflict("", "too many disputes wait for an answer already");
    }
    long number = cluster.position() + 1;
    return new Decision(
        List.of(
            new Fact(
                input.actor(),
                new DisputeOpened(number, input.project(), input.transaction(), input.reason()))),
        new Reply.Proposed(number));
  }

  /**
   * Finance has looked at runs whose node vanished. Which runs those are the books know, and who
   * submits this has asked them.
   */
  private Decision see(Input.SeeLostRuns input) {
    if (!permissions.permit(input.actor(), new Action.ChangeMoney())) {
      return Rejections.forbidden("only finance marks runs as looked at");
    }
    Optional<Decision> badReason = ProposalCheck.badReason(input.reason());
    if (badReason.isPresent()) {
      return badReason.get();
    }
    List<RunId> runs = input.runs();
    if (runs.isEmpty() || runs.size() > LostRunsSeen.MOST_RUNS) {
      return Rejections.invalid("runs", "there are 1 to " + LostRunsSeen.MOST_RUNS + " runs");
    }
    if (new TreeSet<>(runs).size() < runs.size()) {
      return Rejections.invalid("runs", "a run is named twice");
    }
    return Decision.done(List.of(new Fact(input.actor(), new LostRunsSeen(runs, input.reason()))));
  }

  /** Finance answers; the reply has the number of the proposed refund, or 0. */
  public Decision decide(Input.AnswerDispute input, long nowMs) {
    if (!permissions.permit(input.actor(), new Action.ChangeMoney())) {
      return Rejections.forbidden("only finance answers disputes");
    }
    Optional<Decision> badReason = ProposalCheck.badReason(input.reason());
    if (badReason.isPresent()) {
      return badReason.get();
    }
    Dispute dispute = cluster.money().disputes().find(input.dispute()).orElse(null);
    if (dispute == null) {
      return Rejections.notFound(
          "dispute", "no dispute " + input.dispute() + " waits: it was answered, or never opened");
    }
    if (dispute.by().equals(input.actor())) {
      return Rejections.forbidden("who disputes a charge does not answer: another person must");
    }
    List<Fact> facts = new ArrayList<>();
    if (input.amountMicro() == 0) {
      facts.add(new Fact(input.actor(), new DisputeAnswered(dispute.id(), 0, input.reason())));
      return new Decision(facts, new Reply.Proposed(0));
    }
    MoneyChange proposal =
        new MoneyChange.Refund(
            dispute.project(),
            input.amountMicro(),
            input.currency(),
            dispute.transaction(),
            input.cause(),
            dispute.id(),
            dispute.by());
    Decision proposed =
        proposals.decide(new Input.ProposeMoney(input.actor(), proposal, input.reason()), nowMs);
    if (!(proposed.reply() instanceof Reply.Proposed)) {
      return proposed;
    }
    long number = cluster.position() + 2;
    MoneyChange refund = RefundCheck.toldNow(proposal, cluster);
    facts.add(new Fact(input.actor(), new DisputeAnswered(dispute.id(), number, input.reason())));
    facts.add(new Fact(input.actor(), new MoneyProposed(number, refund, input.reason())));
    return new Decision(facts, new Reply.Proposed(number));
  }
}
