package org.queqiao.runtime.loop;

import org.queqiao.core.message.Input;

/** How the loop treats each kind of input. */
final class InputKinds {
  private InputKinds() {}

  /** What ends work or proves that it ended goes before what asks for more. */
  static Inbox.Lane lane(Input input) {
    return switch (input) {
      case Input.Reasoned reasoned -> lane(reasoned.input());
      case Input.CancelJob _,
          Input.CancelTasks _,
          Input.RegisterNode _,
          Input.NodeSilent _,
          Input.FenceNode _,
          Input.DrainNode _,
          Input.NodeChecked _,
          Input.RunStarted _,
          Input.RunSuspended _,
          Input.RunEnded _,
          Input.EndStep _ ->
          Inbox.Lane.URGENT;
      case Input.SubmitJob _,
          Input.HoldJob _,
          Input.ChangeJob _,
          Input.ReleaseJob _,
          Input.RequeueJob _,
          Input.SuspendJob _,
          Input.ResumeJob _,
          Input.StartStep _,
          Input.ResumeNode _,
          Input.SetNode _,
          Input.DefineLicence _,
          Input.DefineTopology _,
          Input.Tick _,
          Input.PlanPass _,
          Input.DefinePartition _,
          Input.DefineJobPolicy _,
          Input.DefineScheduling _,
          Input.DefineTariff _,
          Input.DefineDomain _,
          Input.DefineProject _,
          Input.DefineUser _,
          Input.GrantRole _,
          Input.RevokeRole _,
          Input.SetMembership _,
          Input.RemoveMembership _,
          Input.FundWallet _,
          Input.SetCreditLine _,
          Input.TellBudgets _,
          Input.TellBudgetUse _,
          Input.ProposeMoney _,
          Input.DefineBudget _,
          Input.OpenDispute _,
          Input.AnswerDispute _,
          Input.DecideMoney _,
          Input.RecordRuns _,
          Input.ImportRuns _,
          Input.DefinePlatform _,
          Input.DefineQos _,
          Input.DefinePriorityPolicy _,
          Input.SetRules _,
          Input.DefineReservation _,
          Input.DeleteReservation _ ->
          Inbox.Lane.ORDINARY;
    };
  }

  /**
   * Whether it makes the log grow for something that is not there yet. Refused while the log is
   * short of room, so that what runs can still end and be recorded.
   */
  static boolean isNewWork(Input input) {
    return switch (input) {
      case Input.Reasoned reasoned -> isNewWork(reasoned.input());
      case Input.CancelJob _,
          Input.CancelTasks _,
          Input.HoldJob _,
          Input.ChangeJob _,
          Input.ReleaseJob _,
          Input.RequeueJob _,
          Input.SuspendJob _,
          Input.ResumeJob _,
          Input.RegisterNode _,
          Input.NodeSilent _,
          Input.FenceNode _,
          Input.DrainNode _,
          Input.NodeChecked _,
          Input.ResumeNode _,
          Input.RunStarted _,
          Input.RunSuspended _,
          Input.RunEnded _,
          Input.EndStep _,
          Input.Tick _,
          Input.RevokeRole _,
          Input.RemoveMembership _,
          Input.SetCreditLine _,
          Input.TellBudgets _,
          Input.TellBudgetUse _,
          Input.DeleteReservation _ ->
          false;
      // Also runs of another scheduler: what was not taken is told again.
      default -> true;
    };
  }
}
