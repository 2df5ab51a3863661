package org.queqiao.core.admission;

import java.util.Optional;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.state.Cluster;

/**
 * Why somebody changes something: what such a text must be like, and where a site that asks for it
 * does not go without. Administrative is what somebody decides for others; what they do with jobs
 * of their own is not.
 */
public final class ReasonCheck {
  /** What the refusal names. */
  static final String FIELD = "Queqiao-Reason";

  private static final int MAX_CHARACTERS = NodeCheck.MAX_REASON_CHARACTERS;

  private final Cluster cluster;

  public ReasonCheck(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Why a text that was given is refused, whatever is wished; nothing has been decided then. */
  public static Optional<Decision> refusal(String reason) {
    String problem = reason.isEmpty() ? null : TextRules.problemOfLine(reason, MAX_CHARACTERS);
    return problem == null
        ? Optional.empty()
        : Optional.of(Rejections.invalid(FIELD, "the reason " + problem + ": say why"));
  }

  /**
   * What was decided about a wish, with or without a reason: each fact of a person says why, and
   * where that is asked for and not given nothing is done. Who would be refused anyway is refused
   * for that, so that nobody learns from the missing reason of a job that they may not see.
   */
  public Decision reasoned(Input.Reasoned input, Decision decision) {
    if (decision.facts().isEmpty()) {
      return decision;
    }
    if (!input.reason().isEmpty()) {
      return stated(decision, input.reason());
    }
    if (saysOperatorCause(input.input())) {
      return Rejections.invalid(
          FIELD,
          "what a run is ended for is said with a reason: say why, with the header Queqiao-Reason"
              + " or with --reason TEXT");
    }
    return input.required()
            && !(decision.reply() instanceof Reply.Rejected)
            && asksForReason(input.input())
        ? Rejections.invalid(
            FIELD,
            "this site asks for a reason of every administrative change: say why, with the"
                + " header Queqiao-Reason or with --reason TEXT")
        : decision;
  }

  /** What moves money by itself is said with a reason, whatever a site asks for. */
  private static boolean saysOperatorCause(Input input) {
    return switch (input) {
      case Input.CancelJob i -> i.operator() != null;
      case Input.CancelTasks i -> i.operator() != null;
      case Input.RequeueJob i -> i.operator() != null;
      default -> false;
    };
  }

  private static Decision stated(Decision decision, String reason) {
    return new Decision(
        decision.facts().stream().map(each -> stated(each, reason)).toList(),
        decision.reply(),
        decision.more());
  }

  /** What the scheduler adds by its own rules is not what somebody had a reason for. */
  private static Fact stated(Fact fact, String reason) {
    return fact.actor().kind() == Actor.Kind.SYSTEM
        ? fact
        : new Fact(fact.actor(), reason, fact.event());
  }

  /** Whether it is administrative and has no reason of its own. */
  private boolean asksForReason(Input input) {
    return switch (input) {
      case Input.Reasoned i -> asksForReason(i.input());
      case Input.CancelJob i -> isOfAnother(i.actor(), i.job());
      case Input.CancelTasks i -> isOfAnother(i.actor(), i.array());
      case Input.ChangeJob i -> isOfAnother(i.actor(), i.job());
      case Input.HoldJob i -> isOfAnother(i.actor(), i.job());
      case Input.ReleaseJob i -> isOfAnother(i.actor(), i.job());
      case Input.CheckpointJob i -> isOfAnother(i.actor(), i.job());
      case Input.RequeueJob i -> isOfAnother(i.actor(), i.job());
      case Input.SuspendJob i -> isOfAnother(i.actor(), i.job());
      case Input.ResumeJob i -> isOfAnother(i.actor(), i.job());
      // These say why in a field of their own, without which they are refused.
      case Input.FenceNode _,
          Input.DrainNode _,
          Input.FundWallet _,
          Input.SetCreditLine _,
          Input.DefineBudget _,
          Input.OpenDispute _,
          Input.AnswerDispute _,
          Input.SeeLostRuns _,
          Input.ProposeMoney _,
          Input.DecideMoney _ ->
          false;
      // These are no decision about others.
      case Input.SubmitJob _,
          Input.RegisterNode _,
          Input.NodeSilent _,
          Input.NodeChecked _,
          Input.RunStarted _,
          Input.RunSuspended _,
          Input.RunEnded _,
          Input.StartStep _,
          Input.CheckpointRun _,
          Input.EndStep _,
          Input.Tick _,
          Input.PlanPass _,
          Input.TellBudgets _,
          Input.DefineBilling _,
          Input.TellBudgetUse _,
          Input.RecordRuns _ ->
          false;
      // What is new is administrative until it stands above.
      default -> true;
    };
  }

  /** One that is unknown is refused for that. */
  private boolean isOfAnother(Actor actor, JobId id) {
    return cluster.jobs().find(id).map(job -> !actor.equals(Actor.user(job.user()))).orElse(false);
  }
}
