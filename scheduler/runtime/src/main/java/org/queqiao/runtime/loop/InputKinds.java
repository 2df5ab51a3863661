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
      default -> Inbox.Lane.ORDINARY;
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
          Input.DeleteReservation _,
          // Once, at a start, which must not depend on room.
          Input.DefineBilling _ ->
          false;
      // Also runs of another scheduler: what was not taken is told again.
      default -> true;
    };
  }
}
